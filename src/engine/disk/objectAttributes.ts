import type { ObjectAttributes } from '../ports/bucket';
import { contentType } from './contentType';
import type { LocalFile } from '../scan/localScan';
import type { OpenFile } from './openFile';

/** The forms of `mtime` and `mode` that rclone reads and writes too. */
export async function attributesOf(
  file: OpenFile,
  { path, mtimeNs: modifiedAt }: LocalFile,
): Promise<ObjectAttributes> {
  const { mode } = await file.handle.stat();
  return {
    contentType: contentType(path),
    metadata: {
      mtime: decimalSeconds(modifiedAt),
      ...(process.platform === 'win32' ? {} : { mode: mode.toString(8) }),
    },
  };
}

function decimalSeconds(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const digits = (nanoseconds < 0n ? -nanoseconds : nanoseconds).toString().padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
