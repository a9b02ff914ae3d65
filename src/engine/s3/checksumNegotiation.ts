import { fromStoreError, httpStatus } from '../failures/errorMapping';

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
 * out: where it is refused, it is sent again without a CRC32, and that is how it stays.
 */
export async function withChecksum<T>(
  lessons: ChecksumSupport,
  kind: keyof ChecksumSupport,
  send: (guard: ChecksumHeaders) => Promise<T>,
  isTaken: (answer: T) => boolean,
): Promise<T> {
  if (lessons[kind] === 'taken') return send('crc32');
  if (lessons[kind] === 'not-taken') return send('md5');
  let answer: T;
  try {
    answer = await send('both');
  } catch (error) {
    if (!mayMindCrc32(error)) throw error;
    // Where this fails as well, the CRC32 was not to blame.
    answer = await send('md5');
    lessons[kind] = 'not-taken';
    return answer;
  }
  lessons[kind] = isTaken(answer) ? 'taken' : 'not-taken';
  return answer;
}

/** Stores have no common word for a header that they do not know. */
function mayMindCrc32(error: unknown): boolean {
  const status = httpStatus(error);
  if (status === 501) return true;
  return status === 400 && fromStoreError(error, { endpoint: '' }).code === 'unexpected';
}
