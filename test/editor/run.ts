import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { format } from 'node:util';

import { runTests } from '@vscode/test-electron';
import type { Page } from 'playwright-core';

import { launchBrowser } from '../support/vscode/browser';
import { builtinsUnderTest } from '../support/vscode/builtins';
import { chooseEditorHost } from '../support/vscode/desktopCode';
import { editorEnvironment } from '../../dev/editorEnvironment';
import { startEmbeddedS3 } from '../../dev/embeddedS3';
import { outputMark, type SuiteResults } from '../support/suite/mochaSuite';
import { repositoryRoot } from '../../dev/repositoryRoot';
import { s3Connection } from '../../dev/s3Connection';
import { temporaryFolder } from '../../dev/temporaryFolder';
import { testVariables } from '../support/suite/testEnvironment';
import { quietSettings } from '../../dev/quietSettings';
import { startVscodeServer, type EditorSuite, type VscodeServer } from '../../dev/vscodeServer';

/** Runs the suite of this folder, or some files of it, inside a VS Code, in a fresh workspace beside an S3 server. */
async function main(): Promise<void> {
  const host = await chooseEditorHost();
  const s3 = await startEmbeddedS3({ buckets: [bucket] });
  const temporary = await temporaryFolder('editor');
  try {
    await rm(resultsFile, { force: true });
    const workspace = join(temporary.path, 'workspace');
    await writeWorkspace(workspace);
    const { settings, env } = s3Connection(s3);
    const inspect = process.env[testVariables.inspect];
    if (inspect !== undefined) console.log(`The suite waits for a debugger on port ${inspect}.`);
    const run: SuiteRun = {
      workspace,
      inspectPort: inspect === undefined ? undefined : Number(inspect),
      suite: {
        extensionDevelopmentPath: repositoryRoot,
        extensionTestsPath: join(__dirname, 'index.js'),
      },
      // Tests click rows as somebody does who was asked what that is to do.
      settings: { ...settings, 's3Backup.clickAction': 'upload' },
      env: {
        ...env,
        [testVariables.results]: resultsFile,
        [testVariables.parts]: JSON.stringify(process.argv.slice(2)),
        [testVariables.embeddedEndpoint]: s3.endpoint,
        [testVariables.embeddedBucket]: bucket,
      },
    };
    const exitCode =
      host.kind === 'desktop'
        ? await runOnDesktop(host.executable, run, temporary.path)
        : await runOnServer(run);
    process.exitCode = await verdict(exitCode);
  } finally {
    await s3.stop();
    await temporary.remove();
  }
}

/** One run of the suite, whatever the host. */
interface SuiteRun {
  readonly workspace: string;
  readonly suite: EditorSuite;
  readonly inspectPort: number | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
}

const bucket = 'editor-tests';

/** Has a kind of editor that VS Code itself does not. */
const ownExtension = join(repositoryRoot, 'test', 'fixtures', 'customEditor');
const resultsFile =
  process.env[testVariables.results] ?? join(repositoryRoot, 'test-results', 'editor.json');
const silenceMs = 120_000;

/** Names in folders and beside them, the same name twice, an empty file. */
const workspaceFiles: Readonly<Record<string, string>> = {
  'notes.txt': 'notes\n',
  'empty.txt': '',
  'photos/summer.jpg': 'not really a picture\n',
  'photos/2024/summer.jpg': 'another one with the same name\n',
};

async function writeWorkspace(folder: string): Promise<void> {
  for (const [path, content] of Object.entries(workspaceFiles)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

async function runOnServer(run: SuiteRun): Promise<number> {
  const server = await startVscodeServer({
    userSettings: run.settings,
    env: run.env,
    drivenBy: 'suite',
    extensions: [ownExtension],
    builtins: builtinsUnderTest(),
  });
  try {
    const browser = await launchBrowser();
    try {
      return await runInPage(await browser.newPage(), server, run);
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}

async function runInPage(page: Page, server: VscodeServer, run: SuiteRun): Promise<number> {
  const log: string[] = [];
  let lastSign = Date.now();
  const watch = new AbortController();
  const ended = new Promise<number>((resolve, reject) => {
    void page.exposeFunction('codeAutomationExit', resolve);
    const timer = setInterval(() => {
      if (run.inspectPort === undefined && Date.now() - lastSign > silenceMs) {
        reject(new Error(`No sign of the suite for ${String(silenceMs / 1000)} s.`));
      }
    }, 1_000);
    watch.signal.addEventListener('abort', () => {
      clearInterval(timer);
    });
  });
  await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
    lastSign = Date.now();
    const line = format(...args);
    if (line.startsWith(outputMark)) {
      console.log(unmarked(line));
    } else {
      log.push(`${type}: ${line}`);
    }
  });
  try {
    if (server.watcher.kind === 'unavailable') {
      console.log(`Tests of file events are skipped: ${server.watcher.reason}.`);
    }
    await page.goto(server.url(run));
    const exitCode = await ended;
    await (exitCode === 0 ? undefined : keepEvidence(page, log));
    return exitCode;
  } catch (error) {
    await keepEvidence(page, log);
    throw error;
  } finally {
    watch.abort();
  }
}

function unmarked(output: string): string {
  return output
    .split('\n')
    .map(line => (line.startsWith(outputMark) ? line.slice(outputMark.length) : line))
    .join('\n');
}

/** What VS Code had to say and what it looked like, beside the results. */
async function keepEvidence(page: Page, log: readonly string[]): Promise<void> {
  const folder = dirname(resultsFile);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'editor.log'), log.join('\n'));
  await page.screenshot({ path: join(folder, 'editor.png') });
  console.log(`VS Code's log and a picture of its window are in ${folder}.`);
}

async function runOnDesktop(executable: string, run: SuiteRun, folder: string): Promise<number> {
  const home = join(folder, 'home');
  const userData = join(folder, 'data');
  await mkdir(home);
  await mkdir(join(userData, 'User'), { recursive: true });
  await writeFile(
    join(userData, 'User', 'settings.json'),
    JSON.stringify({ ...quietSettings, ...run.settings }),
  );
  const dropped = Object.fromEntries(Object.keys(process.env).map(name => [name, undefined]));
  return await runTests({
    vscodeExecutablePath: executable,
    ...run.suite,
    extensionDevelopmentPath: [run.suite.extensionDevelopmentPath, ownExtension],
    extensionTestsEnv: {
      ...dropped,
      // The display's key is in the real home.
      XAUTHORITY: process.env['XAUTHORITY'] ?? join(homedir(), '.Xauthority'),
      ...editorEnvironment(home, run.env),
    },
    launchArgs: [
      run.workspace,
      '--user-data-dir',
      userData,
      '--disable-extensions',
      ...(run.inspectPort === undefined
        ? []
        : [`--inspect-brk-extensions=${String(run.inspectPort)}`]),
    ],
  }).catch((error: unknown) => {
    console.error(error);
    return 1;
  });
}

/** The process's exit code: what VS Code and the suite say must agree, and tests have run. */
async function verdict(exitCode: number): Promise<number> {
  let results: SuiteResults;
  try {
    results = JSON.parse(await readFile(resultsFile, 'utf8')) as SuiteResults;
  } catch (error) {
    throw new Error('VS Code ended without the suite having left its results; see its log.', {
      cause: error,
    });
  }
  for (const title of results.skipped) {
    console.log(`skipped: ${title}`);
  }
  const { passed, failed, skipped } = results;
  console.log(
    `${String(passed)} passed, ${String(failed)} failed, ${String(skipped.length)} skipped`,
  );
  return exitCode === 0 && failed === 0 && passed > 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
