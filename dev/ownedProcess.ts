import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { clearAwayAtEnd } from './reaper';

/** A process with all its descendants, which ends with this one at the latest. */
export interface OwnedProcess {
  readonly pid: number;
  /** Waits for a line that matches; fails when the process ends or the time is up. */
  untilLine(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>;
  /** The end of what it wrote, for error messages. */
  lastWords(): string;
  stop(): Promise<void>;
}

export async function startOwnedProcess(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<OwnedProcess> {
  // As the leader of a process group it can be ended together with all that it starts.
  const child = spawn(program, args, { detached: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) {
    throw new Error(`${program} did not start; check that it can be run by hand.`);
  }
  const forget = clearAwayAtEnd({ kind: 'processGroup', pid });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output = (output + text).slice(-keptOutput);
    });
  }
  return {
    pid,
    async untilLine(pattern, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const found = pattern.exec(output);
        if (found !== null) {
          return found;
        }
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`${program} ended before it wrote ${String(pattern)}:\n${output}`);
        }
        if (Date.now() > deadline) {
          throw new Error(`${program} did not write ${String(pattern)} in time:\n${output}`);
        }
        await delay(pollMs);
      }
    },
    lastWords: () => output,
    async stop() {
      await endGroup(pid);
      forget();
    },
  };
}

const keptOutput = 20_000;
const pollMs = 25;
const politeMs = 3_000;

async function endGroup(pid: number): Promise<void> {
  const deadline = Date.now() + politeMs;
  for (
    let signal: NodeJS.Signals | 0 = 'SIGTERM';
    ;
    signal = Date.now() > deadline ? 'SIGKILL' : 0
  ) {
    try {
      process.kill(-pid, signal);
    } catch {
      // No such group: the last member is gone.
      return;
    }
    await delay(pollMs);
  }
}
