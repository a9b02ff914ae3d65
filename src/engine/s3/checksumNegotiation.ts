import { fromStoreError, httpStatus } from '../failures/storeErrors';
import { namesConditions } from './refusesConditions';

/** What travels with a body so that the store can tell whether it has arrived whole. */
export type ChecksumHeaders = 'crc32' | 'md5' | 'both';

/** What a store's answers have taught: not all know CRC32, and some only with single puts. */
export interface ChecksumSupport {
  put: Crc32Lesson;
  upload: Crc32Lesson;
}

type Crc32Lesson = 'untried' | 'taken' | 'not-taken';

/**
 * Sends a request with what guards its body best on this store. The first request of its kind finds
 * out: where it is refused, it is sent again without a CRC32, and where that helps, that is how it
 * stays. What this gives sends one request in as many ways as it is called with; the CRC32 is
 * suspected only once.
 */
export function withChecksum<A extends readonly unknown[], T>(
  lessons: ChecksumSupport,
  kind: keyof ChecksumSupport,
  send: (guard: ChecksumHeaders, ...way: A) => Promise<T>,
  isTaken: (answer: T) => boolean,
): (...way: A) => Promise<T> {
  let wasSuspected = false;
  return async (...way) => {
    if (lessons[kind] === 'taken') return send('crc32', ...way);
    if (lessons[kind] === 'not-taken' || wasSuspected) return send('md5', ...way);
    let answer: T;
    try {
      answer = await send('both', ...way);
    } catch (error) {
      if (!mayMindCrc32(error)) throw error;
      wasSuspected = true;
      // Where this fails as well, the CRC32 alone was not to blame.
      answer = await send('md5', ...way);
      lessons[kind] = 'not-taken';
      return answer;
    }
    lessons[kind] = isTaken(answer) ? 'taken' : 'not-taken';
    return answer;
  };
}

/** Stores have no common word for a header that they do not know. */
function mayMindCrc32(error: unknown): boolean {
  if (namesConditions(error)) return false;
  const status = httpStatus(error);
  if (status === 501) return true;
  return status === 400 && fromStoreError(error, { endpoint: '' }).code === 'unexpected';
}
