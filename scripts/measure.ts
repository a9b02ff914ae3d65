import { mkdir, open, truncate, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, platform } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

import { compare } from '../src/protocol/comparisons';
import type { FolderSetup } from '../src/protocol/folders';
import { planBackUp, runPlan } from '../src/protocol/plans';
import { setAwsVariables } from '../dev/awsVariables';
import { startBundledEngine } from '../dev/bundledEngine';
import { startSeaweedFs } from '../dev/seaweedfs';
import type { StoreServer } from '../dev/storeServer';
import { temporaryFolder } from '../dev/temporaryFolder';

/**
 * Measures the engine as it is shipped, in its worker thread, against a production S3 server: how
 * long many small files and one large file take, and how much memory. Fails where the memory of
 * the process grows by more than it may.
 */
async function main(): Promise<void> {
  const store = await startSeaweedFs();
  if (store.kind === 'unavailable') throw new Error(store.reason);
  setAwsVariables(store);
  const temporary = await temporaryFolder('measure');
  try {
    await createBucket(store);
    const before = process.memoryUsage.rss();
    const growths: number[] = [];
    for (const { name, make } of workloads) {
      const root = join(temporary.path, name);
      await mkdir(root);
      await make(root);
      growths.push(await measure(setupOf(name, root, store), temporary.path, before));
    }
    console.log(
      `Node ${process.versions.node}, ${platform()} ${arch()}, ${String(availableParallelism())} cores`,
    );
    if (growths.some(growth => growth > mostGrowth)) {
      throw new Error(`The memory grew by more than ${inMegabytes(mostGrowth)}.`);
    }
  } finally {
    await store.stop();
    await temporary.remove();
  }
}

const bucket = 'measure';
const gibibyte = 1 << 30;
const mostGrowth = 250e6;
const sampleMs = 20;

interface Workload {
  readonly name: string;
  readonly make: (root: string) => Promise<void>;
}

const workloads: readonly Workload[] = [
  {
    name: '10,000 files of 4 KiB',
    async make(root) {
      for (let folder = 0; folder < 100; folder++) {
        const path = join(root, String(folder));
        await mkdir(path);
        for (let file = 0; file < 100; file++) {
          const content = Buffer.alloc(4096, `${String(folder)} ${String(file)} `);
          await writeFile(join(path, String(file)), content);
        }
      }
    },
  },
  {
    name: 'one file of 6 GiB',
    async make(root) {
      const path = join(root, 'large.bin');
      await writeFile(path, 'begin');
      await truncate(path, 6 * gibibyte);
      // A few bytes that differ, in a file that takes no room.
      const file = await open(path, 'r+');
      for (let at = gibibyte; at < 6 * gibibyte; at += gibibyte) await file.write(String(at), at);
      await file.close();
    },
  },
];

function setupOf(name: string, root: string, { endpoint, region }: StoreServer): FolderSetup {
  return {
    id: pathToFileURL(root).href,
    folderId: name,
    name,
    root,
    bucket,
    prefix: `${String(workloads.findIndex(workload => workload.name === name))}/`,
    settings: { endpoint, region, forcePathStyle: true },
  };
}

async function createBucket({ endpoint, region, ...credentials }: StoreServer): Promise<void> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
}

/** Backs the folder up with an engine of its own, and gives by how much the process grew. */
async function measure(setup: FolderSetup, records: string, before: number): Promise<number> {
  let most = before;
  const clock = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, sampleMs);
  const { ask, stop } = startBundledEngine(records);
  try {
    await ask(compare, [setup]);
    const begun = performance.now();
    const request = { folders: [{ setup, scope: { kind: 'all' } }] } as const;
    const plan = await ask(planBackUp, request);
    const report = await ask(runPlan, plan.planId);
    const seconds = (performance.now() - begun) / 1000;
    if (report.done !== plan.files) throw new Error(JSON.stringify(report));
    const rate = `${inMegabytes(report.bytes / seconds)}/s`;
    const files = `${(report.done / seconds).toFixed(0)} files/s`;
    const growth = `memory +${inMegabytes(most - before)} (${inMegabytes(most)} in all)`;
    console.log(`${setup.name}: ${seconds.toFixed(1)} s, ${files}, ${rate}, ${growth}`);
  } finally {
    clearInterval(clock);
    await stop();
  }
  return most - before;
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
