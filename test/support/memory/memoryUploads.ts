import { randomUUID } from 'node:crypto';

import { crc32Of } from '../../../src/engine/checksums/crc32';
import { Failure } from '../../../src/engine/failures/failure';
import type {
  CompleteMultipartRequest,
  MultipartUpload,
  ObjectAttributes,
  StoredPart,
} from '../../../src/engine/ports/bucket';
import { md5 } from './memoryObjects';

/** The multipart uploads of a bucket in memory that are neither completed nor aborted. */
export class MemoryUploads {
  readonly #open = new Map<string, MemoryUpload>();

  get open(): readonly { readonly key: string; readonly partNumbers: readonly number[] }[] {
    return [...this.#open.values()].map(({ key, parts }) => ({
      key,
      partNumbers: [...parts.keys()].sort((a, b) => a - b),
    }));
  }

  start(begun: Omit<MemoryUpload, 'parts'>): MultipartUpload {
    const uploadId = randomUUID();
    this.#open.set(uploadId, { ...begun, parts: new Map() });
    return { key: begun.key, uploadId, checksum: 'crc32' };
  }

  putPart(upload: MultipartUpload, partNumber: number, body: Buffer): StoredPart {
    const part = { body, etag: md5(body).toString('hex') };
    this.#find(upload).parts.set(partNumber, part);
    return toStoredPart(partNumber, part);
  }

  /** In the order of their numbers. */
  parts(upload: MultipartUpload): readonly StoredPart[] {
    return [...this.#find(upload).parts]
      .sort(([one], [other]) => one - other)
      .map(([partNumber, part]) => toStoredPart(partNumber, part));
  }

  /** The object that the parts make, which must be those that were sent, in order, and of this size. */
  assemble({ upload, parts, size }: CompleteMultipartRequest): AssembledUpload {
    const { parts: sent, attributes, modifiedAtMs } = this.#find(upload);
    const chosen = parts.map(({ partNumber, etag }, index) => {
      const part = sent.get(partNumber);
      const previous = parts[index - 1];
      if (part?.etag !== etag || (previous !== undefined && previous.partNumber >= partNumber)) {
        throw new Failure('unexpected', upload.key, `part ${String(partNumber)} does not fit`);
      }
      return part;
    });
    const body = Buffer.concat(chosen.map(part => part.body));
    if (chosen.length === 0 || body.byteLength !== size) {
      const found = `${String(body.byteLength)} bytes, not ${String(size)}`;
      throw new Failure('unexpected', upload.key, found);
    }
    const digests = Buffer.concat(chosen.map(part => md5(part.body)));
    const etag = `${md5(digests).toString('hex')}-${String(chosen.length)}`;
    return { attributes, modifiedAtMs, body, etag };
  }

  end({ uploadId }: MultipartUpload): void {
    this.#open.delete(uploadId);
  }

  #find({ key, uploadId }: MultipartUpload): MemoryUpload {
    const upload = this.#open.get(uploadId);
    if (upload?.key !== key) throw new Failure('no-such-upload', key);
    return upload;
  }
}

interface AssembledUpload {
  readonly attributes: ObjectAttributes;
  readonly modifiedAtMs: number;
  readonly body: Buffer;
  readonly etag: string;
}

interface MemoryUpload {
  readonly key: string;
  readonly attributes: ObjectAttributes;
  readonly modifiedAtMs: number;
  readonly parts: Map<number, MemoryPart>;
}

interface MemoryPart {
  readonly body: Buffer;
  readonly etag: string;
}

function toStoredPart(partNumber: number, { body, etag }: MemoryPart): StoredPart {
  return { partNumber, size: body.byteLength, etag, crc32: crc32Of(body) };
}
