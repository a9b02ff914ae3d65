import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { Database } from '../../../src/engine/records/database';
import { Receipts } from '../../../src/engine/records/receiptStore';
import { storeOf } from '../../../src/protocol/endpoint';
import type { FilePath, FolderSetup } from '../../../src/protocol/folders';
import type { EngineOrder, EngineWord } from './killedEngine';
import type { StoreServer } from '../../../dev/storeServer';
import { seededRandom, type SeededRandom } from '../suite/seededRandom';
import { temporaryFolder } from '../../../dev/temporaryFolder';
import { seedsVariable } from '../suite/seeds';

export interface KillsRequest {
  readonly server: StoreServer;
  readonly seed: number;
  /** How many engines are to die. */
  readonly kills: number;
}

/** What the dying of many engines came to. */
export interface KillsResult {
  readonly kills: number;
  readonly folders: number;
  readonly files: number;
  /** How often an engine went on with an upload that another had begun, and with how many parts. */
  readonly continued: number;
  readonly partsFound: number;
  /** Uploads of which an engine died before it could note them down. */
  readonly orphans: number;
}

/**
 * Backs folders up with engines that are killed at random moments and started again, and fails
 * unless in the end every object equals its file byte by byte, every receipt is true, and nothing is
 * left to do.
 */
export async function killAndResume({ server, seed, kills }: KillsRequest): Promise<KillsResult> {
  const random = seededRandom(seed);
  const { endpoint, region, ...credentials } = server;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const bucket = `kills-${String(seed)}`;
  const result = { kills: 0, folders: 0, files: 0, continued: 0, partsFound: 0, orphans: 0 };
  const count = ({ continued }: Life) => {
    result.continued += continued.length;
    for (const parts of continued) result.partsFound += parts;
  };
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    while (result.kills < kills) {
      const name = `folder${String(++result.folders)}`;
      const folder = await temporaryFolder('kills');
      const setup = setupOf(join(folder.path, name), bucket, server);
      try {
        result.files += await writeFiles(setup.root, random);
        const orderOf = (killAt: number) => ({ setup, storage: folder.path, killAt });
        const planned = 1 + random.below(4);
        for (let n = 0; n < planned && result.kills < kills; n++) {
          const life = await live(orderOf(random.below(mostMoments)), server);
          if (life.wasKilled) result.kills++;
          count(life);
        }
        const last = await live(orderOf(Infinity), server);
        count(last);
        assert.ok(!last.wasKilled && last.ended !== undefined);
        const { report, remaining } = last.ended;
        assert.deepEqual([report.failed, report.skipped, remaining], [0, 0, 0]);
        await checkObjects(client, setup);
        await checkReceipts(client, setup, folder.path);
      } catch (error) {
        throw new Error(`with ${seedsVariable}=${String(seed)}, in ${name}`, { cause: error });
      } finally {
        await folder.remove();
      }
    }
    const { Uploads: open = [] } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket }),
    );
    return { ...result, orphans: open.length };
  } finally {
    client.destroy();
  }
}

/** About as many moments as a whole back-up of one of the folders has. */
const mostMoments = 1_800;

function setupOf(root: string, bucket: string, { endpoint, region }: StoreServer): FolderSetup {
  const name = root.slice(dirname(root).length + 1);
  return {
    id: `file://${root}`,
    folderId: name,
    name,
    root,
    bucket,
    prefix: `${name}/`,
    // So that the last engine proves what one before it had stored and not yet noted down.
    settings: { endpoint, region, forcePathStyle: true, 'compare.rule': 'content' },
  };
}

/** Many small files, and two that go in parts. */
async function writeFiles(root: string, random: SeededRandom): Promise<number> {
  const mebibyte = 1 << 20;
  const sizes = [
    ...Array.from({ length: 24 }, () => random.below(200_000)),
    9 * mebibyte + random.below(4 * mebibyte),
    20 * mebibyte + random.below(20 * mebibyte),
  ];
  for (const [index, size] of sizes.entries()) {
    const path = join(root, String(index % 5), `file ${String(index)}`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.alloc(size, random.bytes(4096)));
  }
  return sizes.length;
}

interface Life {
  readonly wasKilled: boolean;
  readonly continued: readonly number[];
  readonly ended: Extract<EngineWord, { readonly kind: 'ended' }> | undefined;
}

/** Runs one engine to its end, of either kind. */
async function live(order: EngineOrder, server: StoreServer): Promise<Life> {
  const continued: number[] = [];
  let ended: Life['ended'];
  let errors = '';
  // Infinity has no form in JSON.
  const killAt = Math.min(order.killAt, Number.MAX_SAFE_INTEGER);
  const child = fork(join(__dirname, 'killedEngine.js'), [JSON.stringify({ ...order, killAt })], {
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    },
    silent: true,
  });
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.on('message', (word: EngineWord) => {
    if (word.kind === 'continued') continued.push(word.parts);
    else ended = word;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL') assert.equal(code, 0, errors);
  return { wasKilled: signal === 'SIGKILL', continued, ended };
}

async function checkObjects(client: S3Client, setup: FolderSetup): Promise<void> {
  for (const path of await filesBelow(setup.root)) {
    const { Body: body } = await client.send(
      new GetObjectCommand({ Bucket: setup.bucket, Key: setup.prefix + path }),
    );
    const stored = Buffer.from((await body?.transformToByteArray()) ?? []);
    assert.ok(stored.equals(await readFile(join(setup.root, path))), `${path} is another`);
  }
}

/** Every file has a receipt, and what stands in it is so. */
async function checkReceipts(client: S3Client, setup: FolderSetup, storage: string): Promise<void> {
  const fail = () => assert.fail('The database is whole.');
  const database = Database.open({
    file: join(storage, 'receipts.sqlite'),
    onBroken: fail,
    onError: fail,
  });
  try {
    const { folderId, bucket, prefix, settings } = setup;
    const store = storeOf(String(settings['endpoint']));
    const receipts = new Receipts(database).of({ folderId, store, bucket, prefix });
    for (const path of await filesBelow(setup.root)) {
      const receipt = receipts.get(path as FilePath);
      const bytes = await readFile(join(setup.root, path));
      assert.equal(receipt?.sha256, createHash('sha256').update(bytes).digest('hex'), path);
      const { ETag: etag } = await client.send(
        new HeadObjectCommand({ Bucket: bucket, Key: prefix + path }),
      );
      assert.equal(`"${receipt.etag}"`, etag, path);
    }
  } finally {
    database.close();
  }
}

async function filesBelow(root: string): Promise<readonly string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  return found
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1));
}
