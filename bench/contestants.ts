import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';

export type Job = 'upload' | 'compare' | 'restore';

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
  commandFor(job: Job, place: Place): readonly string[];
  readonly env: (endpoint: string) => Readonly<Record<string, string>>;
}

/** Returns us, and all peers that are on the path. */
export async function findContestants(): Promise<readonly Contestant[]> {
  const found: Contestant[] = [ours];
  for (const { program, contestant } of peers) {
    if (await isOnPath(program)) found.push(contestant);
  }
  return found;
}

const keys = {
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_REGION: 'us-east-1',
};

const ours: Contestant = {
  name: 'S3 Backup',
  remarks: {},
  commandFor: (job, { root, endpoint, prefix, records }) => [
    process.execPath,
    join(repositoryRoot, 'out', 'bench', 'runEngine.js'),
    ...[job, root, endpoint, prefix, records],
  ],
  env: () => keys,
};

const peers: readonly { readonly program: string; readonly contestant: Contestant }[] = [
  {
    program: 's5cmd',
    contestant: {
      name: 's5cmd',
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
      env: () => keys,
    },
  },
  {
    program: 'rclone',
    contestant: {
      name: 'rclone',
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
      env: endpoint => ({
        ...keys,
        RCLONE_CONFIG: '/dev/null',
        RCLONE_CONFIG_BENCH_TYPE: 's3',
        RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
        RCLONE_CONFIG_BENCH_ENDPOINT: endpoint,
        RCLONE_CONFIG_BENCH_REGION: 'us-east-1',
        RCLONE_CONFIG_BENCH_ENV_AUTH: 'true',
        RCLONE_CONFIG_BENCH_LIST_VERSION: '2',
        RCLONE_CONFIG_BENCH_NO_CHECK_BUCKET: 'true',
      }),
    },
  },
  {
    program: 'aws',
    contestant: {
      name: 'aws',
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
      env: () => ({
        ...keys,
        AWS_CONFIG_FILE: '/dev/null',
        AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
      }),
    },
  },
];

async function isOnPath(program: string): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      await access(join(folder, program), constants.X_OK);
      return true;
    } catch {
      // It is in another one, or in none.
    }
  }
  return false;
}
