import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

/** What a bucket really holds, seen by a client that is not the extension's. */
export interface CloudContents {
  keys(prefix: string): Promise<readonly string[]>;
  read(key: string): Promise<Buffer>;
  /** What somebody else does. */
  put(key: string, body: string | Uint8Array): Promise<void>;
  close(): void;
}

/** For servers that check no signatures. */
export function cloudContents(endpoint: string, bucket: string): CloudContents {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  return {
    async keys(prefix) {
      const { Contents: objects = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
      );
      return objects.map(({ Key: key = '' }) => key).sort();
    },
    async read(key) {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Buffer.from((await body?.transformToByteArray()) ?? []);
    },
    async put(key, body) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    close() {
      client.destroy();
    },
  };
}
