import type { EmbeddedS3 } from './embeddedS3';

/** What VS Code is started with so that the extension in it uses this S3 server. */
export function s3Connection(s3: EmbeddedS3): {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
} {
  return {
    settings: {
      's3Backup.endpoint': s3.endpoint,
      's3Backup.region': 'us-east-1',
      's3Backup.forcePathStyle': true,
    },
    env: { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  };
}
