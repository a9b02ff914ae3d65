import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { runMochaSuite } from '../test/support/suite/mochaSuite';
import { repositoryRoot } from '../dev/repositoryRoot';
import { testVariables } from '../test/support/suite/testEnvironment';

/**
 * Runs one of the suites that run in plain Node, `engine`, `s3` or `release`, or those of its files whose paths
 * contain one of the parts. The whole engine suite runs below c8, which holds it to its coverage.
 */
async function main(suite: string | undefined, parts: readonly string[]): Promise<void> {
  if (suite === undefined) throw new Error('Say which suite to run: engine, s3 or release.');
  if (suite === 'engine' && parts.length === 0 && !isMeasured()) {
    process.exitCode = runMeasured(suite);
    return;
  }
  const { passed, failed, skipped } = await runMochaSuite({
    folder: join(repositoryRoot, 'out', 'test', suite),
    parts,
    resultsFile:
      process.env[testVariables.results] ?? join(repositoryRoot, 'test-results', `${suite}.json`),
    timeoutMs: 120_000,
  });
  for (const title of skipped) console.log(`skipped: ${title}`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/** c8 tells Node by this variable to write down what was run. */
function isMeasured(): boolean {
  return process.env['NODE_V8_COVERAGE'] !== undefined;
}

function runMeasured(suite: string): number {
  const c8 = require.resolve('c8/bin/c8.js');
  const { status } = spawnSync(process.execPath, [c8, process.execPath, __filename, suite], {
    cwd: repositoryRoot,
    stdio: 'inherit',
  });
  return status ?? 1;
}

main(process.argv[2], process.argv.slice(3)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
