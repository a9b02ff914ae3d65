import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { freePorts } from './freePorts';
import { installOnce } from './installOnce';
import { startOwnedProcess, type OwnedProcess } from './ownedProcess';
import { temporaryFolder } from './temporaryFolder';

/** A gateway that keeps objects as files, on loopback. It checks signatures and rights. */
export interface Versitygw {
  readonly kind: 'running';
  readonly endpoint: string;
  readonly region: string;
  /** The credentials of the account that may do everything. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Adds an account that may do what the policies of buckets allow it, and nothing else. */
  addUser(user: VersitygwUser): Promise<void>;
  stop(): Promise<void>;
}

export interface VersitygwUser {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Why there is none, in words for the name of a skipped test. */
export interface NoVersitygw {
  readonly kind: 'unavailable';
  readonly reason: string;
}

/** Starts the gateway over a temporary folder, in which buckets may keep versions. */
export async function startVersitygw(): Promise<Versitygw | NoVersitygw> {
  if (process.platform === 'win32') {
    return { kind: 'unavailable', reason: 'versitygw does not run on Windows' };
  }
  let program: string;
  try {
    program = join(
      await installOnce(`versitygw-${versitygwVersion}`, buildFromSource),
      'versitygw',
    );
  } catch (error) {
    return { kind: 'unavailable', reason: buildFailure(error) };
  }
  try {
    return await start(program);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { kind: 'unavailable', reason: `versitygw did not start: ${words}` };
  }
}

/** A first build takes minutes, for which nothing of it is in Go's caches. */
export const versitygwBuildTimeoutMs = 15 * 60_000;

export const versitygwVersion = '1.8.0';
const region = 'us-east-1';
const account = { accessKeyId: 'rootKey', secretAccessKey: 'rootSecret' };
const startTimeoutMs = 30_000;
const pollMs = 25;

async function start(program: string): Promise<Versitygw> {
  const home = await temporaryFolder('versitygw');
  const [objects, versions, users] = ['objects', 'versions', 'users'].map(name =>
    join(home.path, name),
  ) as [string, string, string];
  await Promise.all([objects, versions, users].map(folder => mkdir(folder)));
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${String(port)}`;
  const server = await startOwnedProcess(
    program,
    [
      ...['--port', address, '--region', region, '--health', healthPath, '--quiet'],
      ...['--iam-dir', users],
      ...['posix', '--versioning-dir', versions, objects],
    ],
    {
      ...process.env,
      ROOT_ACCESS_KEY: account.accessKeyId,
      ROOT_SECRET_KEY: account.secretAccessKey,
    },
  );
  const stop = async (): Promise<void> => {
    await server.stop();
    await home.remove();
  };
  const endpoint = `http://${address}`;
  try {
    await untilReady(server, endpoint);
  } catch (error) {
    await stop();
    throw error;
  }
  const addUser = async ({ accessKeyId, secretAccessKey }: VersitygwUser): Promise<void> => {
    const { accessKeyId: admin, secretAccessKey: secret } = account;
    await promisify(execFile)(program, [
      ...['admin', '--access', admin, '--secret', secret, '--endpoint-url', endpoint],
      ...['create-user', '--access', accessKeyId, '--secret', secretAccessKey, '--role', 'user'],
    ]);
  };
  return { kind: 'running', endpoint, region, ...account, addUser, stop };
}

const healthPath = '/health';

async function untilReady(server: OwnedProcess, endpoint: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await isHealthy(endpoint))) {
    if (Date.now() > deadline) {
      throw new Error(`it did not answer in time: ${server.lastWords().slice(-500)}`);
    }
    await delay(pollMs);
  }
}

async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(endpoint + healthPath)).ok;
  } catch {
    return false;
  }
}

/** From the sources that Go's module proxy has; no binary of it is in a package registry. */
async function buildFromSource(folder: string): Promise<void> {
  const program = `github.com/versity/versitygw/cmd/versitygw@v${versitygwVersion}`;
  await promisify(execFile)('go', ['install', '-ldflags=-s -w', program], {
    cwd: folder,
    timeout: versitygwBuildTimeoutMs,
    // It needs no C compiler, and no other Go than the one that is here.
    env: {
      ...process.env,
      GOBIN: folder,
      GOFLAGS: '-mod=mod',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
    },
  });
}

function buildFailure(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return 'Go is not installed';
  }
  const words = error instanceof Error && 'stderr' in error ? error.stderr : error;
  return `Go could not build versitygw: ${String(words).trim().split('\n').at(-1) ?? ''}`;
}
