import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { S3Client } from '@aws-sdk/client-s3';
import { sha256Aside } from '../checksums/hashAside';
import { MalformedAnswer } from '../failures/malformedAnswer';
import { requestKind } from '../network/requestCount';
import { resolveAddress, type BucketAddress } from './bucketAddress';
import { exchange, type HttpRequest, type Method, type RequestBody } from './httpExchange';
import { collectBounded } from './proveAnswers';
import { isError, RefusedRequest } from './refusedRequest';
import { encodedKey, queryString } from './signature';
import type { Transport } from './transport';
import { storeTime } from './answerField';

/** A request about an object, or a list of them. */
export interface DirectRequest {
  readonly method: Method;
  readonly bucket: string;
  /** `undefined` for the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Partial<Record<QueryName, string | undefined>>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: RequestBody;
  /** Of the body, in hexadecimal, where it is known. */
  readonly sha256?: string | undefined;
  /** How many times as long as others it may move no byte. */
  readonly patience?: number;
}

/** All that may stand in a query: what removes things has no name here. */
export type QueryName =
  | 'continuation-token'
  | 'delimiter'
  | 'encoding-type'
  | 'list-type'
  | 'max-keys'
  | 'partNumber'
  | 'prefix'
  | 'start-after'
  | 'uploadId'
  | 'versionId';

/** An answer that reports success. */
export interface DirectAnswer {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a GET, for the caller to read or to destroy. */
  readonly body: IncomingMessage;
}

interface DirectClientDeps {
  /** Knows credentials, addresses and the store's clock, for both of us. */
  readonly sdk: S3Client;
  readonly transport: Transport;
  readonly onAnswer: (headers: DirectAnswer['headers'], sentAt: number) => void;
  /** Called with the headers of a request that the store has carried out. */
  readonly onSuccess: (headers: HttpRequest['headers']) => void;
  /** Returns what to throw for a request that has failed; it was sent with these headers. */
  readonly onFailure: (
    error: unknown,
    request: DirectRequest,
    headers: HttpRequest['headers'],
  ) => Promise<unknown>;
}

/**
 * Sends the requests that come by the thousand, without the SDK's stack, which takes longer than all
 * the rest together. What a request must be like is asked of the SDK: credentials, address, region,
 * clock. It sends once and throws as the SDK does.
 */
export class DirectClient {
  readonly #deps: DirectClientDeps;
  readonly #addresses = new Map<string, Promise<BucketAddress>>();

  constructor(deps: DirectClientDeps) {
    this.#deps = deps;
  }

  /** Throws `RefusedRequest` where the store reports no success. */
  async send(request: DirectRequest, signal: AbortSignal): Promise<DirectAnswer> {
    const address = await this.#addressOf(request.bucket);
    const signed = await this.#sign(request, address);
    try {
      this.#deps.transport.requests.add(requestKind(request.method, request.query));
      return await this.#exchange(signed, signal);
    } catch (error) {
      throw await this.#deps.onFailure(error, request, signed.headers);
    }
  }

  async #exchange(request: HttpRequest, signal: AbortSignal): Promise<DirectAnswer> {
    const { sdk, transport, onAnswer, onSuccess } = this.#deps;
    const sentAt = Date.now();
    const answer = await exchange(request, transport, signal);
    const headers = answer.headers as Readonly<Record<string, string>>;
    correctClock(sdk, headers, sentAt);
    onAnswer(headers, sentAt);
    const { statusCode: status = 0 } = answer;
    if (status >= 200 && status < 300) {
      if (request.method !== 'GET') requireDone(await restOf(answer), headers);
      onSuccess(request.headers);
      return { headers, body: answer };
    }
    const text = Buffer.from(await collectBounded(answer)).toString();
    // The refusal of a HEAD has no body to say why.
    const isForTime = status === 403 && text === '' && isSignedAtAnotherTime(request, headers);
    throw new RefusedRequest(status, headers, isForTime ? refusedForTime : text);
  }

  async #sign(
    { method, key, query = {}, headers = {}, body, sha256, patience }: DirectRequest,
    { url, signer, identify }: BucketAddress,
  ): Promise<HttpRequest> {
    const path =
      url.pathname.replace(/\/$/, '') + (key === undefined ? '/' : `/${encodedKey(key)}`);
    const asked = withoutUndefined(query);
    const { identity, headers: sessionHeaders } = await identify();
    const unsigned = {
      method,
      path,
      query: asked,
      headers: {
        host: url.host,
        ...withoutUndefined(headers),
        ...sessionHeaders,
        ...(body !== undefined && { 'content-length': String(body.bytes.byteLength) }),
      },
      sha256: sha256 ?? (await signedHash(url, body?.bytes)),
    };
    const date = new Date(Date.now() + this.#deps.sdk.config.systemClockOffset);
    const signed = signer.sign(unsigned, identity, date);
    const search = queryString(asked);
    return {
      method,
      endpoint: url,
      target: search === '' ? path : `${path}?${search}`,
      headers: { ...signed, ...unsignedHeaders },
      body,
      patience,
    };
  }

  #addressOf(bucket: string): Promise<BucketAddress> {
    let address = this.#addresses.get(bucket);
    if (address === undefined) {
      address = resolveAddress(this.#deps.sdk, bucket);
      this.#addresses.set(bucket, address);
      // It may have failed for want of a setting that is there by now.
      address.catch(() => this.#addresses.delete(bucket));
    }
    return address;
  }
}

/** Reads what comes: only after its end is the connection free for the next request. */
async function restOf(answer: IncomingMessage): Promise<string> {
  if (answer.headers['content-length'] !== '0') {
    return Buffer.from(await collectBounded(answer)).toString();
  }
  await once(answer.resume(), 'end');
  return '';
}

/**
 * Throws where an answer of status 200 is an error, as S3's may be when it was begun before the work
 * was done, or where a page stands in place of an answer of a store.
 */
function requireDone(text: string, headers: DirectAnswer['headers']): void {
  if (text.trim() === '') return;
  if (isError(text)) throw new RefusedRequest(errorWithinSuccess, headers, text);
  if (headers['etag'] === undefined)
    throw new MalformedAnswer('An answer without ETag has a text.');
}

/** Of an error without a name, nobody knows what became of the request. */
const errorWithinSuccess = 500;

/**
 * Returns what a signature says of a body. TLS guards one on its way, and its checksum is in a header
 * that is signed.
 */
async function signedHash({ protocol }: URL, body: Uint8Array = nothing): Promise<string> {
  if (body.byteLength > 0 && protocol === 'https:') return 'UNSIGNED-PAYLOAD';
  return sha256Aside(body);
}

const nothing = new Uint8Array();

/** Some servers change them on the way. */
const unsignedHeaders = {
  // Without it, servers may compress (RFC 9110, section 12.5.3), and proxies do.
  'accept-encoding': 'identity',
  'user-agent': 's3-backup',
};

/** Corrects the clock that requests are signed by, as the SDK does after its own. */
function correctClock(
  { config }: S3Client,
  headers: DirectAnswer['headers'],
  sentAt: number,
): void {
  const told = storeTime(headers['date']);
  const now = Date.now();
  // An answer out of a cache, or a late one, tells of another time.
  if (told === undefined || headers['age'] !== undefined || now - sentAt > maxExchangeMs) return;
  config.systemClockOffset = told - now;
}

const maxExchangeMs = 900_000;

/** Whether a request was signed for a time that S3 refuses by the clock of the answer. */
function isSignedAtAnotherTime(request: HttpRequest, answered: DirectAnswer['headers']): boolean {
  const [, date = '', hours = '', minutes = '', seconds = ''] =
    /^(\d{8})T(\d\d)(\d\d)(\d\d)Z$/.exec(request.headers['x-amz-date'] ?? '') ?? [];
  const day = date.replace(/^(\d{4})(\d\d)/, '$1-$2-');
  const signedFor = storeTime(`${day}T${hours}:${minutes}:${seconds}Z`);
  const told = storeTime(answered['date']);
  if (signedFor === undefined || told === undefined) return false;
  return Math.abs(told - signedFor) > maxSkewMs;
}

/** S3's list of error codes, `RequestTimeTooSkewed`. */
const maxSkewMs = 900_000;
const refusedForTime = '<Error><Code>RequestTimeTooSkewed</Code></Error>';

function withoutUndefined(
  record: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name in record) {
    const value = record[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
