import { readEndpoint, withoutBucket, withScheme } from '../../protocol/endpoint';
import type { FailureCode } from '../../protocol/failures';
import { MalformedAnswer } from './malformedAnswer';
import { systemCode } from './systemCode';

/** An endpoint that leads elsewhere than the user meant, and what was probably meant. */
export interface WrongEndpoint {
  readonly code: FailureCode;
  readonly meant: string;
}

/** What an answer shows of the endpoint; whoever sent the request need not matter. */
export interface AnswerOfEndpoint {
  readonly endpoint: string;
  readonly bucket: string | undefined;
  /** Whether it was about an object. */
  readonly hasKey: boolean;
  readonly error: unknown;
  /** The error's name, as the store gives it. */
  readonly name: string;
}

/**
 * Tells by an answer what is wrong with the endpoint: it holds the bucket's name, the store names
 * another one, or nobody speaks TLS there. Returns `undefined` where the answer shows none of it.
 */
export function wrongEndpoint(answer: AnswerOfEndpoint): WrongEndpoint | undefined {
  const { endpoint, bucket, hasKey, error, name } = answer;
  if (isPlainAnswer(error)) {
    const meant = withScheme(endpoint, 'http');
    return meant === undefined ? undefined : { code: 'needs-http', meant };
  }
  const listed = error instanceof MalformedAnswer ? error.listed : undefined;
  // A list of buckets was answered by one of objects; or a bucket in the bucket was not found.
  const inEndpoint = listed ?? (name === 'NoSuchKey' && !hasKey ? bucket : undefined);
  if (inEndpoint !== undefined) {
    const meant = withoutBucket(endpoint, inEndpoint);
    return meant === undefined ? undefined : { code: 'bucket-in-endpoint', meant };
  }
  const named = redirects.has(name) ? namedEndpoint(error) : undefined;
  const scheme = endpoint.startsWith('http:') ? 'http' : 'https';
  const other = named === undefined ? undefined : readEndpoint(`${scheme}://${named}`)?.url;
  if (other === undefined) return undefined;
  const meant = (bucket === undefined ? undefined : withoutBucket(other, bucket)) ?? other;
  return meant === endpoint ? undefined : { code: 'bucket-elsewhere', meant };
}

/** Failures of an endpoint that does not answer as a store: nothing is learned of it. */
export const endpointFaults: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'not-s3',
  'bucket-in-endpoint',
  'bucket-elsewhere',
  'needs-https',
  'needs-http',
]);

/** Whether OpenSSL met bytes that are no TLS, such as the beginning of an HTTP answer. */
function isPlainAnswer(error: unknown): boolean {
  const code = systemCode(error);
  if (code === 'EPROTO') return error instanceof Error && plainWords.test(error.message);
  return code?.startsWith('ERR_SSL_') === true && plainWords.test(code.replaceAll('_', ' '));
}

const plainWords = /wrong version number|packet length too long|http request/i;

/** What S3 calls its redirects (S3's page "Error responses"). */
const redirects = new Set(['PermanentRedirect', 'TemporaryRedirect', 'Redirect']);

/** The host in the element `Endpoint`. */
function namedEndpoint(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('Endpoint' in error)) return undefined;
  return typeof error.Endpoint === 'string' && error.Endpoint !== '' ? error.Endpoint : undefined;
}
