import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

import { installOnce } from '../dev/installOnce';
import { repositoryRoot } from '../dev/repositoryRoot';

/** Checks the workflows of GitHub by actionlint, which Go builds the first time. */
async function main(): Promise<void> {
  const folder = await installOnce(`actionlint-${version}`, target => {
    run('go', ['install', `github.com/rhysd/actionlint/cmd/actionlint@v${version}`], target);
    return Promise.resolve();
  });
  const workflows = globSync('.github/workflows/*.yml', { cwd: repositoryRoot });
  run(join(folder, 'actionlint'), workflows, folder);
  console.log(`actionlint ${version} finds nothing in ${workflows.join(' and ')}.`);
}

const version = '1.7.7';

function run(program: string, args: readonly string[], binaries: string): void {
  const { status, error } = spawnSync(program, args, {
    cwd: repositoryRoot,
    env: { ...process.env, GOBIN: binaries, GOFLAGS: '-mod=mod' },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`${program} failed.`, { cause: error });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
