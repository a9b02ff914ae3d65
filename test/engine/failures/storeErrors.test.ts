import assert from 'node:assert/strict';
import { MalformedAnswer } from '../../../src/engine/failures/malformedAnswer';
import {
  fromStoreError,
  isOutcomeUnknown,
  retryAfter,
} from '../../../src/engine/failures/storeErrors';
import { Failure } from '../../../src/engine/failures/failure';
import type { FailureCode } from '../../../src/protocol/failures';

const subject = { endpoint: 'https://s3.test', bucket: 'bucket', key: 'p/a' };

const plain = { 'content-type': 'text/plain' };
const page = { 'content-type': 'text/html; charset=utf-8' };

interface ErrorParts {
  readonly name?: string;
  readonly code?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An error as the SDK or Node's HTTP throws it. */
function thrown({ name, code, status, headers, cause }: ErrorParts): Error {
  const error = new Error('what happened', cause === undefined ? undefined : { cause });
  if (name !== undefined) error.name = name;
  if (code !== undefined) Object.assign(error, { code });
  if (status !== undefined) Object.assign(error, { $metadata: { httpStatusCode: status } });
  if (headers !== undefined) Object.defineProperty(error, '$response', { value: { headers } });
  return error;
}

describe('storeErrors', () => {
  const storeErrors: readonly (readonly [ErrorParts, FailureCode, string])[] = [
    // What stores answer, by name; the name counts before the status.
    [{ name: 'AccessDenied', status: 403 }, 'access-denied', 'p/a'],
    [{ name: 'InvalidAccessKeyId', status: 403 }, 'credentials-refused', 'https://s3.test'],
    [{ name: 'SignatureDoesNotMatch', status: 403 }, 'credentials-refused', 'https://s3.test'],
    [{ name: 'ExpiredToken', status: 400 }, 'credentials-expired', 'https://s3.test'],
    [{ name: 'RequestTimeTooSkewed', status: 403 }, 'clock-skew', 'https://s3.test'],
    [{ name: 'NoSuchBucket', status: 404 }, 'no-such-bucket', 'bucket'],
    [{ name: 'InvalidBucketName', status: 400 }, 'invalid-bucket-name', 'bucket'],
    [{ name: 'NoSuchKey', status: 404 }, 'no-such-key', 'p/a'],
    [{ name: 'NotFound', status: 404 }, 'no-such-key', 'p/a'],
    [{ name: 'NoSuchUpload', status: 404 }, 'no-such-upload', 'p/a'],
    [{ name: 'PreconditionFailed', status: 412 }, 'changed-in-cloud', 'p/a'],
    [{ name: 'ConditionalRequestConflict', status: 409 }, 'store-busy', 'https://s3.test'],
    [{ name: 'InvalidObjectState', status: 403 }, 'archived', 'p/a'],
    [{ name: 'BadDigest', status: 400 }, 'not-verified', 'p/a'],
    [{ name: 'KeyTooLongError', status: 400 }, 'key-too-long', 'p/a'],
    [{ name: 'EntityTooLarge', status: 400 }, 'too-large-for-store', 'p/a'],
    [{ name: 'Unknown', status: 413 }, 'too-large-for-store', 'p/a'],
    [{ name: 'XMinioStorageFull', status: 507 }, 'store-full', 'p/a'],
    [{ name: 'QuotaExceeded', status: 403 }, 'store-full', 'p/a'],
    [{ name: 'Unknown', status: 507 }, 'store-full', 'p/a'],
    [{ name: 'Unknown', status: 414 }, 'key-too-long', 'p/a'],
    [{ name: 'XMinioInvalidObjectName', status: 400 }, 'name-refused', 'p/a'],
    [{ name: 'InvalidObjectName', status: 400 }, 'name-refused', 'p/a'],
    // A file beside a folder of its name, or below a file, on stores that are folders themselves.
    [{ name: 'ObjectParentIsFile', status: 409 }, 'name-refused', 'p/a'],
    [{ name: 'ExistingObjectIsDirectory', status: 409 }, 'name-refused', 'p/a'],
    [{ name: 'XMinioParentIsObject', status: 400 }, 'name-refused', 'p/a'],
    // A server before the store, or within it, that has no S3 word for it.
    [{ name: 'Unknown', status: 400, headers: page }, 'name-refused', 'p/a'],
    [{ name: 'Unknown', status: 400, headers: plain }, 'name-refused', 'p/a'],
    [{ name: 'InvalidRequest', status: 400 }, 'unexpected', 'p/a'],
    [{ name: 'InvalidPart', status: 400 }, 'parts-refused', 'p/a'],
    [{ name: 'InvalidPartOrder', status: 400 }, 'parts-refused', 'p/a'],
    [{ name: 'EntityTooSmall', status: 400 }, 'parts-refused', 'p/a'],
    [{ name: 'SlowDown', status: 503 }, 'store-busy', 'https://s3.test'],
    [{ name: 'InternalError', status: 500 }, 'store-error', 'https://s3.test'],
    // The answer of a store whose time has run out is 400 by its status.
    [{ name: 'RequestTimeout', status: 400 }, 'timed-out', 'https://s3.test'],
    [{ name: 'TimeoutError' }, 'timed-out', 'https://s3.test'],
    [{ name: 'TimeoutError', code: 'ECONNRESET' }, 'unreachable', 'https://s3.test'],
    [{ name: 'AbortError' }, 'cancelled', 'p/a'],
    // Statuses where there is no name, as HEAD gives them.
    [{ name: '403', status: 403 }, 'access-denied', 'p/a'],
    [{ name: 'Unknown', status: 401 }, 'access-denied', 'p/a'],
    [{ name: 'Unknown', status: 404 }, 'no-such-key', 'p/a'],
    [{ name: 'Unknown', status: 408 }, 'timed-out', 'https://s3.test'],
    [{ name: 'Unknown', status: 412 }, 'changed-in-cloud', 'p/a'],
    [{ name: 'Unknown', status: 429 }, 'store-busy', 'https://s3.test'],
    [{ name: 'Unknown', status: 500 }, 'store-error', 'https://s3.test'],
    [{ name: 'NotImplemented', status: 501 }, 'not-implemented', 'p/a'],
    [{ name: 'Unknown', status: 501 }, 'not-implemented', 'p/a'],
    [{ name: 'Unknown', status: 502 }, 'store-error', 'https://s3.test'],
    [{ name: 'Unknown', status: 503 }, 'store-busy', 'https://s3.test'],
    [{ name: 'Unknown', status: 504 }, 'store-error', 'https://s3.test'],
    [{ name: 'Unknown', status: 400 }, 'unexpected', 'p/a'],
    [{ name: 'SyntaxError', status: 200 }, 'not-s3', 'https://s3.test'],
    [{ name: 'Unknown', status: 302 }, 'not-s3', 'https://s3.test'],
    // A page for people; from a proxy before a store it says no more than its status.
    [{ name: 'Unknown', status: 403, headers: page }, 'not-s3', 'https://s3.test'],
    [{ name: 'Unknown', status: 404, headers: page }, 'not-s3', 'https://s3.test'],
    [{ name: 'Unknown', status: 502, headers: page }, 'store-error', 'https://s3.test'],
    [{ name: 'Unknown', status: 503, headers: page }, 'store-busy', 'https://s3.test'],
    // The network.
    [{ code: 'ECONNREFUSED' }, 'unreachable', 'https://s3.test'],
    [{ code: 'ECONNRESET' }, 'unreachable', 'https://s3.test'],
    [{ code: 'EPIPE' }, 'unreachable', 'https://s3.test'],
    [{ code: 'ENOTFOUND' }, 'host-not-found', 'https://s3.test'],
    [{ code: 'EAI_AGAIN' }, 'host-not-found', 'https://s3.test'],
    [{ code: 'ETIMEDOUT' }, 'timed-out', 'https://s3.test'],
    [{ cause: thrown({ code: 'ECONNRESET' }) }, 'unreachable', 'https://s3.test'],
    // A broken answer of what has spoken HTTP before.
    [{ code: 'HPE_HEADER_OVERFLOW' }, 'store-error', 'https://s3.test'],
    // What answers does not speak TLS.
    [{ code: 'EPROTO' }, 'not-s3', 'https://s3.test'],
    [{ code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' }, 'not-s3', 'https://s3.test'],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'needs-http', 'https://s3.test'],
    [{ code: 'ERR_SSL_PACKET_LENGTH_TOO_LONG' }, 'needs-http', 'https://s3.test'],
    [{ name: 'InvalidStorageClass', status: 400 }, 'storage-refused', 'p/a'],
    [{ name: 'KMS.NotFoundException', status: 400 }, 'storage-refused', 'p/a'],
    // The region, not the keys.
    [{ name: 'AuthorizationHeaderMalformed', status: 400 }, 'wrong-region', 'https://s3.test'],
    [{ name: 'InvalidLocationConstraint', status: 400 }, 'wrong-region', 'https://s3.test'],
    [{ name: 'XAdminUserNotFound', status: 404 }, 'credentials-refused', 'https://s3.test'],
    // Certificates.
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'certificate', 'https://s3.test'],
    [{ code: 'CERT_REVOKED' }, 'certificate', 'https://s3.test'],
    [{ code: 'CERT_HAS_EXPIRED' }, 'certificate-date', 'https://s3.test'],
    [{ code: 'CERT_NOT_YET_VALID' }, 'certificate-date', 'https://s3.test'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'certificate-name', 'https://s3.test'],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'certificate', 'https://s3.test'],
    [{}, 'unexpected', 'p/a'],
  ];

  for (const [parts, code, about] of storeErrors) {
    it(`maps ${JSON.stringify(parts)} of a store to ${code}`, () => {
      const failure = fromStoreError(thrown(parts), subject);
      assert.equal(failure.code, code);
      assert.equal(failure.subject, about);
      assert.ok(failure.cause instanceof Error);
    });
  }

  it('takes what speaks no HTTP for no store, where a file is not what it is about', () => {
    const error = thrown({ code: 'HPE_INVALID_CONSTANT' });
    assert.equal(fromStoreError(error, { endpoint: 'e', bucket: 'b' }).code, 'not-s3');
  });

  it('names the bucket, or the endpoint, where there is no key', () => {
    const denied = thrown({ name: 'AccessDenied', status: 403 });
    assert.equal(fromStoreError(denied, { endpoint: 'e', bucket: 'b' }).subject, 'b');
    assert.equal(fromStoreError(denied, { endpoint: 'e' }).subject, 'e');
  });

  it('names the endpoint that was probably meant, where an answer shows it', () => {
    const bare = thrown({ name: 'NoSuchKey', status: 404 });
    const meant = (endpoint: string, error: unknown = bare, bucket = 'bkt') => {
      const { code, cause } = fromStoreError(error, { endpoint, bucket });
      return [code, cause instanceof Error ? cause.message : ''];
    };
    assert.deepEqual(meant('https://s3.test/bkt'), ['bucket-in-endpoint', 'https://s3.test']);
    assert.deepEqual(meant('https://bkt.s3.test:9'), ['bucket-in-endpoint', 'https://s3.test:9']);
    assert.equal(meant('https://s3.test')[0], 'not-s3');
    // Whoever names a bucket that is not there may well have an endpoint that begins so.
    const none = thrown({ name: 'NoSuchBucket', status: 404 });
    assert.equal(meant('https://bkt.s3.test', none)[0], 'no-such-bucket');
    const ofBucket = new MalformedAnswer('a list of objects', 'bkt');
    assert.equal(meant('https://s3.test/bkt', ofBucket, '')[1], 'https://s3.test');
    const moved = (to: string) =>
      Object.assign(thrown({ name: 'PermanentRedirect', status: 301 }), { Endpoint: to });
    const elsewhere = ['bucket-elsewhere', 'http://eu.s3.test'];
    assert.deepEqual(meant('http://s3.test', moved('bkt.eu.s3.test')), elsewhere);
    assert.deepEqual(meant('http://s3.test', moved('eu.s3.test')), elsewhere);
    assert.equal(meant('http://s3.test', moved('bkt.s3.test'))[0], 'not-s3');
    const portal = Object.assign(thrown({ status: 302 }), { Endpoint: 'portal.test' });
    assert.equal(meant('http://s3.test', portal)[0], 'not-s3');
    const plainHttp = thrown({ code: 'EPROTO' });
    assert.equal(meant('https://s3.test', plainHttp)[0], 'not-s3');
    plainHttp.message = 'write EPROTO error:0A00010B:SSL routines::wrong version number';
    assert.deepEqual(meant('https://s3.test', plainHttp), ['needs-http', 'http://s3.test:443']);
  });

  it('answers not-s3 if what nobody asked for is missing', () => {
    const code = (name: string, bucket?: string) =>
      fromStoreError(thrown({ name, status: 404 }), {
        endpoint: 'e',
        ...(bucket !== undefined && { bucket }),
      }).code;
    assert.equal(code('NoSuchBucket'), 'not-s3');
    assert.equal(code('NotFound'), 'not-s3');
    assert.equal(code('NoSuchKey'), 'not-s3');
    assert.equal(code('NoSuchKey', 'b'), 'not-s3');
    assert.equal(code('NotFound', 'b'), 'no-such-bucket');
    assert.equal(code('NoSuchBucket', 'b'), 'no-such-bucket');
  });

  it('takes a 404 without a name as an answer about what was asked for', () => {
    const missing = thrown({ name: 'Unknown', status: 404 });
    assert.equal(fromStoreError(missing, { endpoint: 'e', bucket: 'b' }).code, 'no-such-bucket');
    assert.equal(fromStoreError(missing, { endpoint: 'e' }).code, 'not-s3');
  });

  it('does not blame a key if none was sent', () => {
    const words = thrown({ name: 'Unknown', status: 400, headers: page });
    assert.equal(fromStoreError(words, { endpoint: 'e', bucket: 'b' }).code, 'not-s3');
  });

  it('hears in a store’s words that a name is refused', () => {
    const inWords = (message: string, name = 'InvalidArgument') =>
      fromStoreError(Object.assign(thrown({ name, status: 400 }), { message }), subject).code;
    // rclone's
    assert.equal(inWords('Object name contains unsupported characters: "a//b"'), 'name-refused');
    assert.equal(inWords('Invalid key name.', 'BadRequest'), 'name-refused');
    assert.equal(inWords('The key is not supported: SSE-C.'), 'unexpected');
    assert.equal(inWords('Invalid object name', 'BadDigest'), 'not-verified');
    assert.equal(inWords('Invalid storage class'), 'unexpected');
  });

  it('takes the refusal of a key that servers make something else of as one of its name', () => {
    for (const key of ['..', 'p/../x', './x', 'x/.']) {
      const about = { ...subject, key };
      const words = thrown({ name: 'InvalidRequest', status: 400 });
      assert.equal(fromStoreError(words, about).code, 'name-refused', key);
      assert.equal(fromStoreError(thrown({ status: 400 }), about).code, 'name-refused', key);
    }
    for (const key of ['a//b', '/a', 'a\nb', 'a\\b', 'a/']) {
      const about = { ...subject, key };
      assert.equal(
        fromStoreError(thrown({ status: 400 }), about).code,
        key === 'a/' ? 'unexpected' : 'name-refused',
        key,
      );
      const wall = thrown({ name: 'NotFound', status: 404, headers: page });
      assert.equal(
        fromStoreError(wall, about).code,
        key === 'a/' ? 'no-such-key' : 'name-refused',
        key,
      );
      const expired = thrown({ name: 'ExpiredToken', status: 400, headers: page });
      assert.equal(fromStoreError(expired, about).code, 'credentials-expired', key);
      const missing = thrown({ name: 'NoSuchKey', status: 404, headers: page });
      assert.equal(fromStoreError(missing, about).code, 'no-such-key', key);
    }
    for (const key of ['...', 'a..b/..c', '.x']) {
      const answer = thrown({ name: 'InvalidRequest', status: 400 });
      assert.equal(fromStoreError(answer, { ...subject, key }).code, 'unexpected', key);
    }
  });

  it('maps a malformed answer to not-s3', () => {
    assert.equal(fromStoreError(new MalformedAnswer('no ETag'), subject).code, 'not-s3');
  });

  it('leaves failures as they are, and takes whatever is thrown', () => {
    const failure = new Failure('file-changing', 'a');
    assert.equal(fromStoreError(failure, subject), failure);
    for (const odd of [undefined, null, 'text', 7, { code: 'ENOENT' }]) {
      assert.equal(fromStoreError(odd, subject).code, 'unexpected');
    }
  });

  it('reads Retry-After, in seconds or as a date', () => {
    const asked = (value?: string) =>
      retryAfter(
        fromStoreError(
          thrown({
            name: 'SlowDown',
            status: 503,
            headers: value === undefined ? {} : { 'retry-after': value },
          }),
          subject,
        ),
      );
    assert.equal(asked('3'), 3_000);
    assert.equal(asked('0'), 0);
    assert.equal(asked('-5'), 0);
    assert.equal(asked(), undefined);
    assert.equal(asked('soon'), undefined);
    assert.equal(asked(new Date(Date.now() - 60_000).toUTCString()), 0);
    const inAMinute = asked(new Date(Date.now() + 60_000).toUTCString()) ?? 0;
    assert.ok(inAMinute > 50_000 && inAMinute <= 60_000);
    assert.equal(retryAfter(new Failure('store-busy', 'x')), undefined);
  });

  it('tells after which failures the request may have been carried out', () => {
    const unknown = (parts: ErrorParts) => isOutcomeUnknown(fromStoreError(thrown(parts), subject));
    assert.ok(unknown({ code: 'ECONNRESET' }));
    assert.ok(unknown({ code: 'EPIPE' }));
    assert.ok(unknown({ name: 'TimeoutError' }));
    assert.ok(unknown({ code: 'HPE_INVALID_CONSTANT' }));
    assert.ok(unknown({ name: 'InternalError', status: 500 }));
    assert.ok(unknown({ name: 'Unknown', status: 504 }));
    assert.ok(!unknown({ code: 'ECONNREFUSED' }));
    assert.ok(!unknown({ cause: thrown({ code: 'ECONNREFUSED' }) }));
    assert.ok(!unknown({ code: 'ENOTFOUND' }));
    assert.ok(!unknown({ name: 'SlowDown', status: 503 }));
    assert.ok(!unknown({ name: 'AccessDenied', status: 403 }));
  });
});
