import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { editorEnvironment } from './editorEnvironment';
import { startOwnedProcess } from './ownedProcess';
import { quietSettings } from './quietSettings';
import { testVariables } from '../test/support/suite/testEnvironment';
import { temporaryFolder } from './temporaryFolder';
import { installVscodeServer, type WatcherSupport } from './vscodeServerInstall';

/** What the server's windows are like. */
export interface VscodeServerOptions {
  readonly userSettings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Extensions to install: packages, or source folders, which are linked to. */
  readonly extensions?: readonly string[];
  /** Folders of VS Code's own extensions, for a window that starts sooner; all where it is left out. */
  readonly builtins?: readonly string[] | undefined;
  /** Kept when it is given, to start again with the same state; else temporary. */
  readonly serverDataDir?: string;
  /**
   * A `suite` needs the server's test mode; there, messages go to the notification centre unseen,
   * so for a `person`, the default, it is off.
   */
  readonly drivenBy?: 'person' | 'suite';
  /** Loopback port; without it one that is free. */
  readonly port?: number;
}

/** A running VS Code that is opened in a browser. */
export interface VscodeServer {
  readonly port: number;
  readonly serverDataDir: string;
  readonly watcher: WatcherSupport;
  /** The address of a window. */
  url(window: EditorWindow): string;
  stop(): Promise<void>;
}

/** What a window opens and runs; absolute paths. */
export interface EditorWindow {
  /** A folder, or a `.code-workspace` file. */
  readonly workspace: string;
  /** For a server that is driven by a suite. */
  readonly suite?: EditorSuite;
  /** Where its extension host waits for a debugger. */
  readonly inspectPort?: number | undefined;
}

/** A test inside VS Code. */
export interface EditorSuite {
  /** The extension's source folder. */
  readonly extensionDevelopmentPath: string;
  /** A module whose `run()` is the test. */
  readonly extensionTestsPath: string;
}

export async function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer> {
  const { node, program, watcher } = await installVscodeServer();
  const temporary = await temporaryFolder('vscode');
  const serverDataDir = options.serverDataDir ?? join(temporary.path, 'data');
  const home = join(temporary.path, 'home');
  await mkdir(home);
  await writeSettings(serverDataDir, { ...quietSettings, ...options.userSettings });
  const noWatcher = watcher.kind === 'works' ? {} : { [testVariables.noWatcher]: watcher.reason };
  const env = editorEnvironment(home, { ...noWatcher, ...options.env });
  const shared = [program, '--accept-server-license-terms', '--server-data-dir', serverDataDir];
  if (options.builtins !== undefined) {
    const folder = join(temporary.path, 'builtins');
    await linkTo(
      options.builtins.map(name => join(dirname(dirname(program)), 'extensions', name)),
      folder,
    );
    shared.push(`--builtin-extensions-dir=${folder}`);
  }
  for (const extension of options.extensions ?? []) {
    if (extension.endsWith('.vsix')) {
      await run(node, [...shared, '--install-extension', extension], { env });
    } else {
      await linkTo([extension], join(serverDataDir, 'extensions'));
    }
  }
  const server = await startOwnedProcess(
    node,
    [
      ...shared,
      '--host=127.0.0.1',
      `--port=${String(options.port ?? 0)}`,
      '--without-connection-token',
      '--disable-telemetry',
      ...(options.drivenBy === 'suite' ? ['--enable-smoke-test-driver'] : []),
      '--force-disable-user-env',
    ],
    env,
  );
  try {
    const [, boundPort] = await server.untilLine(/listening on (\d+)/, startTimeoutMs);
    await server.untilLine(/Extension host agent started/, startTimeoutMs);
    const port = Number(boundPort);
    return {
      port,
      serverDataDir,
      watcher,
      url: window => windowUrl(port, window),
      async stop() {
        await server.stop();
        await temporary.remove();
      },
    };
  } catch (error) {
    await server.stop();
    await temporary.remove();
    throw error;
  }
}

const startTimeoutMs = 60_000;

async function linkTo(targets: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const target of targets) await symlink(target, join(folder, basename(target)), 'dir');
}

async function writeSettings(
  serverDataDir: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  // Settings with the scope `machine` are read from the second file only.
  for (const level of ['User', 'Machine']) {
    const folder = join(serverDataDir, 'data', level);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
  }
}

function windowUrl(port: number, window: EditorWindow): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${String(port)}${path}`;
  const payload: [string, string][] = [['skipWelcome', 'true']];
  for (const [name, path] of Object.entries(window.suite ?? {})) {
    payload.push([name, remote(String(path))]);
  }
  if (window.inspectPort !== undefined) {
    payload.push(['inspect-brk-extensions', String(window.inspectPort)]);
  }
  const url = new URL(`http://127.0.0.1:${String(port)}/`);
  const kind = window.workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
  url.searchParams.set(kind, window.workspace);
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

const run = promisify(execFile);
