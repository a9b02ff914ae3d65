import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import { basename } from 'node:path';

/**
 * Returns the `PATH` of the user's login shell, which is the one of their terminal. VS Code has
 * another where it was started from a dock or as a service, and its own question to the shell
 * failed. Returns `undefined` where there is no such shell, or it does not answer.
 */
export function loginShellPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const shell = env['SHELL'] ?? userInfo().shell;
  if (process.platform === 'win32' || shell === null || shell === '') {
    return Promise.resolve(undefined);
  }
  // Most people set their path in a file that interactive shells alone read.
  const flags = basename(shell).endsWith('csh') ? ['-ic'] : ['-i', '-l', '-c'];
  return new Promise(resolve => {
    const child = spawn(shell, [...flags, `printf '%s%s%s' '${mark}' "$PATH" '${mark}'`], {
      env,
      // In a session of its own it cannot ask the terminal that VS Code may have been started from.
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), maxWaitMs);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    child.on('close', () => {
      clearTimeout(timer);
      const path = said.split(mark)[1];
      resolve(path === '' ? undefined : path);
    });
  });
}

/** What start-up files print stands outside of it. */
const mark = '__s3_backup_path__';

const maxWaitMs = 10_000;
