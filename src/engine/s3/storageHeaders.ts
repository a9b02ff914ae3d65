import type { CreateMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import type { StorageSettings } from '../config/settings';

/** What a put says of how the store is to keep the object; the bucket decides what is left out. */
export function storageHeaders(storage: StorageSettings | undefined): Record<string, string> {
  const { storageClass, encryption, kmsKeyId } = storage ?? {};
  return {
    ...(storageClass !== undefined && { 'x-amz-storage-class': storageClass }),
    ...(encryption !== undefined && { 'x-amz-server-side-encryption': encryption }),
    ...(kmsKeyId !== undefined && { 'x-amz-server-side-encryption-aws-kms-key-id': kmsKeyId }),
  };
}

/** The same for the start of an upload in parts, in the SDK's words. */
export function storageFields(
  storage: StorageSettings | undefined,
): Pick<
  CreateMultipartUploadCommandInput,
  'StorageClass' | 'ServerSideEncryption' | 'SSEKMSKeyId'
> {
  const { storageClass, encryption, kmsKeyId } = storage ?? {};
  return {
    // Other stores have classes of their own.
    ...(storageClass !== undefined && {
      StorageClass: storageClass as CreateMultipartUploadCommandInput['StorageClass'],
    }),
    ...(encryption !== undefined && { ServerSideEncryption: encryption }),
    ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }),
  };
}
