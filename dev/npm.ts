import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs npm: the one whose script this is part of, if any. Its output is part of the error alone. */
export async function npm(args: readonly string[]): Promise<void> {
  const script = process.env['npm_execpath'];
  try {
    await (script?.endsWith('npm-cli.js') === true
      ? run(process.execPath, [script, ...args])
      : run('npm', args));
  } catch (error) {
    throw new Error(`npm ${args[0] ?? ''} failed; check that the npm registry can be reached.`, {
      cause: error,
    });
  }
}

const run = promisify(execFile);
