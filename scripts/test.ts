import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { SuiteResults } from '../test/support/suite/mochaSuite';
import { repositoryRoot } from '../dev/repositoryRoot';

/**
 * Runs all suites one after the other, the quickest answers first, and closes with how long each
 * took and one line that counts them together. A suite that ends without results counts as one
 * failure.
 */
function main(): void {
  const all = suites.map(name => {
    const begun = performance.now();
    const results = runSuite(name);
    return { name, results, seconds: Math.round((performance.now() - begun) / 1000) };
  });
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
      `${name.padEnd(6)} ${String(passed)} ✓  ${String(failed)} ✗  ${String(skipped.length)} –  ${String(seconds)} s`,
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

const suites = ['engine', 's3', 'editor', 'ui'] as const;

function runSuite(name: (typeof suites)[number]): SuiteResults {
  const file = join(repositoryRoot, 'test-results', `${name}.json`);
  rmSync(file, { force: true });
  console.log(`\n== ${name} ==`);
  const { status, signal } = spawnSync('npm', ['run', '--silent', `test:${name}`], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  const results = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as SuiteResults)
    : { passed: 0, failed: 0, skipped: [], failures: [] };
  if (status === 0 || results.failed > 0) return results;
  const end = signal ?? `the code ${String(status)}`;
  const message = `The suite ended with ${end}; see what it wrote above.`;
  return { ...results, failed: 1, failures: [{ title: 'the suite itself', message }] };
}

main();
