import type { Page } from 'playwright-core';

import { launchBrowser } from './browser';
import { builtinsUnderTest } from './builtins';
import { startEmbeddedS3, type EmbeddedS3 } from '../../../dev/embeddedS3';
import { repositoryRoot } from '../../../dev/repositoryRoot';
import { s3Connection } from '../../../dev/s3Connection';
import { startVscodeServer, type VscodeServer } from '../../../dev/vscodeServer';
import { Workbench } from './workbench';

/** A window of VS Code with the extension, beside an S3 server of its own. */
export interface UiSession {
  readonly workbench: Workbench;
  readonly page: Page;
  readonly s3: EmbeddedS3;
  readonly server: VscodeServer;
  stop(): Promise<void>;
}

export interface UiSessionOptions {
  /** A folder or a `.code-workspace` file; the tests' own, it may be written to. */
  readonly workspace: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly buckets?: readonly string[];
  /** Buckets that there are and that nobody may use. */
  readonly foreignBuckets?: readonly string[];
  /** Extensions to run, instead of this repository as it is built. */
  readonly extensions?: readonly string[];
  /** What the window speaks; English where it is left out. */
  readonly language?: string;
}

export async function startUiSession(options: UiSessionOptions): Promise<UiSession> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let end = stops.pop(); end !== undefined; end = stops.pop()) {
      await end();
    }
  };
  try {
    const s3 = await startEmbeddedS3({
      buckets: options.buckets ?? [],
      foreignBuckets: options.foreignBuckets ?? [],
    });
    stops.push(() => s3.stop());
    const connection = s3Connection(s3);
    const server = await startVscodeServer({
      userSettings: {
        ...connection.settings,
        // Tests click rows as somebody does who was asked what that is to do.
        's3Backup.clickAction': 'upload',
        ...options.settings,
      },
      env: { ...connection.env, ...options.env },
      extensions: options.extensions ?? [repositoryRoot],
      // What is published is tried as everybody has it.
      builtins: options.extensions === undefined ? builtinsUnderTest() : undefined,
    });
    stops.push(() => server.stop());
    const browser = await launchBrowser();
    stops.push(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    // What a language pack would set; VS Code itself goes on to speak English.
    await page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = '${options.language ?? 'en'}'`);
    const workbench = new Workbench(page);
    openWorkbenches.add(workbench);
    stops.push(() => {
      openWorkbenches.delete(workbench);
      return Promise.resolve();
    });
    await workbench.open(server.url({ workspace: options.workspace }));
    return { workbench, page, s3, server, stop };
  } catch (error) {
    await captureOpenWindows('start');
    await stop();
    throw error;
  }
}

/** Shows each window that is open, and what it has said, for a test that has failed. */
export async function captureOpenWindows(name: string): Promise<void> {
  let count = 0;
  for (const workbench of openWorkbenches) {
    count++;
    console.log(`picture: ${await workbench.screenshot(`failed-${name}-${String(count)}`)}`);
    const kept = await workbench.notifications.kept().catch((error: unknown) => [String(error)]);
    for (const text of kept) console.log(`message: ${text}`);
  }
}

const openWorkbenches = new Set<Workbench>();
