import type { DirectRequest } from './directClient';

/**
 * Returns which right a command of the SDK needs that a store has refused
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html).
 */
export function rightOfCommand(command: string | undefined, refusal: unknown): string | undefined {
  return namedRight(refusal) ?? rights[command ?? ''];
}

/** The same for a request of our own. */
export function rightOfRequest(
  { method, key, query = {} }: DirectRequest,
  refusal: unknown,
): string | undefined {
  const named = namedRight(refusal);
  if (named !== undefined || key === undefined) return named ?? 's3:ListBucket';
  if (method !== 'GET' && method !== 'HEAD') return 's3:PutObject';
  return query.versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
}

/** S3 itself names the right, which may be another service's. */
function namedRight(refusal: unknown): string | undefined {
  const words = refusal instanceof Error ? refusal.message : '';
  return /not authorized to perform:? ["']?(\w+:\w+)/.exec(words)?.[1];
}

const rights: Readonly<Record<string, string>> = {
  AbortMultipartUploadCommand: 's3:AbortMultipartUpload',
  CompleteMultipartUploadCommand: 's3:PutObject',
  CreateBucketCommand: 's3:CreateBucket',
  CreateMultipartUploadCommand: 's3:PutObject',
  GetBucketLifecycleConfigurationCommand: 's3:GetLifecycleConfiguration',
  GetBucketPolicyStatusCommand: 's3:GetBucketPolicyStatus',
  GetBucketVersioningCommand: 's3:GetBucketVersioning',
  GetObjectLockConfigurationCommand: 's3:GetBucketObjectLockConfiguration',
  GetPublicAccessBlockCommand: 's3:GetBucketPublicAccessBlock',
  HeadBucketCommand: 's3:ListBucket',
  ListBucketsCommand: 's3:ListAllMyBuckets',
  ListObjectVersionsCommand: 's3:ListBucketVersions',
  ListPartsCommand: 's3:ListMultipartUploadParts',
  PutBucketLifecycleConfigurationCommand: 's3:PutLifecycleConfiguration',
  PutBucketVersioningCommand: 's3:PutBucketVersioning',
  PutPublicAccessBlockCommand: 's3:PutBucketPublicAccessBlock',
  RestoreObjectCommand: 's3:RestoreObject',
};
