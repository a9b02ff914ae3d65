import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePorts } from './freePorts';
import { installOnce } from './installOnce';
import { startOwnedProcess } from './ownedProcess';
import { startStoreServer, untilReady, type NoStoreServer, type StoreServer } from './storeServer';

/** A gateway that keeps objects as files. It checks signatures and rights. */
export interface Versitygw extends StoreServer {
  /** Adds an account that may do what the policies of buckets allow it, and nothing else. */
  addUser(user: VersitygwUser): Promise<void>;
}

export interface VersitygwUser {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Starts the gateway over a temporary folder, in which buckets may keep versions. */
export async function startVersitygw(): Promise<Versitygw | NoStoreServer> {
  if (!runsHere) return { kind: 'unavailable', reason: 'versitygw does not run on Windows' };
  return startStoreServer({
    name,
    install: buildFromSource,
    start: (installed, home) => start(join(installed, 'versitygw'), home),
  });
}

/** Begins to build it beside what else there is to do; whoever starts it hears what came of that. */
export function prepareVersitygw(): void {
  if (runsHere) installOnce(name, buildFromSource).catch(() => undefined);
}

/** A first build takes minutes, for which nothing of it is in Go's caches. */
export const versitygwBuildTimeoutMs = 15 * 60_000;

export const versitygwVersion = '1.8.0';
const name = `versitygw-${versitygwVersion}`;
const runsHere = process.platform !== 'win32';
const region = 'us-east-1';
const account = { accessKeyId: 'rootKey', secretAccessKey: 'rootSecret' };

async function start(program: string, home: string): Promise<Versitygw> {
  const [objects, versions, users] = ['objects', 'versions', 'users'].map(name =>
    join(home, name),
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
  const endpoint = `http://${address}`;
  try {
    await untilReady(server, () => isHealthy(endpoint));
  } catch (error) {
    await server.stop();
    throw error;
  }
  const addUser = async ({ accessKeyId, secretAccessKey }: VersitygwUser): Promise<void> => {
    const { accessKeyId: admin, secretAccessKey: secret } = account;
    await promisify(execFile)(program, [
      ...['admin', '--access', admin, '--secret', secret, '--endpoint-url', endpoint],
      ...['create-user', '--access', accessKeyId, '--secret', secretAccessKey, '--role', 'user'],
    ]);
  };
  return { kind: 'running', endpoint, region, ...account, addUser, stop: () => server.stop() };
}

const healthPath = '/health';

async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(endpoint + healthPath)).ok;
  } catch {
    return false;
  }
}

/** Spares a third of the build: what makes the program fast, and what debuggers read. */
const quick = ['-gcflags=all=-N -l -dwarf=false', '-ldflags=-s -w'];

/** From the sources that Go's module proxy has; no binary of it is in a package registry. */
async function buildFromSource(folder: string): Promise<void> {
  const program = `github.com/versity/versitygw/cmd/versitygw@v${versitygwVersion}`;
  await promisify(execFile)('go', ['install', ...quick, program], {
    cwd: folder,
    timeout: versitygwBuildTimeoutMs,
    // It needs no C compiler, and no other Go than the one that is here. One package at a time
    // leaves the other processors to the tests.
    env: {
      ...process.env,
      GOBIN: folder,
      GOFLAGS: '-mod=mod -p=1',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
    },
  });
}
