import { l10n, window } from 'vscode';
import { filesThatWouldEmpty, leaveOut, type PlanSummary } from '../../protocol/plans';
import type { EngineClient } from '../client/engineClient';
import { outcomeOfReplaced } from '../batch/outcomeOfReplaced';
import { namedFiles } from '../format/namedFiles';
import { formatFiles } from '../format/quantity';

/**
 * Asks before a plan replaces cloud copies that hold something by files that hold nothing: what was
 * emptied by mistake is commonest where many are. Gives `false` where the user would rather not.
 */
export async function askAboutEmptying(engine: EngineClient, plan: PlanSummary): Promise<boolean> {
  if (plan.wouldEmpty === 0) return true;
  const { planId } = plan;
  const files = await engine.request(filesThatWouldEmpty, planId);
  const [first] = files;
  if (first === undefined) return true;
  const isAll = files.length === plan.files;
  const skip = files.length === 1 ? l10n.t('Skip It') : l10n.t('Skip Them');
  const replace = files.length === 1 ? l10n.t('Replace It') : l10n.t('Replace Them');
  const text =
    files.length === 1
      ? l10n.t('“{0}” is empty here, and its cloud copy is not.', first.path)
      : l10n.t('{0} are empty here, and their cloud copies are not.', formatFiles(files.length));
  const kept = outcomeOfReplaced(plan.unknownOrigin.keepsVersions);
  const lines =
    files.length === 1 ? [kept] : [...namedFiles(files.map(({ path }) => path)), '', kept];
  const answer = await window.showWarningMessage(
    text,
    { modal: true, detail: lines.join('\n') },
    // The first one is what Enter takes. Where there is nothing else, skipping is cancelling.
    ...(isAll ? [replace] : [skip, replace]),
  );
  if (answer === undefined) return false;
  if (answer === skip) await engine.request(leaveOut, { planId, because: 'empty-here', files });
  return true;
}
