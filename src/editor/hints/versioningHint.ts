import { l10n, Uri, window, type Memento, type LogOutputChannel } from 'vscode';
import { bucketVersioning } from '../../protocol/buckets';
import { storeOf } from '../../protocol/endpoint';
import type { FolderSetup } from '../../protocol/folders';
import type { EngineClient } from '../client/engineClient';
import { runCommand } from '../contributions/runCommand';
import { toFailureRecord, failureLine } from '../failures/failed';
import { GivenHints } from './givenHints';

export interface VersioningHintDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly memory: Memento;
}

/**
 * Tells once for each bucket, after files have been backed up to it, that it keeps no versions. A
 * bucket that has just been chosen has had its hint already.
 */
export async function hintAtVersioning(
  { engine, memory, log }: VersioningHintDeps,
  setups: readonly FolderSetup[],
): Promise<void> {
  const isDue = (setup: FolderSetup) => hintsIn(memory).isDue(placeText(setup));
  for (const setup of setups.filter(isDue)) {
    try {
      const versioning = await engine.sendRequest(bucketVersioning, setup);
      if (versioning !== 'off' || !isDue(setup)) continue;
      await hintGiven(memory, setup);
      await hint(memory, setup);
    } catch (error) {
      log.warn(`Versions of ${setup.bucket}: ${failureLine(toFailureRecord(error))}`);
    }
  }
}

/** Remembers that the user has had the hint about this bucket. */
export async function hintGiven(memory: Memento, bucket: BucketPlace): Promise<void> {
  await hintsIn(memory).remember(placeText(bucket));
}

/** Runs the command that turns on versioning for a folder's bucket. */
export async function askForVersioning({ id }: Pick<FolderSetup, 'id'>): Promise<void> {
  await runCommand('s3Backup.turnOnVersioning', Uri.parse(id));
}

type BucketPlace = Pick<FolderSetup, 'bucket' | 'settings'>;

async function hint(memory: Memento, setup: FolderSetup): Promise<void> {
  const turnOn = l10n.t('Turn On Versioning…');
  const never = l10n.t('Don’t Show Again');
  const answer = await window.showInformationMessage(
    l10n.t(
      'The bucket “{0}” keeps no versions: when a copy in it is replaced, the earlier one is gone for good.',
      setup.bucket,
    ),
    turnOn,
    never,
  );
  if (answer === never) await hintsIn(memory).silence();
  if (answer === turnOn) await askForVersioning(setup);
}

function hintsIn(memory: Memento): GivenHints {
  return new GivenHints(memory, 'versioningHints');
}

/** A bucket's name is unique within one store only. */
function placeText({ bucket, settings }: BucketPlace): string {
  const endpoint = settings['endpoint'];
  return `${storeOf(typeof endpoint === 'string' ? endpoint : undefined)} ${bucket}`;
}
