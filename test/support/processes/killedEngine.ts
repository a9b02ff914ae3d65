import { join } from 'node:path';

import type { Bucket } from '../../../src/engine/ports/bucket';
import type { Connection } from '../../../src/engine/ports/connection';
import { Database } from '../../../src/engine/records/database';
import { Receipts } from '../../../src/engine/records/receiptStore';
import { Unfinished } from '../../../src/engine/records/unfinished';
import { S3Connection } from '../../../src/engine/s3/s3Connection';
import { withOverrides } from '../suite/withOverrides';
import type { FolderSetup } from '../../../src/protocol/folders';
import type { Report } from '../../../src/protocol/reports';
import type { State } from '../../../src/protocol/state';
import { startEngine } from '../engine/startEngine';

/** What an engine that may be killed is to do, as it travels to its process. */
export interface EngineOrder {
  readonly setup: FolderSetup;
  /** Where it keeps receipts, and what is unfinished. */
  readonly storage: string;
  /** At which of the moments, counted from 0, it kills itself; beyond the last it lives. */
  readonly killAt: number;
}

export type EngineWord =
  /** Parts of an earlier upload that the store still has. */
  | { readonly kind: 'continued'; readonly parts: number }
  | { readonly kind: 'ended'; readonly report: Report; readonly remaining: number };

/**
 * Compares the folder, and backs up what an earlier engine has left, and then everything. Each call
 * of the bucket has two moments at which the process may die: before it is sent, and when its answer
 * has come and nobody knows of it yet; bytes that go out are moments, too.
 */
async function main({ setup, storage, killAt }: EngineOrder): Promise<void> {
  const fail = (...why: readonly unknown[]) => {
    throw new Error('The database is broken, or cannot be written.', { cause: why });
  };
  const database = Database.open({
    file: join(storage, 'receipts.sqlite'),
    onBroken: fail,
    onError: fail,
  });
  let moments = 0;
  const moment = () => {
    if (moments++ === killAt) process.kill(process.pid, 'SIGKILL');
  };
  let state: State | undefined;
  const engine = startEngine({
    receipts: new Receipts(database),
    unfinished: new Unfinished(database),
    connect(settings, traffic) {
      const connection = new S3Connection(settings, { traffic });
      return withOverrides<Connection>(connection, {
        bucket: name => mortal(connection.bucket(name), moment),
      });
    },
    onState: now => (state = now),
  });
  const { signal } = new AbortController();
  await engine.compare([setup], signal);
  let report: Report | undefined;
  for (const kind of ['unfinished', 'all'] as const) {
    const plan = await engine.planBackUp({ folders: [{ setup, scope: { kind } }] }, signal);
    if (kind === 'all' || plan.files > 0) report = await engine.run(plan.planId, signal);
  }
  const [left] = state?.unfinished ?? [];
  if (report !== undefined) tell({ kind: 'ended', report, remaining: left?.files ?? -1 });
  engine.dispose();
}

/** The bucket, with moments. */
function mortal(bucket: Bucket, moment: () => void): Bucket {
  const around = async <T>(call: () => Promise<T>): Promise<T> => {
    moment();
    const answer = await call();
    moment();
    return answer;
  };
  return withOverrides(bucket, {
    put: request => around(() => bucket.put({ ...request, onSent: counted(request, moment) })),
    startMultipart: request => around(() => bucket.startMultipart(request)),
    putPart: request =>
      around(() => bucket.putPart({ ...request, onSent: counted(request, moment) })),
    completeMultipart: request => around(() => bucket.completeMultipart(request)),
    async *listParts(upload, signal) {
      for await (const page of bucket.listParts(upload, signal)) {
        tell({ kind: 'continued', parts: page.length });
        yield page;
      }
    },
  });
}

function counted(
  { onSent }: { readonly onSent?: (bytes: number) => void },
  moment: () => void,
): (bytes: number) => void {
  return bytes => {
    moment();
    onSent?.(bytes);
  };
}

function tell(word: EngineWord): void {
  process.send?.(word);
}

const [, , order] = process.argv;
if (order !== undefined) void main(JSON.parse(order) as EngineOrder);
