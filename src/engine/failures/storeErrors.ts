import { systemCode } from './systemCode';
import { Failure } from './failure';
import { refusesName } from './refusedName';
import { endpointFaults, wrongEndpoint } from './wrongEndpoint';
import type { FailureCode } from '../../protocol/failures';

/** What a request to a store was about; failures name the one of them that the user can act on. */
export interface RequestSubject {
  readonly endpoint: string;
  readonly bucket?: string;
  readonly key?: string;
}

/** Returns an error of the SDK, of HTTP or of the network as a failure. */
export function fromStoreError(error: unknown, subject: RequestSubject): Failure {
  if (error instanceof Failure) return error;
  const { endpoint, bucket, key } = subject;
  const name = errorName(error);
  const wrong = wrongEndpoint({ endpoint, bucket, hasKey: key !== undefined, error, name });
  if (wrong !== undefined) {
    return new Failure(wrong.code, endpoint, new Error(wrong.meant, { cause: error }));
  }
  const code = storeCode(error, subject);
  const right = code === 'access-denied' ? neededRight(error) : undefined;
  const cause = right === undefined ? error : new Error(right, { cause: error });
  return new Failure(code, subjectOf(code, subject), cause);
}

/** Notes which right the request lacked that failed so; a failure has its name as its cause. */
export function noteNeededRight(error: unknown, right: string | undefined): void {
  if (error instanceof Error && right !== undefined) neededRights.set(error, right);
}

function neededRight(error: unknown): string | undefined {
  return error instanceof Error ? neededRights.get(error) : undefined;
}

const neededRights = new WeakMap<Error, string>();

/** How long the store asked to be left alone, in milliseconds (`Retry-After`, RFC 9110, 10.2.3). */
export function retryAfter(failure: Failure): number | undefined {
  const value = responseHeaders(failure.cause)?.['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Whether the store may have carried the request out although it failed. */
export function isOutcomeUnknown(failure: Failure): boolean {
  if (failure.code === 'timed-out' || failure.code === 'store-error') return true;
  return failure.code === 'unreachable' && systemCode(failure.cause) !== 'ECONNREFUSED';
}

function storeCode(error: unknown, { bucket, key }: RequestSubject): FailureCode {
  const name = errorName(error);
  if (name === 'AbortError') return 'cancelled';
  const status = httpStatus(error);
  const contentType = contentTypeOf(error);
  const words = error instanceof Error ? error.message : '';
  const isTelling = storeCodes[name] !== undefined && name !== 'NotFound';
  if (key !== undefined && refusesName({ key, status, name, isTelling, words, contentType })) {
    return 'name-refused';
  }
  const network = networkCodes[systemCode(error) ?? ''];
  // The SDK calls a broken connection a time-out too.
  const named = name === 'TimeoutError' ? (network ?? 'timed-out') : (storeCodes[name] ?? network);
  if (key === undefined && missingNames.has(name)) {
    // Nobody asked for an object, or for a bucket: the endpoint is not a store's own.
    return name === 'NoSuchKey' || bucket === undefined ? 'not-s3' : 'no-such-bucket';
  }
  if (named !== undefined) return named;
  const certificate = certificateFault(error);
  if (certificate !== undefined) return certificate;
  // What answers there does not speak TLS.
  if (isTlsError(error)) return 'not-s3';
  // It does not speak HTTP; for a file, it has done so before, and may have carried the request out.
  if (isNoHttp(error)) return key === undefined ? 'not-s3' : 'store-error';
  // Not every store names the error.
  if (status === 501) return 'not-implemented';
  // The SDK could not read an answer that reports success, or was redirected.
  if (status !== undefined && status < 400) return 'not-s3';
  // An HTML page; with a 5xx it may come from a proxy in front of a store.
  if (status !== undefined && status < 500 && isPage(error)) return 'not-s3';
  if (status === 404 && key === undefined)
    return bucket === undefined ? 'not-s3' : 'no-such-bucket';
  return statusCode(status) ?? 'unexpected';
}

function statusCode(status: number | undefined): FailureCode | undefined {
  if (status === undefined) return undefined;
  switch (status) {
    case 401:
    case 403:
      return 'access-denied';
    case 404:
      return 'no-such-key';
    case 408:
      return 'timed-out';
    case 412:
      return 'changed-in-cloud';
    case 413:
      return 'too-large-for-store';
    case 414:
      return 'key-too-long';
    case 507:
      return 'store-full';
    case 429:
    case 503:
      return 'store-busy';
  }
  return status >= 500 ? 'store-error' : undefined;
}

function subjectOf(code: FailureCode, subject: RequestSubject): string {
  if (endpointCodes.has(code)) return subject.endpoint;
  if (code === 'no-such-bucket' || code === 'invalid-bucket-name')
    return subject.bucket ?? subject.endpoint;
  return subject.key ?? subject.bucket ?? subject.endpoint;
}

const networkCodes: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EPIPE: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ECONNABORTED: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'host-not-found',
  EAI_AGAIN: 'host-not-found',
  ETIMEDOUT: 'timed-out',
  ESOCKETTIMEDOUT: 'timed-out',
};

/**
 * By the error codes of S3 and of stores that speak its protocol:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const storeCodes: Readonly<Record<string, FailureCode>> = {
  AccessDenied: 'access-denied',
  AllAccessDisabled: 'access-denied',
  AccountProblem: 'access-denied',
  InvalidAccessKeyId: 'credentials-refused',
  SignatureDoesNotMatch: 'credentials-refused',
  InvalidToken: 'credentials-refused',
  // What versitygw says of a key that it does not know.
  XAdminUserNotFound: 'credentials-refused',
  // The regions of the request and of the store are not the same; the keys may be right.
  AuthorizationHeaderMalformed: 'wrong-region',
  InvalidLocationConstraint: 'wrong-region',
  IllegalLocationConstraintException: 'wrong-region',
  InvalidRegion: 'wrong-region',
  ExpiredToken: 'credentials-expired',
  ExpiredTokenException: 'credentials-expired',
  TokenRefreshRequired: 'credentials-expired',
  RequestTimeTooSkewed: 'clock-skew',
  RequestExpired: 'clock-skew',
  NoSuchBucket: 'no-such-bucket',
  NoSuchKey: 'no-such-key',
  NoSuchVersion: 'no-such-key',
  NotFound: 'no-such-key',
  NoSuchUpload: 'no-such-upload',
  PreconditionFailed: 'changed-in-cloud',
  // We ask for ranges of the size that we know, so the object has become smaller.
  InvalidRange: 'changed-in-cloud',
  InvalidObjectState: 'archived',
  BadDigest: 'not-verified',
  InvalidDigest: 'not-verified',
  EntityTooLarge: 'too-large-for-store',
  RequestEntityTooLarge: 'too-large-for-store',
  XMinioStorageFull: 'store-full',
  XMinioAdminBucketQuotaExceeded: 'store-full',
  QuotaExceeded: 'store-full',
  StorageQuotaExceeded: 'store-full',
  InsufficientStorage: 'store-full',
  InvalidStorageClass: 'storage-refused',
  InvalidEncryptionAlgorithmError: 'storage-refused',
  'KMS.DisabledException': 'storage-refused',
  'KMS.InvalidKeyUsageException': 'storage-refused',
  'KMS.KMSInvalidStateException': 'storage-refused',
  'KMS.NotFoundException': 'storage-refused',
  InvalidPart: 'parts-refused',
  InvalidPartOrder: 'parts-refused',
  EntityTooSmall: 'parts-refused',
  XAmzContentChecksumMismatch: 'not-verified',
  XAmzContentSHA256Mismatch: 'not-verified',
  BucketAlreadyExists: 'bucket-name-taken',
  BucketAlreadyOwnedByYou: 'bucket-already-yours',
  InvalidBucketName: 'invalid-bucket-name',
  KeyTooLongError: 'key-too-long',
  KeyTooLong: 'key-too-long',
  SlowDown: 'store-busy',
  ServiceUnavailable: 'store-busy',
  Throttling: 'store-busy',
  ThrottlingException: 'store-busy',
  RequestTimeout: 'timed-out',
  MalformedAnswer: 'not-s3',
  MissingEtag: 'no-etags',
  InternalError: 'store-error',
  NotImplemented: 'not-implemented',
  OperationAborted: 'store-busy',
  ConditionalRequestConflict: 'store-busy',
};

/** Failures that concern the endpoint, whatever the request was. */
const endpointCodes = new Set<FailureCode>([
  'unreachable',
  'host-not-found',
  'certificate',
  'certificate-name',
  'certificate-date',
  'clock-skew',
  'timed-out',
  'store-busy',
  'store-error',
  'credentials-refused',
  'credentials-expired',
  'wrong-region',
  ...endpointFaults,
]);

/** What stores and the SDK call a thing that does not exist. */
const missingNames = new Set(['NoSuchBucket', 'NoSuchKey', 'NotFound']);

/** By the codes that Node has of OpenSSL (https://nodejs.org/api/tls.html, X509 certificate error codes). */
function certificateFault(error: unknown): FailureCode | undefined {
  const code = systemCode(error) ?? '';
  const named = certificateCodes[code];
  return named ?? (code.startsWith('CERT_') ? 'certificate' : undefined);
}

function isTlsError(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'EPROTO' || (code?.startsWith('ERR_SSL_') ?? false);
}

/** Whether Node's HTTP parser has refused an answer (https://nodejs.org/api/errors.html, `HPE_*`). */
function isNoHttp(error: unknown): boolean {
  return systemCode(error)?.startsWith('HPE_') ?? false;
}

const certificateCodes: Readonly<Record<string, FailureCode>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate',
  INVALID_CA: 'certificate',
  INVALID_PURPOSE: 'certificate',
  PATH_LENGTH_EXCEEDED: 'certificate',
  HOSTNAME_MISMATCH: 'certificate-name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-name',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'certificate-name',
  CERT_HAS_EXPIRED: 'certificate-date',
  CERT_NOT_YET_VALID: 'certificate-date',
};

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function isPage(error: unknown): boolean {
  return /^text\/html\b/i.test(contentTypeOf(error));
}

function contentTypeOf(error: unknown): string {
  return responseHeaders(error)?.['content-type'] ?? '';
}

/** The HTTP status of the answer that the SDK made an error of. */
export function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata as { readonly httpStatusCode?: number } | undefined;
  return metadata?.httpStatusCode;
}

function responseHeaders(error: unknown): Readonly<Record<string, string>> | undefined {
  if (!(error instanceof Error) || !('$response' in error)) return undefined;
  const response = error.$response as { readonly headers?: Record<string, string> } | undefined;
  return response?.headers;
}
