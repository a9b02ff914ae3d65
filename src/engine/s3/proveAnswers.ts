import type { S3Client } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { MalformedAnswer } from '../failures/malformedAnswer';
import { AnswerProgress } from '../network/answerProgress';

/**
 * Makes a client reject answers of another kind than the command asks for. The SDK parses any XML, so
 * that an empty body, a login page or the answer to another command would pass for an empty list.
 * The root element of each document must be that of the S3 API reference, or what a store is known to
 * call the same answer
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html).
 * Requests then throw `MalformedAnswer`.
 */
export function proveAnswers({ middlewareStack }: S3Client): void {
  middlewareStack.add(
    (next, { commandName = '' }) =>
      async args => {
        const result = await next(args);
        const root = roots[commandName];
        const response = result.response as Answer;
        if (root === undefined || response.statusCode >= 300) return result;
        // Nobody here goes by it, and the SDK rejects the whole answer for one that it can't read.
        delete response.headers['x-amz-abort-date'];
        const limits = commandName === completion ? completionLimits : {};
        const bytes = await collectBounded(response.body as Readable, limits);
        response.body = bytes;
        // The SDK makes an error of it that is retried: the store broke off the completion.
        if (bytes.byteLength === 0 && commandName === completion) {
          return result;
        }
        const reading = readDocument(Buffer.from(bytes).toString(), root);
        if (reading.kind === 'error') response.statusCode = 503;
        if (reading.kind === 'amended') response.body = Buffer.from(reading.text);
        return result;
      },
    { step: 'deserialize', priority: 'low', name: 'proveAnswers' },
  );
}

interface Answer {
  statusCode: number;
  body: unknown;
  readonly headers: Record<string, string>;
}

const completion = 'CompleteMultipartUploadCommand';

/** The root elements by command names, that of the reference first. */
const roots: Readonly<Record<string, readonly [string, ...string[]]>> = {
  ListBucketsCommand: ['ListAllMyBucketsResult'],
  ListObjectVersionsCommand: ['ListVersionsResult'],
  // moto's
  ListPartsCommand: ['ListPartsResult', 'ListPartsResponse'],
  // rclone's
  CreateMultipartUploadCommand: ['InitiateMultipartUploadResult', 'InitiateMultipartUpload'],
  CompleteMultipartUploadCommand: ['CompleteMultipartUploadResult'],
  GetBucketVersioningCommand: ['VersioningConfiguration'],
  GetPublicAccessBlockCommand: ['PublicAccessBlockConfiguration'],
  GetBucketPolicyStatusCommand: ['PolicyStatus'],
  GetBucketLifecycleConfigurationCommand: ['LifecycleConfiguration'],
  GetObjectLockConfigurationCommand: ['ObjectLockConfiguration'],
};

type DocumentReading =
  | { readonly kind: 'as-it-is' }
  /** The store failed after it had sent status 200, as S3 may do for a completion. */
  | { readonly kind: 'error' }
  /** The SDK would misread the original text. */
  | { readonly kind: 'amended'; readonly text: string };

/** Throws `MalformedAnswer` if the text is not one complete document with one of these root elements. */
function readDocument(text: string, names: readonly [string, ...string[]]): DocumentReading {
  const found = readRoot(text, names);
  if (found.kind === 'error') return found;
  const { prefix } = found;
  const amended = withoutUnreadable(prefix === undefined ? text : withoutPrefix(text, prefix));
  return amended === text ? { kind: 'as-it-is' } : { kind: 'amended', text: amended };
}

type RootReading =
  | { readonly kind: 'error' }
  /** With the namespace prefix of its elements. */
  | { readonly kind: 'as-asked'; readonly prefix: string | undefined };

/** Like `readDocument`, for who reads the elements without the SDK. */
export function readRoot(text: string, names: readonly [string, ...string[]]): RootReading {
  const found = beginning.exec(text)?.groups;
  const name = found?.['name'];
  if (name === 'Error') return { kind: 'error' };
  if (found === undefined || name === undefined || !names.includes(name)) {
    const listed = name === 'ListBucketResult' ? bucketName.exec(text)?.[1] : undefined;
    throw new MalformedAnswer(`Instead of <${names[0]}> came ${describe(text, name)}.`, listed);
  }
  const { prefix } = found;
  const element = prefix === undefined ? name : `${prefix}:${name}`;
  // A truncated list would hide objects.
  if (!ends(text, element)) throw new MalformedAnswer(`The answer ends before </${element}>.`);
  return { kind: 'as-asked', prefix };
}

/** In a list of objects. */
const bucketName = /<(?:[\w.-]+:)?Name>([^<&]+)</;

/** Removes the namespace prefix of elements, by which the SDK does not find them. */
function withoutPrefix(text: string, prefix: string): string {
  // Only outside CDATA sections does `<` always begin an element.
  if (text.includes('<![CDATA[')) throw new MalformedAnswer('The answer has CDATA in it.');
  return text.replaceAll(`<${prefix}:`, '<').replaceAll(`</${prefix}:`, '</');
}

/**
 * Removes faulty fields: the SDK would reject the whole list for one time, and read no size as 0. A
 * time without a zone is UTC (`storeTime`).
 */
function withoutUnreadable(text: string): string {
  return text.replaceAll(zoneless, '$1Z$3').replaceAll(unreadable, '');
}

const day = /\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])/.source;
const timeOfDay = /(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?/.source;
const zone = /(?:Z|[-+]\d\d:\d\d)/.source;
const zoneless = new RegExp(`(<(LastModified|CreationDate)>${day}T${timeOfDay})(</\\2>)`, 'gi');
const unreadable = new RegExp(
  [
    String.raw`<Size(?:\/>|>(?!\d+<)[^<]*<\/Size>)`,
    String.raw`<(LastModified|CreationDate)(?:\/>|>(?!${day}T${timeOfDay}${zone}<)[^<]*<\/\1>)`,
  ].join('|'),
  'gi',
);

/** Matches up to the root element's name, after a byte order mark, declaration and comments. */
const beginning =
  /^\uFEFF?\s*(?:<\?[^>]*\?>\s*|<!--[\s\S]*?-->\s*)*<(?:(?<prefix>[\w.-]+):)?(?<name>[\w.-]+)/;

function ends(text: string, element: string): boolean {
  const end = withoutLastComments(text.trimEnd());
  if (end.endsWith(`</${element}>`)) return true;
  // The root element may be empty, as `<ListPartsResult/>`.
  const last = end.slice(end.lastIndexOf('<'));
  return last.startsWith(`<${element}`) && last.endsWith('/>');
}

/** Caches and proxies sign what went through them. */
function withoutLastComments(text: string): string {
  let rest = text;
  while (rest.endsWith('-->')) {
    const start = rest.lastIndexOf('<!--');
    if (start === -1) break;
    rest = rest.slice(0, start).trimEnd();
  }
  return rest;
}

/** Names what came instead, without its text: it may be a private page. */
function describe(text: string, name: string | undefined): string {
  if (name !== undefined) return `<${name}>`;
  if (text.trim() === '') return 'nothing';
  return /^\s*<!doctype html/i.test(text) ? 'a page' : 'no XML';
}

/**
 * Reads an answer that is parsed as a whole; objects are streamed instead. Throws `MalformedAnswer`
 * if it is longer than the limit: an endless one would fill the memory. Throws `TimeoutError` if it
 * only trickles, or takes longer than it may.
 */
export async function collectBounded(
  stream: Readable,
  { limitBytes = maxAnswerBytes, withinMs = maxAnswerMs, mayTrickle = 'never' }: AnswerLimits = {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const progress = new AnswerProgress();
  const timer = setTimeout(() => {
    stream.destroy(new AnswerTooSlow(`The answer took more than ${String(withinMs)} ms.`));
  }, withinMs);
  let waitingSince = performance.now();
  try {
    // Leaving the loop destroys the stream and closes the connection.
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      size += piece.byteLength;
      if (size > limitBytes)
        throw new MalformedAnswer(`an answer of more than ${String(limitBytes)} bytes`);
      pieces.push(piece);
      const now = performance.now();
      const isTrickling = progress.add(piece.byteLength, now - waitingSince) > 0;
      if (isTrickling && mayTrickle === 'never') throw new AnswerTooSlow('The answer trickles.');
      waitingSince = now;
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(pieces, size);
}

interface AnswerLimits {
  readonly limitBytes?: number;
  readonly withinMs?: number;
  readonly mayTrickle?: 'never' | 'while-it-works';
}

class AnswerTooSlow extends Error {
  override readonly name = 'TimeoutError';
}

/** A page of 1,000 keys, all as long as they may be and escaped, takes about 4 MB. */
const maxAnswerBytes = 64 << 20;

/** Such a page takes less at 15 kB/s. */
const maxAnswerMs = 300_000;

/** While S3 puts the parts together, which takes it minutes, it sends spaces. */
const completionLimits: AnswerLimits = {
  withinMs: 6 * maxAnswerMs,
  mayTrickle: 'while-it-works',
};
