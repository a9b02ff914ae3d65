import { httpStatus } from '../failures/errorMapping';

/**
 * Whether a store may have refused a request for the condition in its headers. Stores say so in an
 * S3 error with 501 or 400; which header they mean stands in an element of its own, in the message,
 * or nowhere.
 */
export function refusesConditions(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const header = 'Header' in error && typeof error.Header === 'string' ? error.Header : '';
  const words = `${header} ${error.message}`;
  if (/if-(?:none-)?match|conditional/i.test(words)) {
    const status = httpStatus(error);
    return status === 400 || status === 501;
  }
  return error.name === 'NotImplemented' && !/checksum|crc32|content-md5/i.test(words);
}
