import { l10n, window, type QuickPickItem } from 'vscode';
import {
  bucketCapabilities,
  type BucketCapabilities,
  type BucketTraits,
  type CapabilityName,
  type CapabilityState,
} from '../../protocol/buckets';
import type { FolderSetup } from '../../protocol/folders';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';

interface ShowCapabilitiesDeps {
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
}

/** Shows what is known of the store of these folders' buckets, bucket by bucket. */
export async function showCapabilities(
  { engine, operations }: ShowCapabilitiesDeps,
  setups: readonly FolderSetup[],
): Promise<void> {
  const buckets = new Map(setups.map(({ bucket, settings }) => [bucket, { bucket, settings }]));
  for (const [bucket, request] of buckets) {
    const known = await operations.run(token =>
      engine.sendRequest(bucketCapabilities, request, token),
    );
    await window.showQuickPick(capabilityItems(known), {
      title: l10n.t('What the Bucket “{0}” Can Do', bucket),
      placeHolder: l10n.t('Learned from the answers of {0}', known.endpoint),
    });
  }
}

function capabilityItems({
  capabilities,
  versioning,
}: BucketCapabilities): readonly QuickPickItem[] {
  return [
    ...capabilities.map(({ name, state }) => ({
      label: `${icons[state]} ${capabilityWords[name]()}`,
      description: absenceWords[name]?.[state]?.() ?? stateWords[state](),
    })),
    {
      label: `${versioning === 'enabled' ? icons.supported : icons.unknown} ${l10n.t('Keeps earlier versions of a file')}`,
      description: versioningWords[versioning](),
    },
  ];
}

const icons: Readonly<Record<CapabilityState, string>> = {
  supported: '$(check)',
  doubted: '$(question)',
  unknown: '$(question)',
  ignored: '$(warning)',
  refused: '$(warning)',
  inverted: '$(warning)',
  unsupported: '$(circle-slash)',
};

const capabilityWords: Readonly<Record<CapabilityName, () => string>> = {
  'create-if-absent': () => l10n.t('Refuses a new file where someone else has just stored one'),
  'replace-if-unchanged': () => l10n.t('Replaces only the copy that was seen'),
  'complete-if-absent': () =>
    l10n.t('Refuses a new large file where someone else has just stored one'),
  'complete-if-unchanged': () => l10n.t('Replaces only the copy that was seen by a large file'),
  'checksum-of-put': () => l10n.t('Checks the bytes of a file by their CRC32'),
  'checksum-of-upload': () =>
    l10n.t('Checks the bytes of a large file, as a whole, by their CRC32'),
  'encrypts-by-kms': () => l10n.t('Encrypts new files by KMS, unless you ask for something else'),
  'checksum-of-encrypted-put': () => l10n.t('Keeps the SHA-256 of a file that KMS encrypts'),
  'checksum-of-encrypted-upload': () =>
    l10n.t('Keeps the CRC64NVME of a large file that KMS encrypts'),
  'digest-etags': () => l10n.t('Lists the MD5 of each file'),
  'encoded-lists': () => l10n.t('Lists names so that no character is lost'),
  'uploads-in-parts': () => l10n.t('Accepts large files in parts'),
  'lists-parts': () => l10n.t('Says which parts of a large file have arrived'),
  'all-names': () => l10n.t('Accepts files with any name'),
};

const withoutLongChecksum = {
  unknown: () => l10n.t('not known yet; the first encrypted backup will show it'),
  unsupported: () => l10n.t('no; another computer has to read such a copy to confirm it'),
};

/** What a lack means for the user, where that is not what it means for most. */
const absenceWords: Readonly<
  Partial<Record<CapabilityName, Partial<Record<CapabilityState, () => string>>>>
> = {
  'encrypts-by-kms': { unsupported: () => l10n.t('no') },
  'checksum-of-encrypted-put': withoutLongChecksum,
  'checksum-of-encrypted-upload': withoutLongChecksum,
  'digest-etags': {
    unsupported: () => l10n.t('no; S3 Backup asks about single files, or reads them, instead'),
  },
  'encoded-lists': {
    unsupported: () => l10n.t('no; names with control characters may not be found again'),
  },
  'uploads-in-parts': {
    unsupported: () => l10n.t('no; only files of up to 8 MiB can be backed up'),
  },
  'lists-parts': {
    unsupported: () => l10n.t('no; a large file that was cut off is sent again from the start'),
  },
  'all-names': {
    unknown: () => l10n.t('none was refused so far'),
    unsupported: () => l10n.t('no; the report names the files that it refused'),
  },
};

const stateWords: Readonly<Record<CapabilityState, () => string>> = {
  supported: () => l10n.t('yes'),
  doubted: () => l10n.t('in doubt; S3 Backup looks before each write'),
  unknown: () => l10n.t('not known yet; backups will show it'),
  ignored: () => l10n.t('no, it writes anyway; S3 Backup looks before each write'),
  refused: () => l10n.t('no, it does not support the condition; S3 Backup looks before each write'),
  inverted: () =>
    l10n.t('no, it refuses writes that it should accept; S3 Backup looks before each write'),
  unsupported: () => l10n.t('no; S3 Backup uses MD5'),
};

const versioningWords: Readonly<Record<BucketTraits['versioning'], () => string>> = {
  enabled: () => l10n.t('yes'),
  suspended: () => l10n.t('not any more'),
  off: () => l10n.t('no'),
  unknown: () => l10n.t('the store does not say'),
};
