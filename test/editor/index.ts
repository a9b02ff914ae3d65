import { outputMark, runMochaSuite } from '../support/mochaSuite';
import { testVariable } from '../support/testEnvironment';

/** Called by VS Code with the extension loaded; the runner reads the results from the file. */
export async function run(): Promise<void> {
  const { failed } = await runMochaSuite({
    folder: __dirname,
    resultsFile: testVariable('results'),
    timeoutMs: 30_000,
    mark: outputMark,
  });
  if (failed > 0) {
    throw new Error(`${String(failed)} tests failed`);
  }
}
