import type { IncomingMessage } from 'node:http';
import type {
  ByteRange,
  GetRequest,
  HeadRequest,
  ObjectContent,
  ObjectHead,
} from '../ports/bucket';
import { createHash } from 'node:crypto';
import { Crc32 } from '../checksums/crc32';
import { Crc64Nvme } from '../checksums/crc64nvme';
import { wholeChecksum } from '../checksums/storeChecksums';
import { fromStoreError, httpStatus } from '../failures/storeErrors';
import { Failure } from '../failures/failure';
import { found } from '../failures/found';
import { AnswerProgress } from '../network/answerProgress';
import { maxAttempts } from '../network/attempt';
import { matchHeader, type EtagCase } from './answerField';
import { listedSize } from './listedSize';
import { objectHead } from './objectHead';
import { bodyPieces } from './bodyPieces';
import type { BucketContext } from './bucketContext';
import { storeRequest } from './storeRequest';

/** What the store says of an object; `undefined` where there is none. */
export function headObject(
  context: BucketContext,
  request: HeadRequest,
): Promise<ObjectHead | undefined> {
  return storeRequest(subjectOf(context, request), request.signal, () =>
    headOnce(context, request),
  );
}

/** The same in one attempt, for requests that are tried again as a whole. */
export async function headOnce(
  context: BucketContext,
  request: HeadRequest,
): Promise<ObjectHead | undefined> {
  const { key, versionId, signal } = request;
  const send = () =>
    context.client.request(
      {
        method: 'HEAD',
        bucket: context.name,
        key,
        query: { versionId },
        headers: { 'x-amz-checksum-mode': 'ENABLED' },
      },
      signal,
    );
  try {
    const { headers } = await ofVersion(request, send);
    return await objectHead(headers, etag => listedSize(context, request, etag));
  } catch (error) {
    // With no text in it, the answer is no page that refuses the name, whatever type it claims.
    if (httpStatus(error) === 404) return undefined;
    const failure = fromStoreError(error, subjectOf(context, request));
    if (failure.code === 'no-such-key') return undefined;
    throw failure;
  }
}

/** An object's bytes, and what the store says of it. */
export async function getObject(
  context: BucketContext,
  request: GetRequest,
): Promise<ObjectContent> {
  const opened = await storeRequest(subjectOf(context, request), request.signal, () =>
    open(context, request),
  );
  return { head: opened.head, body: bytesOf(context, request, opened) };
}

/** A body that is ready to be read. */
interface OpenedBody {
  readonly head: ObjectHead;
  readonly stream: IncomingMessage;
}

/** Sends the request for the bytes; once more where the store minds how the ETag was spelled. */
async function open(context: BucketContext, request: GetRequest): Promise<OpenedBody> {
  const { etags } = context.capabilities;
  const etagCase = etags.case;
  try {
    return await openAsSpelled(context, request, etagCase);
  } catch (error) {
    if (request.ifMatch === undefined || httpStatus(error) !== 412) throw error;
    // The answer also tells how the store spells it.
    const head = await headObject(context, request);
    const spelled = etags.case;
    if (head?.etag !== request.ifMatch || spelled === etagCase) throw error;
    return openAsSpelled(context, request, spelled);
  }
}

async function openAsSpelled(
  context: BucketContext,
  request: GetRequest,
  etagCase: EtagCase,
): Promise<OpenedBody> {
  const { client, name } = context;
  const { key, versionId, ifMatch, range, signal } = request;
  const { headers, body: stream } = await ofVersion({ key, versionId }, () =>
    client.request(
      {
        method: 'GET',
        bucket: name,
        key,
        query: { versionId },
        headers: {
          ...(ifMatch !== undefined && { 'if-match': matchHeader(ifMatch, etagCase) }),
          ...(range === undefined
            ? { 'x-amz-checksum-mode': 'ENABLED' }
            : { range: `bytes=${String(range.start)}-${String(range.end - 1)}` }),
        },
      },
      signal,
    ),
  );
  try {
    const head = await objectHead(headers, etag => listedSize(context, request, etag));
    // Not every store heeds the condition.
    if (ifMatch !== undefined && head.etag !== ifMatch) throw new Failure('changed-in-cloud', key);
    if (!isOfRange(headers['content-range'], range)) {
      throw new Failure('unexpected', key, found`the store gave other bytes than it was asked for`);
    }
    return { head, stream };
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** Not every store knows ranges; one that does says which bytes it gives. */
function isOfRange(given: string | undefined, range?: ByteRange): boolean {
  if (range === undefined) return given === undefined;
  return given?.startsWith(`bytes ${String(range.start)}-${String(range.end - 1)}/`) === true;
}

/**
 * Reads piece by piece. Each is a request for itself in how it is tried again: what breaks off goes
 * on where it was, and only with the same object. Only a piece that has failed goes the way of
 * retries: for each of those that come by the thousand, that takes longer than the piece.
 */
async function* bytesOf(
  context: BucketContext,
  request: GetRequest,
  { head, stream }: OpenedBody,
): AsyncGenerator<Uint8Array> {
  const { key, signal, range, into } = request;
  const end = range?.end ?? head.size;
  const start = range?.start ?? 0;
  let position = start;
  let current: IncomingMessage | undefined = stream;
  let pieces = bodyPieces(stream, into);
  const check = bodyCheck(head, range);
  const progress = new AnswerProgress();
  let stalls = 0;
  const close = () => {
    current?.destroy();
    current = undefined;
  };

  /** Gives `undefined` after the last. */
  async function nextPiece(): Promise<Uint8Array | undefined> {
    if (current === undefined) {
      if (position === end) return undefined;
      const { versionId } = head;
      const rest = { key, versionId, ifMatch: head.etag, range: { start: position, end }, signal };
      current = (await open(context, rest)).stream;
      pieces = bodyPieces(current, into?.subarray(position - start));
    }
    try {
      const piece = await pieces.next();
      if (piece.done !== true) return piece.value;
      if (position === end) return undefined;
      throw new Failure('unreachable', context.endpoint, found`the body ended early`);
    } catch (error) {
      close();
      throw error;
    }
  }

  /** The same, after a failure; that was the first attempt. */
  function pieceAgain(failure: unknown): Promise<Uint8Array | undefined> {
    return storeRequest(subjectOf(context, request), signal, ({ number }) =>
      number === 1 ? Promise.reject(failure as Error) : nextPiece(),
    );
  }

  /** What only trickles goes on by another connection, as often as a request is tried. */
  function leaveWhereItTrickles(bytes: number, waitedMs: number): void {
    const stallsBefore = stalls;
    stalls = progress.add(bytes, waitedMs);
    if (stalls >= maxAttempts)
      throw new Failure('timed-out', context.endpoint, 'the body trickles');
    if (stalls > stallsBefore) close();
  }

  signal.addEventListener('abort', close, { once: true });
  try {
    for (;;) {
      // To the very end, so that the connection can be used again.
      const waitingSince = performance.now();
      const piece = await nextPiece().catch(pieceAgain);
      leaveWhereItTrickles(piece?.byteLength ?? 0, performance.now() - waitingSince);
      if (piece === undefined) {
        if (check?.isRight() === false) throw new Failure('not-as-stored', key, 'another checksum');
        return;
      }
      check?.update(piece);
      position += piece.byteLength;
      if (position > end) throw new Failure('not-as-stored', key, 'the body is too long');
      yield piece;
    }
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

interface BodyCheck {
  update(bytes: Uint8Array): void;
  isRight(): boolean;
}

/** Compares a whole body with the checksum that came in front of it, where there is one. */
function bodyCheck(head: ObjectHead, range: ByteRange | undefined): BodyCheck | undefined {
  if (range !== undefined) return undefined;
  for (const [algorithm, newHash] of hashes) {
    const expected = wholeChecksum(head, algorithm);
    if (expected === undefined) continue;
    const hash = newHash();
    return {
      update: bytes => {
        hash.update(bytes);
      },
      isRight: () => hash.digest().toString('base64') === expected,
    };
  }
  return undefined;
}

/** The cheapest first. */
const hashes = [
  ['crc32', () => new Crc32()],
  ['sha256', () => createHash('sha256')],
  ['sha1', () => createHash('sha1')],
  ['crc64nvme', () => new Crc64Nvme()],
] as const;

/** A version that only says that the object was deleted is answered with a code of its own. */
async function ofVersion<T>(
  { key, versionId }: Pick<HeadRequest, 'key' | 'versionId'>,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (versionId !== undefined && httpStatus(error) === 405) {
      throw new Failure('no-such-key', key, error);
    }
    throw error;
  }
}

function subjectOf({ endpoint, name }: BucketContext, { key }: HeadRequest) {
  return { endpoint, bucket: name, key };
}
