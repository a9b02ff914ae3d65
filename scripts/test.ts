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
  for (const lanes of stages) all.push(...(await runLanes(lanes)));
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

type SuiteName = 'engine' | 's3' | 'editor' | 'ui' | 'release';

/** Suites that run one after the other. */
type Lane = readonly SuiteName[];

/**
 * The lanes of a stage run side by side, two for the two processors of a small machine, and take
 * about the same time.
 */
const stages: readonly (readonly Lane[])[] = [
  [
    ['engine', 'ui'],
    ['s3', 'editor'],
  ],
  // Alone and last, since it leaves bundles that are made to be published, without maps.
  [['release']],
];

async function runLanes(lanes: readonly Lane[]): Promise<readonly SuiteRun[]> {
  const outputs = new Outputs();
  const runs = lanes.map(async lane => {
    const ended: SuiteRun[] = [];
    for (const name of lane) ended.push(await runSuite(name, outputs.of(name)));
    return ended;
  });
  return (await Promise.all(runs)).flat();
}

/** Shows each suite's output in one piece: of one as it comes, of those beside it when that has ended. */
class Outputs {
  /** Those that are not wholly shown yet; of the first, all is shown that there is. */
  readonly #running: Output[] = [];

  of(name: SuiteName): SuiteOutput {
    const output: Output = { chunks: [Buffer.from(`\n== ${name} ==\n`)], ended: false };
    this.#running.push(output);
    this.#show();
    return {
      write: chunk => {
        output.chunks.push(chunk);
        this.#show();
      },
      end: () => {
        output.ended = true;
        this.#show();
      },
    };
  }

  #show(): void {
    for (let first = this.#running[0]; first !== undefined; first = this.#running[0]) {
      for (const chunk of first.chunks.splice(0)) process.stdout.write(chunk);
      if (!first.ended) return;
      this.#running.shift();
    }
  }
}

interface Output {
  readonly chunks: Uint8Array[];
  ended: boolean;
}

interface SuiteOutput {
  readonly write: (chunk: Uint8Array) => void;
  readonly end: () => void;
}

async function runSuite(name: SuiteName, output: SuiteOutput): Promise<SuiteRun> {
  const file = join(repositoryRoot, 'test-results', `${name}.json`);
  rmSync(file, { force: true });
  const begun = performance.now();
  const end = await runScript(`test:${name}`, output);
  const seconds = Math.round((performance.now() - begun) / 1000);
  const results = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as SuiteResults)
    : { passed: 0, failed: 0, skipped: [], failures: [] };
  if (end === 'the code 0' || results.failed > 0) return { name, results, seconds };
  const message = `The suite ended with ${end}; see what it wrote above.`;
  const failures = [{ title: 'the suite itself', message }];
  return { name, results: { ...results, failed: 1, failures }, seconds };
}

/** Says how the script ended. */
async function runScript(script: string, output: SuiteOutput): Promise<string> {
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', output.write);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  output.end();
  return signal ?? `the code ${String(code)}`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
