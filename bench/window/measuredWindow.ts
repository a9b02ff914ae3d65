import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { freePorts } from '../../dev/freePorts';
import { repositoryRoot } from '../../dev/repositoryRoot';
import { s3Connection } from '../../dev/s3Connection';
import { temporaryFolder } from '../../dev/temporaryFolder';
import { startVscodeServer } from '../../dev/vscodeServer';
import { eventually } from '../../test/support/suite/eventually';
import { launchBrowser } from '../../test/support/vscode/browser';
import { extensionHosts } from '../../test/support/vscode/extensionHosts';
import { Workbench, type Tree } from '../../test/support/vscode/workbench';
import type { BareServer } from '../bareServer';
import type { Ask, Done } from './questions';

/** A window of a real VS Code with S3 Backup in it, whose extension host is measured from within. */
export interface MeasuredWindow {
  readonly page: Page;
  readonly workbench: Workbench;
  readonly tree: Tree;
  /** Has the extension host do something, and tells when. */
  ask(what: Ask): Promise<Done>;
  /** Begins anew, with an extension host of its own that has compared nothing. */
  reload(): Promise<void>;
  /** What the extension host takes up, its worker threads counted; by Linux's `/proc`. */
  memoryBytes(): Promise<number>;
  /** The most that it has taken up since it began. */
  peakBytes(): Promise<number>;
  stop(): Promise<void>;
}

export interface WindowOptions {
  readonly workspace: string;
  readonly server: BareServer;
  readonly prefix: string;
}

export async function openMeasuredWindow({
  workspace,
  server,
  prefix,
}: WindowOptions): Promise<MeasuredWindow> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let end = stops.pop(); end !== undefined; end = stops.pop()) await end();
  };
  try {
    const temporary = await temporaryFolder('bench-window');
    stops.push(() => temporary.remove());
    const agent = await writeAgent(temporary.path);
    const [port = 0] = await freePorts(1);
    const { settings, env } = s3Connection(server);
    const code = await startVscodeServer({
      userSettings: {
        ...settings,
        's3Backup.bucket': 'bench',
        's3Backup.prefix': prefix,
        's3Backup.clickAction': 'upload',
        // Git reads a hundred thousand files, too.
        'git.enabled': false,
      },
      env: { ...env, S3_BACKUP_BENCH_PORT: String(port) },
      extensions: [repositoryRoot, agent],
    });
    stops.push(() => code.stop());
    const browser = await launchBrowser();
    stops.push(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const workbench = new Workbench(page);
    const ask = (what: Ask) => askAgent(port, what);
    const untilReady = async () => {
      await workbench.showViewContainer('S3 Backup');
      await eventually(() => ask({ kind: 'watch' }), readyMs);
    };
    await workbench.open(code.url({ workspace }));
    await untilReady();
    return {
      page,
      workbench,
      tree: workbench.tree('Files'),
      ask,
      async reload() {
        const before = theHost();
        await workbench.reload();
        // The old one answers for a moment more.
        await eventually(() => {
          if (theHost() === before) throw new Error('The old extension host is still there.');
        }, readyMs);
        await untilReady();
      },
      memoryBytes: () => statusBytes('VmRSS'),
      peakBytes: () => statusBytes('VmHWM'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const readyMs = 60_000;

async function askAgent(port: number, what: Ask): Promise<Done> {
  const answer = await fetch(`http://127.0.0.1:${String(port)}`, {
    method: 'POST',
    body: JSON.stringify(what),
  });
  if (!answer.ok) throw new Error(`${what.kind} failed: ${await answer.text()}`);
  return (await answer.json()) as Done;
}

/** VS Code wants an extension to be a folder with a manifest. */
async function writeAgent(parent: string): Promise<string> {
  const folder = join(parent, 'bench-agent');
  await mkdir(folder);
  const manifest = {
    name: 'bench-agent',
    publisher: 'bench',
    version: '1.0.0',
    engines: { vscode: '^1.105.0' },
    main: './main.js',
    activationEvents: ['*'],
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const agent = join(repositoryRoot, 'out', 'bench', 'window', 'hostAgent.js');
  await writeFile(join(folder, 'main.js'), `module.exports = require(${JSON.stringify(agent)});\n`);
  return folder;
}

function theHost(): number {
  const hosts = extensionHosts();
  const [host] = hosts;
  if (host === undefined || hosts.length > 1) {
    throw new Error(`There are ${String(hosts.length)} extension hosts instead of one.`);
  }
  return host;
}

async function statusBytes(field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${String(theHost())}/status`, 'utf8');
  const [, kilobytes = '0'] = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return Number(kilobytes) * 1024;
}
