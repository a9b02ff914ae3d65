import {
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandOutput,
} from '@aws-sdk/client-s3';
import type { MultipartUpload, StartMultipartRequest } from '../ports/bucket';
import { required } from './answerField';
import { withChecksum } from './bodyChecksum';
import type { BucketContext } from './bucketContext';
import { isByKms, isKms, learnEncryption } from './encryption';
import { abortUpload } from './multipartUpload';
import { storageFields } from './storageHeaders';
import { storeRequest } from './storeRequest';
import { leavesOut } from './suspectedChecksum';

/**
 * Starts an upload in parts, with a CRC32 over the whole where the store supports that. Where no ETag
 * will tell another computer what the copy consists of, it is a CRC64NVME: a CRC32 proves too little.
 */
export async function startUpload(
  context: BucketContext,
  request: StartMultipartRequest,
): Promise<MultipartUpload> {
  const { endpoint, capabilities, breaker, name } = context;
  const { key, signal } = request;
  const wantsLong = wantsCrc64Nvme(context);
  const support = capabilities.checksums;
  const leavesOutCrc32 = leavesOut(capabilities, 'upload');
  const askedForNone = !wantsLong && leavesOutCrc32;
  const answer = await storeRequest(
    { endpoint, bucket: name, key },
    signal,
    () => {
      const startWithCrc32 = leavesOutCrc32
        ? () => begin(context, request, undefined)
        : withChecksum({
            support,
            kind: 'upload',
            send: checksum => begin(context, request, checksum === 'md5' ? undefined : 'CRC32'),
            isConfirmed: begun => isOfWhole(begun, 'CRC32'),
          });
      const startWithCrc64Nvme = withChecksum({
        support,
        kind: 'crc64nvme',
        send: checksum =>
          checksum === 'md5' ? startWithCrc32() : begin(context, request, 'CRC64NVME'),
        isConfirmed: begun => isOfWhole(begun, 'CRC64NVME'),
      });
      return wantsLong ? startWithCrc64Nvme() : startWithCrc32();
    },
    { breaker },
  );
  const upload = toUpload(key, answer);
  // That it says nothing shows nothing: some stores name the encryption of a whole object alone.
  if (isKms(answer.ServerSideEncryption)) learnEncryption(context, answer.ServerSideEncryption);
  if (upload.checksum === 'crc64nvme') return upload;
  if (wantsLong) support.crc64nvme = 'unsupported';
  else if (upload.checksum === 'none' && !leavesOutCrc32) support.upload = 'unsupported';
  // A store that supports composite checksums only would insist on them for this upload.
  const isPlain = answer.ChecksumAlgorithm === undefined && support.upload === 'unsupported';
  const isLast = upload.checksum === 'crc32' || isPlain || askedForNone;
  // The answer may be the first to show that the bucket encrypts; nothing has been sent yet.
  if (isLast && !wantsCrc64Nvme(context)) return upload;
  await abortUpload(context, upload, signal);
  return startUpload(context, request);
}

function wantsCrc64Nvme(context: BucketContext): boolean {
  return isByKms(context) && !leavesOut(context.capabilities, 'crc64nvme');
}

type WholeChecksum = 'CRC32' | 'CRC64NVME';

async function begin(
  { client, name, storage }: BucketContext,
  { key, attributes, signal }: StartMultipartRequest,
  checksum: WholeChecksum | undefined,
): Promise<Begun> {
  const answer = await client.send(
    new CreateMultipartUploadCommand({
      Bucket: name,
      Key: key,
      ContentType: attributes.contentType,
      Metadata: attributes.metadata,
      ...storageFields(storage),
      ...(checksum !== undefined && { ChecksumAlgorithm: checksum, ChecksumType: 'FULL_OBJECT' }),
    }),
    { abortSignal: signal },
  );
  return { ...answer, UploadId: required(answer.UploadId, 'UploadId') };
}

type Begun = CreateMultipartUploadCommandOutput & { readonly UploadId: string };

function toUpload(key: string, answer: Begun): MultipartUpload {
  return { key, uploadId: answer.UploadId, checksum: checksumOf(answer) };
}

function checksumOf(answer: Begun): MultipartUpload['checksum'] {
  if (isOfWhole(answer, 'CRC32')) return 'crc32';
  return isOfWhole(answer, 'CRC64NVME') ? 'crc64nvme' : 'none';
}

function isOfWhole(answer: CreateMultipartUploadCommandOutput, algorithm: WholeChecksum): boolean {
  return answer.ChecksumAlgorithm === algorithm && answer.ChecksumType === 'FULL_OBJECT';
}
