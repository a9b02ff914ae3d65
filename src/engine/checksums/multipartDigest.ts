import { createHash, type Hash } from 'node:crypto';

/** Computes what stores keep of an object in parts of one size: a hash over the parts' hashes. */
export interface MultipartDigest {
  update(bytes: Uint8Array): void;
  digest(): { readonly digest: Buffer; readonly parts: number };
}

export function multipartDigest(
  algorithm: 'md5' | 'sha1' | 'sha256',
  partSize: number,
): MultipartDigest {
  const whole = createHash(algorithm);
  let part: Hash = createHash(algorithm);
  let inPart = 0;
  let parts = 0;

  function endPart(): void {
    whole.update(part.digest());
    part = createHash(algorithm);
    inPart = 0;
    parts++;
  }

  return {
    update(bytes) {
      for (let start = 0; start < bytes.length;) {
        const end = Math.min(bytes.length, start + partSize - inPart);
        part.update(bytes.subarray(start, end));
        inPart += end - start;
        start = end;
        if (inPart === partSize) endPart();
      }
    },
    digest() {
      if (inPart > 0) endPart();
      return { digest: whole.digest(), parts };
    },
  };
}
