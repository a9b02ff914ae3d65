import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { startSeaweedFs } from '../dev/seaweedfs';
import { inParallel } from '../src/engine/concurrency/parallel';
import { seededRandom } from '../test/support/suite/seededRandom';
import { startBareServer, type BareServer } from './bareServer';

/** Starts SeaweedFS, with the bare server before it, which counts and holds answers back. */
export async function startSecondServer(program: string, rttMs: number): Promise<BareServer> {
  const store = await startSeaweedFs();
  if (store.kind === 'unavailable') throw new Error(store.reason);
  const counting = await startBareServer(program, rttMs, store);
  const { endpoint, region, accessKeyId, secretAccessKey } = store;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'bench' }));
  return {
    ...counting,
    async clear(prefix) {
      const place = { Bucket: 'bench', Prefix: prefix };
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, place)) {
        const Objects = Contents.map(({ Key }) => ({ Key }));
        if (Objects.length === 0) continue;
        await client.send(new DeleteObjectsCommand({ Bucket: 'bench', Delete: { Objects } }));
      }
    },
    async makeObjects({ prefix, count, bytes }) {
      const random = seededRandom(314_159);
      const block = random.bytes(Math.min(bytes, blockBytes));
      await inParallel(Array.from({ length: count }).keys(), atOnce, async index => {
        const folder = String(Math.floor(index / 100)).padStart(3, '0');
        const Key = `${prefix}${folder}/${String(index).padStart(6, '0')}.bin`;
        const Body = Buffer.alloc(bytes, block);
        await client.send(new PutObjectCommand({ Bucket: 'bench', Key, Body }));
      });
    },
    async fill({ prefix, root }) {
      const found = await readdir(root, { recursive: true, withFileTypes: true });
      const files = found.filter(each => each.isFile());
      await inParallel(files, atOnce, async ({ parentPath, name }) => {
        const file = join(parentPath, name);
        const Key = prefix + relative(root, file);
        await client.send(
          new PutObjectCommand({ Bucket: 'bench', Key, Body: await readFile(file) }),
        );
      });
    },
    async stop() {
      client.destroy();
      await counting.stop();
      await store.stop();
    },
  };
}

const atOnce = 32;
const blockBytes = 1 << 20;
