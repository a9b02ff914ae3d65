import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { installOnce } from '../dev/installOnce';
import { startOwnedProcess } from '../dev/ownedProcess';
import { repositoryRoot } from '../dev/repositoryRoot';
import type { Server } from './contestants';

/** An S3 server that costs next to nothing, in a process of its own, with the bucket `bench`. */
export interface BareServer extends Server {
  /** Returns what has come since the last call. */
  takeCounts(): Promise<Counts>;
  /** Removes all objects below the prefix. */
  clear(prefix: string): Promise<void>;
  /** Makes objects of one size, a hundred to a folder. */
  makeObjects(objects: {
    readonly prefix: string;
    readonly count: number;
    readonly bytes: number;
  }): Promise<void>;
  /** Makes an object of each file below a folder, as if it had been uploaded. */
  fill(objects: { readonly prefix: string; readonly root: string }): Promise<void>;
  stop(): Promise<void>;
}

export interface Counts {
  /** By method; lists and parts for themselves. */
  readonly requests: Readonly<Record<string, number>>;
  readonly connections: number;
}

/** Returns the program that serves, and that measures others. It needs Go, once. */
export async function buildBareServer(): Promise<string> {
  const sources = join(repositoryRoot, 'bench', 'server');
  const hash = createHash('sha256');
  for (const name of (await readdir(sources)).sort())
    hash.update(await readFile(join(sources, name)));
  const version = hash.digest('hex').slice(0, 12);
  const folder = await installOnce(`bareserver-${version}`, async into => {
    await promisify(execFile)('go', ['build', '-o', join(into, 'bareserver'), '.'], {
      cwd: sources,
      env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
    });
  });
  return join(folder, 'bareserver');
}

/**
 * Each answer is held back for `rttMs`, as if the store were that far away. Where another server is
 * `behind` it, that one answers, and this one only counts.
 */
export async function startBareServer(
  program: string,
  rttMs: number,
  behind?: Server,
): Promise<BareServer> {
  const server = await startOwnedProcess(
    program,
    ['serve', '-rtt', `${String(rttMs)}ms`, '-behind', behind?.endpoint ?? ''],
    process.env,
  );
  const [endpoint] = await server.untilLine(/^http:\/\/\S+$/m, 10_000);
  const ask = async (query: string): Promise<Counts> => {
    const answer = await fetch(`${endpoint}/_bench?${query}`);
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as Counts;
  };
  return {
    endpoint,
    accessKeyId: behind?.accessKeyId ?? 'bench',
    secretAccessKey: behind?.secretAccessKey ?? 'bench',
    takeCounts: () => ask(''),
    async clear(prefix) {
      await ask(new URLSearchParams({ clear: prefix }).toString());
    },
    async makeObjects({ prefix, count, bytes }) {
      const query = { make: prefix, count: String(count), size: String(bytes) };
      await ask(new URLSearchParams(query).toString());
    },
    async fill({ prefix, root }) {
      await ask(new URLSearchParams({ fill: prefix, root }).toString());
    },
    stop: () => server.stop(),
  };
}
