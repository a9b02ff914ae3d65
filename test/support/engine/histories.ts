import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import { temporaryFolder } from '../../../dev/temporaryFolder';
import type { WriterOrder } from '../processes/historyWriter';
import { isStoredPut, type Exchange } from '../servers/exchange';
import { startFaultProxy } from '../servers/faultProxy';
import { seededRandom } from '../suite/seededRandom';

export interface HistoryRun {
  readonly server: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Is made, where the server does not have it. */
  readonly bucket: { readonly name: string; readonly isThere: 'already' | 'not-yet' };
  readonly seed: number;
  readonly milliseconds: number;
}

export interface History {
  /** What the store took, from engines and from the rude writer. */
  readonly ours: number;
  readonly rude: number;
  /** Writes of ours that surely replaced a copy that their engine had not seen, and how. */
  readonly unseen: readonly string[];
  /** From an engine's last look at a copy to the store's answer, in milliseconds. */
  readonly windowMs: { readonly median: number; readonly longest: number };
}

const keys = ['a', 'b', 'c', 'd'];
const engines = ['one', 'two', 'three'];

/**
 * Lets three engines in processes of their own, and somebody who asks nothing, write to the same few
 * keys, and records all requests between them and the store. Each key is a register with
 * compare-and-swap, and each write has bytes of its own, so that an ETag names one write.
 */
export async function recordHistory(run: HistoryRun): Promise<History> {
  const { server, bucket, seed, milliseconds } = run;
  const { endpoint, region, ...credentials } = server;
  const folder = await temporaryFolder('history');
  const proxies = await Promise.all([...engines, 'rude'].map(() => startFaultProxy(endpoint)));
  const rudeEndpoint = proxies.at(-1)?.endpoint ?? '';
  const client = new S3Client({
    endpoint: rudeEndpoint,
    region,
    credentials,
    forcePathStyle: true,
  });
  const stop = new AbortController();
  try {
    if (bucket.isThere === 'not-yet') {
      await client.send(new CreateBucketCommand({ Bucket: bucket.name }));
    }
    const rude = writeRudely(client, { bucket: bucket.name, seed, signal: stop.signal });
    const codes = await Promise.all(
      engines.map(async (name, index) => {
        const order: WriterOrder = {
          name,
          root: join(folder.path, name),
          bucket: bucket.name,
          endpoint: proxies[index]?.endpoint ?? '',
          region,
          keys,
          milliseconds,
        };
        const child = fork(
          join(__dirname, '..', 'processes', 'historyWriter.js'),
          [JSON.stringify(order)],
          {
            env: {
              ...process.env,
              AWS_ACCESS_KEY_ID: credentials.accessKeyId,
              AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
            },
          },
        );
        return (await once(child, 'exit'))[0] as number | null;
      }),
    );
    assert.deepEqual(codes, [0, 0, 0]);
    stop.abort();
    await rude;
    return historyOf(proxies.map(({ exchanges }) => exchanges));
  } finally {
    stop.abort();
    client.destroy();
    await Promise.all(proxies.map(proxy => proxy.stop()));
    await folder.remove();
  }
}

/** Replaces whatever is there, as often as the store takes it. */
async function writeRudely(
  client: S3Client,
  { bucket, seed, signal }: { bucket: string; seed: number; signal: AbortSignal },
): Promise<void> {
  const random = seededRandom(seed);
  for (let count = 0; !signal.aborted; count++) {
    const Key = `w/${keys[random.below(keys.length)] ?? ''}`;
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: `rude ${String(count)}` }));
  }
}

/** The rude writer's exchanges are the last. */
export function historyOf(logs: readonly (readonly Exchange[])[]): History {
  const ours = logs.slice(0, -1).flat().filter(isStoredPut);
  const rude = (logs.at(-1) ?? []).filter(isStoredPut);
  const all = [...ours, ...rude];
  const written = new Map(all.map(write => [`${write.key} ${write.bodyMd5 ?? ''}`, write]));
  const replaced = new Map<string, Exchange>();
  const unseen: string[] = [];
  for (const write of ours) {
    const { key, ifMatch } = write;
    const seen = ifMatch?.replaceAll('"', '');
    const before = seen === undefined ? undefined : written.get(`${key} ${seen}`);
    const told = `${key}: ${write.bodyMd5 ?? ''} over ${seen ?? 'nothing'}`;
    if (seen !== undefined && before === undefined) unseen.push(`${told}, which never was`);
    const after = before === undefined ? undefined : answered(before);
    // What came surely after that copy, and surely before this write.
    const between = all.find(
      other =>
        other.key === key &&
        other !== write &&
        answered(other) < write.begunAt &&
        (after === undefined ? seen === undefined : other.begunAt > after),
    );
    if (between !== undefined) unseen.push(`${told}, after ${between.bodyMd5 ?? ''}`);
    const other = replaced.get(`${key} ${seen ?? ''}`);
    if (other !== undefined) unseen.push(`${told}, as ${other.bodyMd5 ?? ''}`);
    // The same bytes once more are the write that shows whether the store honours conditions.
    replaced.set(`${key} ${seen ?? ''}`, write);
  }
  return { ours: ours.length, rude: rude.length, unseen, windowMs: windowsOf(logs.slice(0, -1)) };
}

function answered({ answeredAt }: Exchange): number {
  return answeredAt ?? Infinity;
}

/** How long after an engine's last look at a key its write to it was answered. */
function windowsOf(logs: readonly (readonly Exchange[])[]): History['windowMs'] {
  const windows: number[] = [];
  for (const log of logs) {
    const looks = new Map<string, number>();
    for (const exchange of log) {
      if (exchange.method === 'HEAD') looks.set(exchange.key, exchange.begunAt);
      const looked = looks.get(exchange.key);
      if (isStoredPut(exchange) && looked !== undefined) windows.push(answered(exchange) - looked);
    }
  }
  windows.sort((one, other) => one - other);
  return { median: windows[windows.length >> 1] ?? 0, longest: windows.at(-1) ?? 0 };
}
