import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { installOnce } from './installOnce';

/** A VS Code server on disk, ready to start. */
export interface InstalledServer {
  readonly program: string;
  readonly watcher: WatcherSupport;
}

/** Whether VS Code can watch files, which takes a native module. */
export type WatcherSupport =
  { readonly kind: 'works' } | { readonly kind: 'unavailable'; readonly reason: string };

/** Installs the server from the npm registry into the cache, once. */
export async function installVscodeServer(): Promise<InstalledServer> {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw new Error(
      `The VS Code server needs Node 24, this is ${process.version}; run it by an npm script, ` +
        'which finds the Node in node_modules.',
    );
  }
  const folder = await installOnce(`code-server-${version}`, fill);
  await provideLogger(folder);
  return { program: join(folder, 'out', 'server-main.js'), watcher: await probeWatcher(folder) };
}

const version = '4.139.1';

async function fill(folder: string): Promise<void> {
  console.log('Installing VS Code, once, to open it in a browser (about 15 s) …');
  await npm(['pack', `code-server@${version}`, '--silent', '--pack-destination', folder]);
  const archive = join(folder, `code-server-${version}.tgz`);
  // Only VS Code itself: the wrapper around it and its dependencies are not needed.
  await run('tar', ['-xzf', archive, '-C', folder, '--strip-components=3', 'package/lib/vscode']);
  await rm(archive);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--no-package-lock'];
  await npm(['install', '--prefix', folder, '--omit=dev', '--ignore-scripts', ...quiet]);
  if ((await probeWatcher(folder)).kind === 'unavailable') {
    // Where the registry has no binary for this system a compiler may do; the next probe tells.
    await npm(['rebuild', '--prefix', folder, '@parcel/watcher']).catch(() => undefined);
  }
}

/** Gives VS Code a logger where its own has no binary. */
async function provideLogger(folder: string): Promise<void> {
  const module = join(folder, 'node_modules', '@vscode', 'spdlog');
  if (existsSync(join(module, 'build', 'Release', 'spdlog.node'))) return;
  const ours = await readFile(join(__dirname, 'plainLogger.js'));
  const entry = join(module, 'index.js');
  if (ours.equals(await readFile(entry))) return;
  // By a rename: another server may be reading it just now.
  const partial = join(module, `index-${String(process.pid)}.js`);
  await writeFile(partial, ours);
  await rename(partial, entry);
}

async function probeWatcher(folder: string): Promise<WatcherSupport> {
  try {
    await run(process.execPath, ['-e', `require(${JSON.stringify(join(folder, watcherPath))})`]);
    return { kind: 'works' };
  } catch {
    const reason =
      'the native module @parcel/watcher is neither in the registry for this system nor could be ' +
      'built; install python3, make and g++ and remove .vscode-test';
    return { kind: 'unavailable', reason };
  }
}

const watcherPath = join('node_modules', '@parcel', 'watcher');

async function npm(args: readonly string[]): Promise<void> {
  const script = process.env['npm_execpath'];
  try {
    await (script?.endsWith('npm-cli.js') === true
      ? run(process.execPath, [script, ...args])
      : run('npm', args));
  } catch (error) {
    throw new Error(`npm ${args[0] ?? ''} failed; check that the npm registry can be reached.`, {
      cause: error,
    });
  }
}

const run = promisify(execFile);
