/**
 * The size of one part, and of the largest object that is sent in one piece. Equal for all parts of
 * an upload, since some stores insist on it, and large enough that 10,000 suffice.
 */
export function partSizeFor(size: number): number {
  const needed = Math.ceil(size / maximumParts / mebibyte) * mebibyte;
  return Math.max(8 * mebibyte, needed);
}

/** How many requests an upload of this size takes. */
export function requestsFor(size: number): number {
  const partSize = partSizeFor(size);
  return size <= partSize ? 1 : Math.ceil(size / partSize) + 2;
}

const mebibyte = 1 << 20;
const maximumParts = 10_000;
