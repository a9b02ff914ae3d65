import { l10n, window, type WorkspaceFolder, type LogOutputChannel, type Memento } from 'vscode';
import {
  inspectBucket,
  type BucketOption,
  type BucketTraits,
  type CreatedBucket,
  type OpenOption,
} from '../../protocol/buckets';
import type { EngineClient } from '../client/engineClient';
import { runCommand } from '../contributions/runCommand';
import { toFailureRecord, failureLine } from '../failures/failed';
import { formatCount } from '../format/quantity';
import type { Profiles } from '../targets/profiles';
import { targetText, type Target } from '../targets/target';
import { folderId } from '../targets/targets';
import { showStatusMessage } from '../view/statusMessage';
import { askForVersioning, hintGiven } from './versioningHint';

/** A target that has just been chosen. */
interface NewTarget {
  readonly folder: WorkspaceFolder;
  readonly target: Target;
  /** Where the folder was backed up until then. */
  readonly before: Target | undefined;
  /** What is not known to be set on a bucket that was created for it. */
  readonly created: CreatedBucket | undefined;
}

export interface TargetHintsDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly profiles: Profiles;
  readonly memory: Memento;
}

/**
 * Tells in one message what is worth knowing about a target that has just been chosen: what the
 * bucket itself does with files, and what happens to the copies at the former place.
 */
export async function showTargetHints(
  deps: TargetHintsDeps,
  { folder, target, before, created }: NewTarget,
): Promise<void> {
  const { bucket } = target;
  const hints: string[] = [];
  if (before !== undefined && targetText(before) !== targetText(target)) {
    hints.push(l10n.t('Files already backed up to {0} stay there.', targetText(before)));
  }
  for (const { option, failure } of created?.notSet ?? []) {
    deps.log.warn(`${bucket}: ${option} was not set: ${failureLine(failure)}`);
    hints.push(notSetWords(option));
  }
  for (const asked of created?.unconfirmed ?? []) {
    const { option, failure } = asked;
    deps.log.warn(`${bucket}: ${option} was not shown: ${failureLine(failure)}`);
    hints.push(unconfirmedWords(asked));
  }
  const settings = deps.profiles.settings(folder);
  let keepsNothing = false;
  try {
    const traits = await deps.engine.sendRequest(inspectBucket, { settings, ...target });
    hints.push(...traitHints(traits));
    keepsNothing = isReplacedForGood(traits.versioning);
    if (keepsNothing) await hintGiven(deps, { bucket, settings });
  } catch (error) {
    deps.log.warn(`${bucket} could not be inspected: ${failureLine(toFailureRecord(error))}`);
  }
  // Nothing is there yet, and the message must not read as if it were.
  const start = l10n.t(
    'Backups of “{0}” will go to {1}.',
    folder.name,
    `s3://${targetText(target)}`,
  );
  if (hints.length === 0) {
    showStatusMessage(start);
    return;
  }
  const another = l10n.t('Choose Another…');
  // A message with a button is shown whole, one without is cut to a line.
  const turnOn = l10n.t('Turn On Versioning…');
  const buttons = keepsNothing ? [turnOn, another] : [another];
  const answer = await window.showInformationMessage([start, ...hints].join(' '), ...buttons);
  if (answer === another) await runCommand('s3Backup.chooseBucket', folder.uri);
  if (answer === turnOn) await askForVersioning({ id: folderId(folder) });
}

function traitHints(traits: BucketTraits): readonly string[] {
  const { versioning, isPublic, expires, archives, lockedDays } = traits;
  const hints: (string | undefined)[] = [
    isPublic === true ? l10n.t('Anyone can read this bucket.') : undefined,
    expires === true
      ? l10n.t('A lifecycle rule of the bucket deletes files there after some time.')
      : undefined,
    archives === true
      ? l10n.t('A lifecycle rule moves files to an archive that takes hours to read from.')
      : undefined,
    isReplacedForGood(versioning)
      ? l10n.t('The bucket keeps no versions, so a replaced copy is gone for good.')
      : undefined,
    lockedDays !== undefined && lockedDays > 0
      ? l10n.t(
          'Object Lock keeps every copy for {0} days, including replaced ones.',
          formatCount(lockedDays),
        )
      : undefined,
  ];
  return hints.filter(hint => hint !== undefined);
}

function isReplacedForGood(versioning: BucketTraits['versioning']): boolean {
  return versioning === 'off' || versioning === 'suspended';
}

function notSetWords(option: BucketOption): string {
  switch (option) {
    case 'block-public-access':
      return l10n.t('The store cannot block public access: check who can read the bucket.');
    case 'keep-versions':
      return l10n.t('Versioning could not be turned on.');
    case 'clean-up-uploads':
      return l10n.t('The store did not accept the rule for unfinished uploads.');
  }
}

function unconfirmedWords({ option, failure }: OpenOption): string {
  const isDenied = failure.code === 'access-denied';
  switch (option) {
    case 'block-public-access':
      return isDenied
        ? l10n.t('Blocking public access was requested, but these credentials may not check it.')
        : l10n.t('Blocking public access was requested, but it could not be checked.');
    case 'keep-versions':
      return isDenied
        ? l10n.t('Versioning was requested, but these credentials may not check it.')
        : l10n.t('Versioning was requested, but it could not be checked.');
    case 'clean-up-uploads':
      return isDenied
        ? l10n.t(
            'The rule for unfinished uploads was requested, but these credentials may not check it.',
          )
        : l10n.t('The rule for unfinished uploads was requested, but it could not be checked.');
  }
}
