import { multipartDigest } from './multipartDigest';

/** Computes an object's multipart ETag, for one part size, from its bytes in their order. */
export interface MultipartEtag {
  update(bytes: Uint8Array): void;
  digest(): string;
}

/** As S3 derives it: the MD5 over the parts' MD5s, and their number. */
export function multipartEtag(partSize: number): MultipartEtag {
  const hash = multipartDigest('md5', partSize);
  return {
    update: bytes => {
      hash.update(bytes);
    },
    digest() {
      const { digest, parts } = hash.digest();
      return `${digest.toString('hex')}-${String(parts)}`;
    },
  };
}

/** How an ETag says that its object was stored in so many parts; `undefined` for any other. */
export function partsOf(etag: string): number | undefined {
  const count = /^[0-9a-f]{32}-(\d{1,5})$/.exec(etag)?.[1];
  return count === undefined ? undefined : Number(count);
}

/**
 * The part sizes that tools may have used for an object of this size in so many parts, the
 * likeliest first. All parts but the last are equal, and tools take whole mebibytes.
 */
export function likelyPartSizes(size: number, parts: number): readonly number[] {
  if (parts < 1 || size < 1) return [];
  const smallest = Math.ceil(size / parts);
  const largest =
    parts === 1 ? Math.max(size, usual.at(-1) ?? size) : Math.ceil(size / (parts - 1)) - 1;
  const fits = (partSize: number) => partSize >= smallest && partSize <= largest;
  const sizes = new Set(usual.filter(fits));
  const step = Math.ceil(smallest / mebibyte) * mebibyte;
  for (let next = step; next <= largest && sizes.size < mostTried; next += mebibyte) {
    sizes.add(next);
  }
  return [...sizes].slice(0, mostTried);
}

const mebibyte = 1 << 20;

/** Defaults of the tools that people use. */
const usual = [8, 5, 16, 10, 15, 20, 25, 32, 50, 64, 100, 128, 256, 512].map(
  count => count * mebibyte,
);

/** Each one costs an MD5 over the whole file. */
const mostTried = 8;
