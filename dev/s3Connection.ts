/** An S3 server on loopback; one that checks no signatures takes any keys. */
export interface S3Server {
  readonly endpoint: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

/** What VS Code is started with so that the extension in it uses this S3 server. */
export function s3Connection(s3: S3Server): {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
} {
  return {
    settings: {
      's3Backup.endpoint': s3.endpoint,
      's3Backup.region': 'us-east-1',
      's3Backup.forcePathStyle': true,
    },
    env: {
      AWS_ACCESS_KEY_ID: s3.accessKeyId ?? 'test',
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey ?? 'test',
    },
  };
}
