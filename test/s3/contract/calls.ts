import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';

import type { FailureCode } from '../../../src/protocol/failures';
import type {
  CompletedObject,
  Bucket,
  Condition,
  ListedObject,
  ListedPart,
  MultipartUpload,
  ObjectAttributes,
  ObjectVersion,
  StoredObject,
  StoredPart,
} from '../../../src/engine/ports/bucket';
import { Failure } from '../../../src/engine/failures/failure';

export const partSize = 5 * 1024 * 1024;
export const someEtag = createHash('md5').update('nothing has these bytes').digest('hex');
export const absent: Condition = { kind: 'absent' };
export const plain: ObjectAttributes = { contentType: 'application/octet-stream', metadata: {} };

/** A prefix of which no other test knows. */
export function newPrefix(): string {
  return `${randomUUID()}/`;
}

export function newKey(): string {
  return `${newPrefix()}object`;
}

/** Lets a test that hangs fail with a cause. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(50_000);
}

export function unchanged(etag: string): Condition {
  return { kind: 'unchanged', etag };
}

export async function put(
  bucket: Bucket,
  key: string,
  body: Uint8Array,
  {
    condition = absent,
    attributes = plain,
    signal = patience(),
  }: { condition?: Condition; attributes?: ObjectAttributes; signal?: AbortSignal } = {},
): Promise<StoredObject> {
  return bucket.put({ key, body, condition, attributes, signal });
}

export function startMultipart(
  bucket: Bucket,
  key: string,
  attributes: ObjectAttributes = plain,
): Promise<MultipartUpload> {
  return bucket.startMultipart({ key, attributes, signal: patience() });
}

export function putPart(
  bucket: Bucket,
  upload: MultipartUpload,
  partNumber: number,
  body: Uint8Array,
): Promise<StoredPart> {
  return bucket.putPart({ upload, partNumber, body, signal: patience() });
}

export function complete(
  bucket: Bucket,
  upload: MultipartUpload,
  parts: readonly StoredPart[],
  size: number,
  condition: Condition = absent,
): Promise<CompletedObject> {
  return bucket.completeMultipart({ upload, parts, size, condition, signal: patience() });
}

export async function read(bucket: Bucket, key: string): Promise<Buffer> {
  return collect((await bucket.get({ key, signal: patience() })).body);
}

export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function listAll(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal = patience(),
): Promise<ListedObject[]> {
  const all: ListedObject[] = [];
  for await (const page of bucket.list({ prefix, signal })) all.push(...page);
  return all;
}

export async function listVersions(
  bucket: Bucket,
  key: string,
  pageSize?: number,
  signal: AbortSignal = patience(),
): Promise<ObjectVersion[]> {
  const all: ObjectVersion[] = [];
  const size = pageSize === undefined ? {} : { pageSize };
  for await (const page of bucket.listVersions({ key, ...size, signal })) {
    assert.ok(pageSize === undefined || page.length <= pageSize);
    all.push(...page);
  }
  return all;
}

export async function listParts(
  bucket: Bucket,
  upload: MultipartUpload,
  signal: AbortSignal = patience(),
): Promise<ListedPart[]> {
  const all: ListedPart[] = [];
  for await (const page of bucket.listParts(upload, signal)) all.push(...page);
  return all;
}

export async function assertFails(code: FailureCode, attempt: Promise<unknown>): Promise<Failure> {
  try {
    await attempt;
  } catch (error) {
    return assertFailure(code, error);
  }
  return assert.fail(`it did not fail with ${code}`);
}

export function assertFailure(code: FailureCode, thrown: unknown): Failure {
  if (!(thrown instanceof Failure)) throw thrown;
  assert.equal(thrown.code, code, JSON.stringify(thrown.toRecord()));
  return thrown;
}
