import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** Something that must not outlive this process. */
export type Leftover =
  | { readonly kind: 'processGroup'; readonly pid: number }
  | { readonly kind: 'folder'; readonly path: string };

/**
 * Has it killed or removed when this process ends, however that happens: a process of its own
 * waits for the end of a pipe, so Ctrl+C and even kill -9 need no handlers here. The result takes
 * the order back, for what has been cleared away in good time.
 */
export function clearAwayAtEnd(leftover: Leftover): () => void {
  const pipe = (reaperPipe ??= startReaper());
  const id = nextId++;
  pipe.write(`${JSON.stringify({ id, leftover })}\n`);
  return () => {
    pipe.write(`${JSON.stringify({ id })}\n`);
  };
}

let reaperPipe: Writable | undefined;
let nextId = 0;

function startReaper(): Writable {
  const child = spawn(process.execPath, ['-e', `(${reap.toString()})()`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  child.unref();
  const pipe = child.stdin;
  if (pipe instanceof Socket) {
    pipe.unref();
  }
  pipe.on('error', () => undefined);
  return pipe;
}

/** Runs in the other process, from its source text: it can use nothing of this file. */
function reap(): void {
  const { rmSync } = process.getBuiltinModule('node:fs');
  const { createInterface } = process.getBuiltinModule('node:readline');
  const leftovers = new Map<number, Leftover>();
  const lines = createInterface({ input: process.stdin });
  lines.on('line', line => {
    const { id, leftover } = JSON.parse(line) as { id: number; leftover?: Leftover };
    if (leftover === undefined) {
      leftovers.delete(id);
    } else {
      leftovers.set(id, leftover);
    }
  });
  lines.on('close', () => {
    for (const leftover of leftovers.values()) {
      try {
        if (leftover.kind === 'processGroup') {
          process.kill(-leftover.pid, 'SIGKILL');
        }
      } catch {
        // It ended by itself.
      }
    }
    for (const leftover of leftovers.values()) {
      if (leftover.kind === 'folder') {
        rmSync(leftover.path, { recursive: true, force: true, maxRetries: 10 });
      }
    }
  });
}
