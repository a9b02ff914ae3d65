import type { FailureCode } from '../../protocol/failures';
import { Failure } from './failure';
import { hasCode, systemCode } from './systemCode';

/** Returns a disk error as a failure, by what the user can do about it. */
export function fromDiskError(error: unknown, path: string): Failure {
  if (error instanceof Failure) return error;
  return new Failure(failureCodes[systemCode(error) ?? ''] ?? 'disk-error', path, error);
}

/** Returns the error of a disk that was to make, write or rename a file, in the same way. */
export function fromWriteError(error: unknown, path: string): Failure {
  return hasCode(error, 'EACCES', 'EPERM', 'EROFS') && !(error instanceof Failure)
    ? new Failure('not-writable', path, error)
    : fromDiskError(error, path);
}

/** By the names of errno(3); `ABORT_ERR` is Node's own. */
const failureCodes: Readonly<Record<string, FailureCode>> = {
  ENOENT: 'file-vanished',
  ENOTDIR: 'file-vanished',
  EACCES: 'not-readable',
  EPERM: 'not-readable',
  EISDIR: 'not-a-file',
  ELOOP: 'not-a-file',
  ENAMETOOLONG: 'name-too-long',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  ABORT_ERR: 'cancelled',
};
