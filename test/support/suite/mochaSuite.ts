import { globSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import { format } from 'node:util';

import type MochaModule from 'mocha';

import { repositoryRoot } from '../../../dev/repositoryRoot';

/** What became of a suite, for whoever adds the suites up. */
export interface SuiteResults {
  readonly passed: number;
  readonly failed: number;
  /** By name, so that nothing is left out silently. */
  readonly skipped: readonly string[];
  readonly failures: readonly { readonly title: string; readonly message: string }[];
}

/** Begins each line of the reporter, to be told from what else VS Code writes. */
export const outputMark = '[test] ';

/** Runs the tests below the folder, or some files of them, and leaves the results in the file as JSON. */
export async function runMochaSuite(options: {
  readonly folder: string;
  /** Only the files whose paths contain one of these; all where there are none. */
  readonly parts?: readonly string[];
  readonly resultsFile: string;
  readonly timeoutMs: number;
  /** Put before each line of the reporter. */
  readonly mark?: string;
  readonly rootHooks?: MochaModule.RootHookObject;
}): Promise<SuiteResults> {
  // Mocha is an ES module.
  const { default: Mocha } = await import('mocha');
  const { mark = '' } = options;
  Mocha.reporters.Base.consoleLog = (...args: readonly unknown[]) => {
    console.log(format(...args).replaceAll(/^/gm, mark));
  };
  const mocha = new Mocha({
    ui: 'bdd',
    color: false,
    timeout: options.timeoutMs,
    ...(options.rootHooks === undefined ? {} : { rootHooks: options.rootHooks }),
  });
  for (const file of testFiles(options.folder, options.parts ?? [])) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const skipped: string[] = [];
  const failures: { title: string; message: string }[] = [];
  let passed = 0;
  await new Promise<void>(resolve => {
    mocha
      .run(() => {
        resolve();
      })
      .on('pass', () => passed++)
      .on('pending', test => skipped.push(test.fullTitle()))
      .on('fail', (test, error: Error) => {
        failures.push({ title: test.fullTitle(), message: error.stack ?? error.message });
      });
  });
  const results = { passed, failed: failures.length, skipped, failures };
  await mkdir(dirname(options.resultsFile), { recursive: true });
  await writeFile(options.resultsFile, `${JSON.stringify(results, undefined, 2)}\n`);
  return results;
}

/** Throws where a part fits no file. */
function testFiles(folder: string, parts: readonly string[]): readonly string[] {
  const all = globSync('**/*.test.js', { cwd: folder })
    .map(file => join(folder, file))
    .sort();
  if (parts.length === 0) return all;
  const chosen = new Set<string>();
  for (const part of parts) {
    // A source file's path, as a shell completes it, means what it was compiled to.
    const searched = normalize(part).replace(/\.ts$/, '.js');
    const found = all.filter(file => relative(repositoryRoot, file).includes(searched));
    if (found.length === 0)
      throw new Error(`No test file below ${folder} has ${part} in its path.`);
    for (const file of found) chosen.add(file);
  }
  return [...chosen].sort();
}
