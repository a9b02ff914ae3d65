import { createHash } from 'node:crypto';
import { Crc32 } from './crc32';
import { Crc64Nvme } from './crc64nvme';
import { MultipartEtag } from './multipart';

/** What can be computed of bytes: a checksum, or the ETag of an upload in parts of so many bytes. */
export type DigestKind =
  'crc32' | 'crc64nvme' | 'md5' | 'sha1' | 'sha256' | { readonly partSize: number };

/** Takes bytes in their order. */
export interface Digest {
  /** The bytes must not change until what it returns resolves. */
  update(bytes: Uint8Array): Promise<void> | void;
  /** Returns it in hexadecimal, an ETag as it is. Nothing can be added afterwards. */
  digest(): Promise<string> | string;
  /** Call it when you are done with it, whether or not it was asked for its digest. */
  dispose(): void;
}

/** Computes a digest in this thread. */
export class DigestHere implements Digest {
  readonly #sink: ReturnType<typeof sinkFor>;

  constructor(kind: DigestKind) {
    this.#sink = sinkFor(kind);
  }

  update(bytes: Uint8Array): void {
    this.#sink.update(bytes);
  }

  digest(): string {
    const digest = this.#sink.digest();
    return typeof digest === 'string' ? digest : digest.toString('hex');
  }

  dispose(): void {
    // There is nothing to give back.
  }
}

function sinkFor(kind: DigestKind) {
  if (typeof kind === 'object') return new MultipartEtag(kind.partSize);
  if (kind === 'crc32') return new Crc32();
  return kind === 'crc64nvme' ? new Crc64Nvme() : createHash(kind);
}
