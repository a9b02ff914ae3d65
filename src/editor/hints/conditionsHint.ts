import { commands, extensions, l10n, Uri, window, type Disposable, type Memento } from 'vscode';
import { storeOf } from '../../protocol/endpoint';
import type { StoreWeakness } from '../../protocol/host';
import type { EngineClient } from '../client/engineClient';
import { plainText } from '../format/plainText';
import { GivenHints } from './givenHints';

export interface ConditionsHintDeps {
  readonly engine: Pick<EngineClient, 'onDidFindWeakness'>;
  readonly memory: Memento;
}

/**
 * Tells once for each bucket that its store does not keep writers on two computers apart, as soon as
 * a backup has found that out.
 */
export function watchForConditions({ engine, memory }: ConditionsHintDeps): Disposable {
  const hints = new GivenHints(memory, 'conditionHints');
  return engine.onDidFindWeakness(weakness => {
    const place = `${storeOf(weakness.endpoint)} ${weakness.bucket}`;
    // There are four conditions; one word is enough.
    if (!hints.isDue(place)) return;
    void hints.remember(place);
    void hint(weakness, hints);
  });
}

async function hint({ endpoint, bucket }: StoreWeakness, hints: GivenHints): Promise<void> {
  const learnMore = l10n.t('Learn More');
  const never = l10n.t('Don’t Show Again');
  const text = l10n.t(
    '{0} can’t stop two computers from storing a file in “{1}” at the same moment. S3 Backup looks right before each write, but anything that another computer stores in between is overwritten.',
    endpoint,
    bucket,
  );
  const answer = await window.showWarningMessage(plainText(text), learnMore, never);
  if (answer === never) await hints.silence();
  if (answer === learnMore) await showGuide();
}

async function showGuide(): Promise<void> {
  const extension = extensions.getExtension('s3-backup.s3-backup');
  if (extension === undefined) return;
  const guide = Uri.joinPath(extension.extensionUri, 'docs', 'conditions.md');
  await commands.executeCommand('markdown.showPreview', guide);
}
