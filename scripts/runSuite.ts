import { join } from 'node:path';

import { runMochaSuite } from '../test/support/mochaSuite';
import { repositoryRoot } from '../test/support/repositoryRoot';
import { testVariables } from '../test/support/testEnvironment';

/** Runs one of the suites that need no VS Code: `engine` or `s3`. */
async function main(suite: string | undefined): Promise<void> {
  if (suite === undefined) throw new Error('Say which suite to run: engine or s3.');
  const { passed, failed, skipped } = await runMochaSuite({
    folder: join(repositoryRoot, 'out', 'test', suite),
    resultsFile:
      process.env[testVariables.results] ?? join(repositoryRoot, 'test-results', `${suite}.json`),
    timeoutMs: 60_000,
  });
  for (const title of skipped) console.log(`skipped: ${title}`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
