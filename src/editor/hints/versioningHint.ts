import { l10n, Uri, window, type Memento, type LogOutputChannel } from 'vscode';
import { bucketVersioning } from '../../protocol/buckets';
import { storeEndpoint } from '../../protocol/credentials';
import type { FolderSetup } from '../../protocol/folders';
import type { EngineClient } from '../client/engineClient';
import { runCommand } from '../contributions/runCommand';
import { toFailureRecord, failureLine } from '../failures/failed';
import { GivenHints } from './givenHints';

export interface VersioningHintDeps {
  readonly log: LogOutputChannel;
  readonly engine: Pick<EngineClient, 'sendRequest'>;
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
  const hints = hintsIn(memory);
  for (const setup of setups) {
    try {
      const place = await placeText(engine, setup);
      if (!hints.isDue(place)) continue;
      const versioning = await engine.sendRequest(bucketVersioning, setup);
      // Another batch may have given it meanwhile.
      if (versioning !== 'off' || !hints.isDue(place)) continue;
      await hints.remember(place);
      await hint(memory, setup);
    } catch (error) {
      log.warn(`Versions of ${setup.bucket}: ${failureLine(toFailureRecord(error))}`);
    }
  }
}

/** Remembers that the user has had the hint about this bucket. */
export async function hintGiven(
  { engine, memory }: Omit<VersioningHintDeps, 'log'>,
  bucket: BucketPlace,
): Promise<void> {
  await hintsIn(memory).remember(await placeText(engine, bucket));
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
      'The bucket “{0}” keeps no versions, so a replaced copy is gone for good.',
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

/**
 * A bucket's name is unique within one store only, and the environment or a profile may name the
 * store as well as the settings.
 */
async function placeText(
  engine: VersioningHintDeps['engine'],
  { bucket, settings }: BucketPlace,
): Promise<string> {
  return `${await engine.sendRequest(storeEndpoint, settings)} ${bucket}`;
}
