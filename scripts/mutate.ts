import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { installOnce } from '../dev/installOnce';
import { npm } from '../dev/npm';
import { repositoryRoot } from '../dev/repositoryRoot';
import { temporaryFolder } from '../dev/temporaryFolder';
import { mutationTargets, type MutationTarget } from '../test/support/suite/mutationTargets';

/**
 * Lets StrykerJS change each target, or those that are named, at one place at a time, and run the
 * target's tests: what survives is not tested. It is no dev dependency: each install of ours would
 * wait for its 200 packages, which nobody needs but whoever runs this.
 */
async function main(named: readonly string[]): Promise<void> {
  const unknown = named.filter(name => !(name in mutationTargets));
  if (unknown.length > 0) {
    throw new Error(`Known are ${Object.keys(mutationTargets).join()}, not ${unknown.join()}.`);
  }
  const packages = [
    `@stryker-mutator/core@${versions.stryker}`,
    `@stryker-mutator/mocha-runner@${versions.stryker}`,
    `mocha@${versions.mocha}`,
  ];
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const stryker = await installOnce(`stryker-${versions.stryker}`, target =>
    npm(['install', '--prefix', target, ...options, ...packages]),
  );
  mkdirSync(results, { recursive: true });
  for (const [name, target] of Object.entries(mutationTargets)) {
    if (named.length > 0 && !named.includes(name)) continue;
    console.log(`\n== ${name} ==`);
    await mutate(name, target, stryker);
  }
}

/** Its runner needs files of Mocha's that version 12, which is ours, does not have any more. */
const versions = { stryker: '10.0.0', mocha: '11.8.0' };

const results = join(repositoryRoot, 'test-results', 'mutation');

/** In a copy, whose sources Stryker changes in place. */
async function mutate(name: string, target: MutationTarget, stryker: string): Promise<void> {
  const folder = await temporaryFolder('mutate');
  try {
    copyProject(folder.path, stryker);
    const config = join(folder.path, 'stryker.json');
    writeFileSync(config, JSON.stringify(configOf(name, target, stryker)));
    const cli = join(stryker, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
    const { status, error } = spawnSync(process.execPath, [cli, 'run', config], {
      cwd: folder.path,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('Stryker failed.', { cause: error });
  } finally {
    await folder.remove();
  }
}

function copyProject(folder: string, stryker: string): void {
  for (const part of ['src', 'out', 'package.json']) {
    cpSync(join(repositoryRoot, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(repositoryRoot, 'test'), join(folder, 'test'));
  symlinkSync(join(repositoryRoot, '.vscode-test'), join(folder, '.vscode-test'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const each of readdirSync(join(repositoryRoot, 'node_modules'))) {
    const from = each === 'mocha' ? stryker : repositoryRoot;
    symlinkSync(join(from, 'node_modules', each), join(modules, each));
  }
}

function configOf(name: string, { sources, tests }: MutationTarget, stryker: string): object {
  const files = sources.map(source => `src/engine/${source}.ts`);
  const runner = ['@stryker-mutator', 'mocha-runner', 'dist', 'src', 'index.js'];
  return {
    plugins: [join(stryker, 'node_modules', ...runner)],
    testRunner: 'mocha',
    mochaOptions: { spec: tests.map(test => `out/test/${test}.test.js`), 'no-config': true },
    mutate: files,
    inPlace: true,
    // One file at a time and without its types, which Stryker's changes would break.
    buildCommand: `esbuild ${files.join(' ')} --outbase=src --outdir=out/src --format=cjs --platform=node --target=es2023 --log-level=warning`,
    disableTypeChecks: false,
    ignorePatterns: ['/*', '!/src', '!/out', '!/package.json'],
    coverageAnalysis: 'perTest',
    concurrency: 1,
    reporters: ['clear-text', 'json'],
    clearTextReporter: {
      allowColor: false,
      allowEmojis: false,
      logTests: false,
      reportTests: false,
    },
    jsonReporter: { fileName: join(results, `${name}.json`) },
  };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
