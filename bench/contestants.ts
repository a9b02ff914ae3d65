import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { repositoryRoot } from '../dev/repositoryRoot';

export type Job = 'upload' | 'compare' | 'restore';

/** A server, and who may do everything there. */
export interface Server {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A folder on the disk and a place in the bucket. */
export interface Place {
  readonly root: string;
  readonly endpoint: string;
  readonly prefix: string;
  /** Where we keep our records. */
  readonly records: string;
}

/** A program that can do the jobs. */
export interface Contestant {
  readonly name: string;
  /** Where it decides by less than we do, or does less. */
  readonly remarks: Readonly<Partial<Record<Job, string>>>;
  /** What tells its version; a program that does not answer is left out. */
  readonly version: readonly string[];
  /** Returns `undefined` for a job that it does not know. */
  commandFor(job: Job, place: Place): readonly string[] | undefined;
  readonly env: (server: Server) => Readonly<Record<string, string>>;
}

/** A contestant that is there. */
export interface Found {
  readonly contestant: Contestant;
  /** As it says itself. */
  readonly version: string;
}

/** Returns us, and all peers that are found: on the path, or where Python or Node finds them. */
export async function findContestants(): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const contestant of [ours, ...peers]) {
    const version = await versionOf(contestant);
    if (version !== undefined) found.push({ contestant, version });
  }
  return found;
}

function keysOf({ accessKeyId, secretAccessKey }: Server) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: 'us-east-1',
  };
}

/** The bundled engine, in a process of its own. */
export const ours: Contestant = {
  name: 'S3 Backup',
  remarks: {},
  version: [
    process.execPath,
    '-p',
    `require(${JSON.stringify(join(repositoryRoot, 'package.json'))}).version`,
  ],
  commandFor: (job, { root, endpoint, prefix, records }) => [
    process.execPath,
    join(repositoryRoot, 'out', 'bench', 'runEngine.js'),
    ...[job, root, endpoint, prefix, records],
  ],
  env: keysOf,
};

const peers: readonly Contestant[] = [
  {
    name: 's5cmd',
    version: ['s5cmd', 'version'],
    remarks: {
      upload: 'under no condition; keeps no record',
      compare: 'by size and time',
      restore: 'verifies nothing and flushes nothing',
    },
    commandFor: (job, { root, endpoint, prefix }) => {
      const s5cmd = ['s5cmd', '--log', 'error', '--endpoint-url', endpoint];
      const there = `s3://bench/${prefix}`;
      if (job === 'upload') return [...s5cmd, 'cp', `${root}/`, there];
      if (job === 'compare') return [...s5cmd, '--dry-run', 'sync', `${root}/`, there];
      return [...s5cmd, 'cp', `${there}*`, `${root}/`];
    },
    env: keysOf,
  },
  {
    name: 'rclone',
    version: ['rclone', 'version'],
    remarks: {
      upload: 'under no condition; keeps no record',
      compare: 'by size and time',
      restore: 'flushes nothing',
    },
    commandFor: (job, { root, prefix }) => {
      const there = `bench:bench/${prefix}`;
      const how = ['--fast-list', '--transfers', '64', '--checkers', '64'];
      if (job === 'upload') return ['rclone', 'copy', root, there, ...how];
      const byTime = ['--update', '--use-server-modtime'];
      if (job === 'compare') {
        return ['rclone', 'copy', '--dry-run', root, there, ...how, ...byTime];
      }
      return ['rclone', 'copy', there, root, ...how];
    },
    env: server => ({
      ...keysOf(server),
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_BENCH_TYPE: 's3',
      RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
      RCLONE_CONFIG_BENCH_ENDPOINT: server.endpoint,
      RCLONE_CONFIG_BENCH_REGION: 'us-east-1',
      RCLONE_CONFIG_BENCH_ENV_AUTH: 'true',
      RCLONE_CONFIG_BENCH_LIST_VERSION: '2',
      RCLONE_CONFIG_BENCH_NO_CHECK_BUCKET: 'true',
    }),
  },
  {
    name: 'aws',
    version: ['aws', '--version'],
    remarks: {
      upload: 'under no condition; keeps no record',
      compare: 'by size and time',
      restore: 'flushes nothing',
    },
    commandFor: (job, { root, endpoint, prefix }) => {
      const aws = ['aws', '--endpoint-url', endpoint, 's3', 'sync', '--only-show-errors'];
      const there = `s3://bench/${prefix}`;
      if (job === 'compare') return [...aws, '--dryrun', root, there];
      return job === 'restore' ? [...aws, there, root] : [...aws, root, there];
    },
    env: server => ({
      ...keysOf(server),
      AWS_CONFIG_FILE: '/dev/null',
      AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
    }),
  },
  {
    name: 'boto3 + awscrt',
    remarks: {
      upload: 'under no condition; keeps no record',
      restore: 'flushes nothing',
    },
    version: [
      'python3',
      '-c',
      'import awscrt, boto3; print("boto3", boto3.__version__, "awscrt", awscrt.__version__)',
    ],
    // It knows no comparison.
    commandFor: (job, { root, endpoint, prefix }) =>
      job === 'compare'
        ? undefined
        : ['python3', join(peerScripts, 'boto3Crt.py'), job, root, endpoint, prefix],
    env: keysOf,
  },
  {
    name: 's3-sync-client',
    remarks: {
      upload: 'under no condition; keeps no record',
      compare: 'by size and time',
      restore: 'verifies nothing and flushes nothing',
    },
    version: [process.execPath, '-p', 'require("s3-sync-client/package.json").version'],
    commandFor: (job, { root, endpoint, prefix }) => [
      process.execPath,
      join(peerScripts, 's3SyncClient.cjs'),
      ...[job, root, endpoint, prefix],
    ],
    env: keysOf,
  },
];

const peerScripts = join(repositoryRoot, 'bench', 'peers');

/** Returns `undefined` for a program that is not there. */
async function versionOf({
  version: [program = '', ...args],
}: Contestant): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, args);
    return stdout.split('\n')[0]?.trim() ?? '';
  } catch {
    return undefined;
  }
}
