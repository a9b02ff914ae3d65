import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Installs a package of PyPI into a folder of its own, without building anything. */
export async function pipInstall(
  folder: string,
  requirement: string,
  ...options: readonly '--no-deps'[]
): Promise<void> {
  await promisify(execFile)('python3', [
    ...['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'],
    ...['--root-user-action=ignore', '--only-binary=:all:', ...options],
    ...['--target', folder, requirement],
  ]);
}
