import { l10n, window } from 'vscode';
import { bucketVersioning, turnOnVersioning } from '../../protocol/buckets';
import type { FailureRecord } from '../../protocol/failures';
import type { FolderSetup } from '../../protocol/folders';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';

interface TurnOnVersioningDeps {
  readonly engine: Pick<EngineClient, 'sendRequest'>;
  readonly operations: Pick<RunningOperations, 'run'>;
}

/** Turns on versioning for those buckets of these folders where it is off, after explaining what that means. */
export async function turnOnVersioningFor(
  { engine, operations }: TurnOnVersioningDeps,
  setups: readonly FolderSetup[],
): Promise<void> {
  const buckets = new Map(setups.map(({ bucket, settings }) => [bucket, { bucket, settings }]));
  for (const [bucket, request] of buckets) {
    const versioning = await operations.run(token =>
      engine.sendRequest(bucketVersioning, request, token),
    );
    if (versioning === 'enabled') {
      void window.showInformationMessage(l10n.t('Versioning is already on for “{0}”.', bucket));
      continue;
    }
    const turnOn = l10n.t('Turn On Versioning');
    const answer = await window.showWarningMessage(
      l10n.t('Turn on versioning for the bucket “{0}”?', bucket),
      { modal: true, detail: consequences() },
      turnOn,
    );
    if (answer !== turnOn) return;
    const unchecked = await operations.run(token =>
      engine.sendRequest(turnOnVersioning, request, token),
    );
    void window.showInformationMessage(outcome(bucket, unchecked));
  }
}

/** `unchecked` says why it is not known whether versioning is on. */
function outcome(bucket: string, unchecked: FailureRecord | null): string {
  if (unchecked === null) return l10n.t('Versioning is on for “{0}”.', bucket);
  return unchecked.code === 'access-denied'
    ? l10n.t(
        'Versioning was requested for “{0}”, but these credentials may not check whether it is on.',
        bucket,
      )
    : l10n.t('Versioning was requested for “{0}”, but it could not be checked.', bucket);
}

function consequences(): string {
  return l10n.t(
    'From then on the store keeps every copy that anyone replaces or deletes, which takes up space. Versioning can be suspended later with the store’s own tools, but never undone.',
  );
}
