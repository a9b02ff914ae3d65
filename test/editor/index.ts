import { outputMark, runMochaSuite } from '../support/suite/mochaSuite';
import { testVariable, testVariables } from '../support/suite/testEnvironment';

/** Called by VS Code with the extension loaded; the runner reads the results from the file. */
export async function run(): Promise<void> {
  const { failed } = await runMochaSuite({
    folder: __dirname,
    parts: JSON.parse(process.env[testVariables.parts] ?? '[]') as readonly string[],
    resultsFile: testVariable('results'),
    // Whoever stands at a breakpoint has time.
    timeoutMs: process.env[testVariables.inspect] === undefined ? 30_000 : 0,
    mark: outputMark,
  });
  if (failed > 0) {
    throw new Error(`${String(failed)} tests failed`);
  }
}
