import type { FilePath } from '../../protocol/folders';
import type { KeyFault } from '../../protocol/verdicts';
import { Failure } from '../failures/failure';
import { readKey } from '../disk/objectKey';

/** What a disk makes of names; data, so that every system's rules hold in tests on any. */
export interface NameRules {
  readonly platform: NodeJS.Platform;
  /** Whether names that differ in case, or in their Unicode form, are one name. */
  readonly foldsNames: boolean;
}

/**
 * Why no file here can have this path, or `undefined` where one can. What stands in the cloud was
 * not always put there by this program, nor from a computer like this one.
 */
export function unsafeName(path: FilePath, { platform }: NameRules): Failure | undefined {
  const reading = readKey('', path);
  if (reading.kind === 'not-a-path') return unsafeKey(path, reading.because);
  for (const name of path.split('/')) {
    const fault = platform === 'win32' ? windowsFault(name) : undefined;
    if (fault !== undefined) return new Failure('unsafe-name', path, fault);
  }
  return undefined;
}

/** The refusal of what was set aside by a comparison: for its name, or for what its entry lacks. */
export function unsafeKey(path: FilePath, fault: KeyFault): Failure {
  const isOddEntry = fault === 'not-decodable' || fault === 'incomplete';
  return new Failure(isOddEntry ? 'odd-entry' : 'unsafe-name', path, faults[fault]);
}

const faults: Readonly<Record<KeyFault, string>> = {
  'folder-marker': 'it stands for a folder',
  'empty-segment': 'a folder in it has no name',
  'dot-segment': 'it leads to another folder',
  nul: 'it has a NUL character in it',
  backslash: 'it has a backslash in it',
  'outside-prefix': 'it lies elsewhere in the bucket',
  'own-file': 'files of that name are S3 Backup’s own',
  'not-decodable': 'the store’s list has it in a form that cannot be read',
  incomplete: 'the store’s list does not say enough of it',
};

function windowsFault(name: string): string | undefined {
  if (reserved.test(name)) return `“${name}” is a name that Windows keeps for itself`;
  if (/[. ]$/.test(name)) return `Windows would drop the end of “${name}”`;
  const forbidden = unprintable.exec(name)?.[0];
  return forbidden && `Windows allows no ${JSON.stringify(forbidden)} in names`;
}

/** Whatever comes after the first dot, they are devices; superscript digits count as digits. */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i;

// A colon would name a stream inside another file, a backslash a folder.
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f<>:"|?*\\]/;
