import { fromStoreError, httpStatus } from '../failures/storeErrors';

/*
 * Stores that do not know a header refuse the request in an S3 error with 501 or 400. Which header
 * they mean stands in an element of its own, in the message, or nowhere.
 */

/** Whether a store may have refused a request for the condition in its headers. */
export function mayRefuseConditions(error: unknown): boolean {
  if (namesConditions(error)) return true;
  return (
    error instanceof Error &&
    error.name === 'NotImplemented' &&
    !/checksum|crc32|sha256|content-md5/i.test(textOf(error))
  );
}

/** Whether a store may have refused a request for the checksum in its headers. */
export function mayRefuseChecksum(error: unknown): boolean {
  if (namesConditions(error)) return false;
  const status = httpStatus(error);
  if (status === 501) return true;
  return status === 400 && fromStoreError(error, { endpoint: '' }).code === 'unexpected';
}

/** Whether the refusal says that it is for the condition, and for nothing else. */
function namesConditions(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = httpStatus(error);
  const isRefusal = status === 400 || status === 501;
  return isRefusal && /if-(?:none-)?match|conditional/i.test(textOf(error));
}

function textOf(error: Error): string {
  const header = 'Header' in error && typeof error.Header === 'string' ? error.Header : '';
  return `${header} ${error.message}`;
}
