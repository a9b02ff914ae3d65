import type { S3Client } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { MalformedAnswer } from '../failures/storeErrors';

/**
 * Lets no answer through that is not what was asked for. The SDK reads whatever XML comes, so that
 * an empty body, a login page or the answer to another question would pass for an empty list. Each
 * operation whose answer is a document has the element that the document must be.
 */
export function proveAnswers({ config, middlewareStack }: S3Client): void {
  middlewareStack.add(
    (next, { commandName = '' }) =>
      async args => {
        const result = await next(args);
        const root = roots[commandName];
        const response = result.response as Answer;
        if (root === undefined || response.statusCode >= 300) return result;
        const bytes = await config.streamCollector(response.body);
        response.body = bytes;
        // The SDK takes it for a completion that the store broke off, which may be tried again.
        if (bytes.byteLength === 0 && commandName === 'CompleteMultipartUploadCommand') {
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
}

/** The root elements, by the names of the commands. */
const roots: Readonly<Record<string, string>> = {
  ListBucketsCommand: 'ListAllMyBucketsResult',
  ListObjectsV2Command: 'ListBucketResult',
  ListObjectVersionsCommand: 'ListVersionsResult',
  ListPartsCommand: 'ListPartsResult',
  CreateMultipartUploadCommand: 'InitiateMultipartUploadResult',
  CompleteMultipartUploadCommand: 'CompleteMultipartUploadResult',
  GetBucketVersioningCommand: 'VersioningConfiguration',
  GetPublicAccessBlockCommand: 'PublicAccessBlockConfiguration',
  GetBucketPolicyStatusCommand: 'PolicyStatus',
  GetBucketLifecycleConfigurationCommand: 'LifecycleConfiguration',
  GetObjectLockConfigurationCommand: 'ObjectLockConfiguration',
};

type DocumentReading =
  | { readonly kind: 'as-it-is' }
  /** A store may begin to answer before it fails: the status then says that all is well. */
  | { readonly kind: 'error' }
  /** What the SDK would make of it as it is would be wrong, or nothing. */
  | { readonly kind: 'amended'; readonly text: string };

/** Throws `MalformedAnswer` where the text is not one whole document with this root. */
function readDocument(text: string, root: string): DocumentReading {
  const found = beginning.exec(text)?.groups;
  const name = found?.['name'];
  if (name === 'Error') return { kind: 'error' };
  if (found === undefined || name !== root) {
    throw new MalformedAnswer(`Instead of <${root}> came ${inShort(text, name)}.`);
  }
  const { prefix } = found;
  const element = prefix === undefined ? root : `${prefix}:${root}`;
  // What is cut off is no list of all there is.
  if (!ends(text, element)) throw new MalformedAnswer(`The answer ends before </${element}>.`);
  const amended = withoutUnreadable(prefix === undefined ? text : withoutPrefix(text, prefix));
  return amended === text ? { kind: 'as-it-is' } : { kind: 'amended', text: amended };
}

/** The SDK knows no element by a name with a namespace's prefix. */
function withoutPrefix(text: string, prefix: string): string {
  // Nothing but an element begins so, where there are no sections of raw text.
  if (text.includes('<![CDATA[')) throw new MalformedAnswer('The answer has raw text in it.');
  return text.replaceAll(`<${prefix}:`, '<').replaceAll(`</${prefix}:`, '</');
}

/** One time that is none would fail the whole list, and no size would pass for 0. */
function withoutUnreadable(text: string): string {
  return text.replaceAll(unreadable, '');
}

const day = /\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])/.source;
const timeOfDay = /(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)/.source;
const unreadable = new RegExp(
  [
    String.raw`<Size(?:\/>|>(?!\d+<)[^<]*<\/Size>)`,
    String.raw`<(LastModified|CreationDate)(?:\/>|>(?!${day}T${timeOfDay}<)[^<]*<\/\1>)`,
  ].join('|'),
  'gi',
);

/** Up to the name of the root: a byte order mark, the declaration and comments may stand before. */
const beginning =
  /^\uFEFF?\s*(?:<\?[^>]*\?>\s*|<!--[\s\S]*?-->\s*)*<(?:(?<prefix>[\w.-]+):)?(?<name>[\w.-]+)/;

function ends(text: string, element: string): boolean {
  const end = text.trimEnd();
  if (end.endsWith(`</${element}>`)) return true;
  // An element without content is its own end.
  const last = end.slice(end.lastIndexOf('<'));
  return last.startsWith(`<${element}`) && last.endsWith('/>');
}

/** What came instead, without what it says: it may be somebody's page. */
function inShort(text: string, name: string | undefined): string {
  if (name !== undefined) return `<${name}>`;
  if (text.trim() === '') return 'nothing';
  return /^\s*<!doctype html/i.test(text) ? 'a page' : 'no XML';
}

/**
 * Reads an answer that is to be parsed as a whole. Throws `MalformedAnswer` where it is longer than
 * the limit: one without an end would fill the memory. The bytes of objects are not read by it.
 */
export async function collectBounded(
  stream: Readable,
  limitBytes = maxAnswerBytes,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const piece of stream as AsyncIterable<Uint8Array>) {
    size += piece.byteLength;
    if (size > limitBytes)
      throw new MalformedAnswer(`an answer of more than ${String(limitBytes)} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

/** A page of 1,000 keys, all of the longest kind and escaped, takes about 4 MB. */
const maxAnswerBytes = 64 << 20;
