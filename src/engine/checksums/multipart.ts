import { createHash, type Hash } from 'node:crypto';

/**
 * Computes the multipart ETag of an object from its bytes, for one part size: the MD5 over the MD5s
 * of the parts, and the number of parts. AWS documents the checksum of checksums
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html); that its
 * ETags are made so is common knowledge among tools, and measured against stores.
 */
export class MultipartEtag {
  readonly #digest: MultipartDigest;

  /** `partSize` in bytes. */
  constructor(partSize: number) {
    this.#digest = new MultipartDigest('md5', partSize);
  }

  update(bytes: Uint8Array): void {
    this.#digest.update(bytes);
  }

  digest(): string {
    const { digest, parts } = this.#digest.digest();
    return `${digest.toString('hex')}-${String(parts)}`;
  }
}

/** Computes the hash over the hashes of an object's parts, which all but the last are of one size. */
export class MultipartDigest {
  readonly #algorithm: 'md5' | 'sha1' | 'sha256';
  readonly #partSize: number;
  readonly #whole: Hash;
  #part: Hash;
  #inPart = 0;
  #parts = 0;

  constructor(algorithm: 'md5' | 'sha1' | 'sha256', partSize: number) {
    this.#algorithm = algorithm;
    this.#partSize = partSize;
    this.#whole = createHash(algorithm);
    this.#part = createHash(algorithm);
  }

  update(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length;) {
      const end = Math.min(bytes.length, start + this.#partSize - this.#inPart);
      this.#part.update(bytes.subarray(start, end));
      this.#inPart += end - start;
      start = end;
      if (this.#inPart === this.#partSize) this.#endPart();
    }
  }

  /** Call it once. */
  digest(): { readonly digest: Buffer; readonly parts: number } {
    if (this.#inPart > 0) this.#endPart();
    return { digest: this.#whole.digest(), parts: this.#parts };
  }

  #endPart(): void {
    this.#whole.update(this.#part.digest());
    this.#part = createHash(this.#algorithm);
    this.#inPart = 0;
    this.#parts++;
  }
}

/** The number of parts that a multipart ETag names; `undefined` for any other ETag. */
export function partCount(etag: string): number | undefined {
  const count = /^[0-9a-f]{32}-(\d{1,5})$/.exec(etag)?.[1];
  return count === undefined ? undefined : Number(count);
}

/**
 * Returns the part sizes that tools may have used for an object of this size in so many parts, the
 * likeliest first. All parts but the last are equal, and tools use whole mebibytes.
 */
export function likelyPartSizes(size: number, parts: number): readonly number[] {
  if (parts < 1 || size < 1) return [];
  const smallest = Math.ceil(size / parts);
  const largest =
    parts === 1 ? Math.max(size, defaults.at(-1) ?? size) : Math.ceil(size / (parts - 1)) - 1;
  const fits = (partSize: number) => partSize >= smallest && partSize <= largest;
  const sizes = new Set(defaults.filter(fits));
  const step = Math.ceil(smallest / mebibyte) * mebibyte;
  for (let next = step; next <= largest && sizes.size < maxTried; next += mebibyte) {
    sizes.add(next);
  }
  return [...sizes].slice(0, maxTried);
}

const mebibyte = 1 << 20;

/** Default part sizes of common tools: AWS CLI 8, rclone and SDKs 5, others as documented by each. */
const defaults = [8, 5, 16, 10, 15, 20, 25, 32, 50, 64, 100, 128, 256, 512].map(
  count => count * mebibyte,
);

/** Each one costs an MD5 over the whole file. */
const maxTried = 8;
