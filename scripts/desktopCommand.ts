import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The `code` command of a desktop VS Code that can show a window here, if there is one. */
export async function desktopCommand(): Promise<string | undefined> {
  if (process.env['S3_BACKUP_TEST_HOST'] === 'server' || !hasDisplay()) return undefined;
  try {
    await promisify(execFile)('code', ['--version'], { shell: process.platform === 'win32' });
    return 'code';
  } catch {
    // Not installed, or not on the path.
    return undefined;
  }
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
}
