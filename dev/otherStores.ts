import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { freePorts } from './freePorts';
import { startOwnedProcess } from './ownedProcess';
import { pipInstall } from './pipInstall';
import { rclone } from './rclone';
import { startStoreServer, untilReady, type NoStoreServer, type StoreServer } from './storeServer';

export const otherStoreVersions = {
  moto: '5.2.5',
  rclone: rclone.version,
  s3mock: '4.7.0',
} as const;

/** The server of Python's moto, which keeps everything in its memory. */
export function startMoto(): Promise<StoreServer | NoStoreServer> {
  return startAnswering({
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
export function startRcloneServe(): Promise<StoreServer | NoStoreServer> {
  return startAnswering({
    ...rclone,
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
export function startS3Mock(): Promise<StoreServer | NoStoreServer> {
  const jar = `s3mock-${otherStoreVersions.s3mock}-exec.jar`;
  return startAnswering({
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

/** A server that is ready once it answers anything. */
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

function startAnswering({
  name,
  install,
  command,
}: ServerRecipe): Promise<StoreServer | NoStoreServer> {
  return startStoreServer({
    name,
    install,
    async start(folder, home) {
      const data = join(home, 'data');
      await mkdir(data);
      const [port = 0] = await freePorts(1);
      const endpoint = `http://${host}:${String(port)}`;
      const { program, args, variables } = command({ folder, port: String(port), data });
      const server = await startOwnedProcess(program, args, { ...process.env, ...variables });
      try {
        await untilReady(server, () => answers(endpoint));
      } catch (error) {
        await server.stop();
        throw error;
      }
      return {
        kind: 'running',
        endpoint,
        region: 'us-east-1',
        ...account,
        stop: () => server.stop(),
      };
    },
  });
}

/** Whatever it answers. */
async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint);
    return true;
  } catch {
    return false;
  }
}
