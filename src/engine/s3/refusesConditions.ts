import { httpStatus } from '../failures/storeErrors';

/**
 * Whether a store may have refused a request for the condition in its headers. Stores say so in an
 * S3 error with 501 or 400; which header they mean stands in an element of its own, in the message,
 * or nowhere.
 */
export function refusesConditions(error: unknown): boolean {
  if (namesConditions(error)) return true;
  return (
    error instanceof Error &&
    error.name === 'NotImplemented' &&
    !/checksum|crc32|content-md5/i.test(wordsOf(error))
  );
}

/** Whether the refusal says that it is for the condition, and for nothing else. */
export function namesConditions(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = httpStatus(error);
  const isRefusal = status === 400 || status === 501;
  return isRefusal && /if-(?:none-)?match|conditional/i.test(wordsOf(error));
}

function wordsOf(error: Error): string {
  const header = 'Header' in error && typeof error.Header === 'string' ? error.Header : '';
  return `${header} ${error.message}`;
}
