import { join } from 'node:path';

import { runMochaSuite } from '../support/suite/mochaSuite';
import { repositoryRoot } from '../../dev/repositoryRoot';
import { testVariables } from '../support/suite/testEnvironment';
import { captureOpenWindows } from '../support/vscode/uiSession';

/** Runs the tests of this folder, or some files of them, which drive VS Code in a browser. */
async function main(): Promise<void> {
  const { passed, failed, skipped } = await runMochaSuite({
    folder: __dirname,
    parts: process.argv.slice(2),
    resultsFile:
      process.env[testVariables.results] ?? join(repositoryRoot, 'test-results', 'ui.json'),
    timeoutMs: 120_000,
    rootHooks: {
      async afterEach(this: Mocha.Context) {
        if (this.currentTest?.state === 'failed') {
          await captureOpenWindows(this.currentTest.fullTitle());
        }
      },
    },
  });
  for (const title of skipped) {
    console.log(`skipped: ${title}`);
  }
  console.log(
    `${String(passed)} passed, ${String(failed)} failed, ${String(skipped.length)} skipped`,
  );
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
