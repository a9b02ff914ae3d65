import { spawnSync } from 'node:child_process';

import { repositoryRoot } from '../dev/repositoryRoot';
import { testVariables } from '../test/support/suite/testEnvironment';

/** Everything that is too slow for `npm test`: about an hour on a machine of its own. */
function main(): void {
  const failed = steps.filter(({ name, script, env = {} }) => {
    console.log(`\n== ${name} ==`);
    const begun = performance.now();
    const { status } = spawnSync('npm', ['run', '--silent', ...script], {
      cwd: repositoryRoot,
      env: { ...process.env, ...env },
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    console.log(`${name}: ${String(Math.round((performance.now() - begun) / 1000))} s`);
    return status !== 0;
  });
  console.log(`\n${String(steps.length - failed.length)} passed, ${String(failed.length)} failed`);
  for (const { name } of failed) console.log(`failed: ${name}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

interface Step {
  readonly name: string;
  readonly script: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const oldest = { [testVariables.vscode]: 'oldest' };

const steps: readonly Step[] = [
  { name: 'the workflows of GitHub', script: ['lint:workflows'] },
  { name: 'the package in the oldest VS Code', script: ['test:release', 'package'], env: oldest },
  { name: 'the suite inside the oldest VS Code', script: ['test:editor'], env: oldest },
  {
    name: 'the package behind proxies and private certificates',
    script: ['test:release', 'packageNetworks'],
    env: { [testVariables.networks]: 'all' },
  },
  {
    name: 'ten thousand requests over few sockets',
    script: ['test:s3', 'sockets'],
    env: { [testVariables.requests]: '10000' },
  },
  {
    name: 'random AWS files, read by botocore too',
    script: ['test:engine', 'config/awsCliParser'],
    env: { [testVariables.parserRuns]: '30000' },
  },
  { name: 'inputs that a fuzzer finds', script: ['fuzz'] },
  { name: 'the pictures of the documents', script: ['screenshots'] },
  { name: 'other seeds, kills and restless files', script: ['soak'] },
];

main();
