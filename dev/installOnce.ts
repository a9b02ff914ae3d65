import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { repositoryRoot } from './repositoryRoot';

/** What is installed for tests and kept between runs; ignored by git. */
const cacheFolder = join(repositoryRoot, '.vscode-test');

/**
 * The cache's folder of that name (which includes a version), filled by `fill` if it is not there.
 * It appears by a rename when it is complete: an interrupted fill leaves nothing to be mistaken
 * for it, and of two processes that fill it at once one wins. This one tries it once.
 */
export function installOnce(
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  let installing = begun.get(name);
  if (installing === undefined) {
    installing = install(name, fill);
    begun.set(name, installing);
  }
  return installing;
}

const begun = new Map<string, Promise<string>>();

async function install(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const installed = join(cacheFolder, name);
  if (await exists(installed)) {
    return installed;
  }
  await mkdir(cacheFolder, { recursive: true });
  await clearAbandoned();
  const partial = join(cacheFolder, `partial-${String(process.pid)}-${name}`);
  try {
    await mkdir(partial);
    await fill(partial);
    await rename(partial, installed);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(installed))) {
      throw error;
    }
  }
  return installed;
}

async function clearAbandoned(): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    const pid = /^partial-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      await rm(join(cacheFolder, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
