import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { SuiteResults } from '../test/support/suite/mochaSuite';
import { repositoryRoot } from '../dev/repositoryRoot';

/**
 * Runs all suites and closes with how long each took and one line that counts them together. A
 * suite that ends without results counts as one failure.
 */
async function main(): Promise<void> {
  const all: SuiteRun[] = [];
  for (const [first, ...beside] of groups) {
    const runs = [runSuite(first, 'live'), ...beside.map(name => runSuite(name, 'at its end'))];
    all.push(...(await Promise.all(runs)));
  }
  console.log('');
  for (const { name, results } of all) {
    for (const title of results.skipped) console.log(`${name}, skipped: ${title}`);
  }
  for (const { name, results } of all) {
    for (const { title, message } of results.failures) {
      console.log(`${name}, failed: ${title}\n${message}\n`);
    }
  }
  for (const { name, results, seconds } of all) {
    const { passed, failed, skipped } = results;
    console.log(
      `${name.padEnd(7)} ${String(passed)} ✓  ${String(failed)} ✗  ${String(skipped.length)} –  ${String(seconds)} s`,
    );
  }
  const sum = (count: (results: SuiteResults) => number) =>
    all.reduce((total, { results }) => total + count(results), 0);
  const failed = sum(results => results.failed);
  const skipped = sum(results => results.skipped.length);
  console.log(
    `${String(sum(results => results.passed))} passed, ${String(failed)} failed, ${String(skipped)} skipped`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}

interface SuiteRun {
  readonly name: SuiteName;
  readonly results: SuiteResults;
  readonly seconds: number;
}

/**
 * Engine and store take turns in waiting for disks and servers, so that both together take little
 * longer than the longer one. VS Code has the machine to itself: its tests wait on what is drawn.
 */
const groups: readonly (readonly [SuiteName, ...SuiteName[]])[] = [
  ['engine', 's3'],
  ['editor'],
  ['ui'],
  // Last, since it leaves bundles that are made to be published, without maps.
  ['release'],
];

type SuiteName = 'engine' | 's3' | 'editor' | 'ui' | 'release';

/** When a suite's output is shown: suites that run together must not mix their lines. */
type Shown = 'live' | 'at its end';

async function runSuite(name: SuiteName, shown: Shown): Promise<SuiteRun> {
  const file = join(repositoryRoot, 'test-results', `${name}.json`);
  rmSync(file, { force: true });
  if (shown === 'live') console.log(`\n== ${name} ==`);
  const begun = performance.now();
  const { end, output } = await runScript(`test:${name}`, shown);
  const seconds = Math.round((performance.now() - begun) / 1000);
  if (shown === 'at its end') console.log(`\n== ${name} ==\n${output}`);
  const results = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as SuiteResults)
    : { passed: 0, failed: 0, skipped: [], failures: [] };
  if (end === 'the code 0' || results.failed > 0) return { name, results, seconds };
  const message = `The suite ended with ${end}; see what it wrote above.`;
  const failures = [{ title: 'the suite itself', message }];
  return { name, results: { ...results, failed: 1, failures }, seconds };
}

async function runScript(
  script: string,
  shown: Shown,
): Promise<{ readonly end: string; readonly output: string }> {
  const streams = shown === 'live' ? 'inherit' : 'pipe';
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: repositoryRoot,
    stdio: ['ignore', streams, streams],
    shell: process.platform === 'win32',
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { end: signal ?? `the code ${String(code)}`, output: Buffer.concat(chunks).toString() };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
