import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Runs a program of this folder on a disk of its own, in memory, that has room for so many bytes;
 * only it and its descendants see it, in the place of `folder`, which is its first argument. Gives
 * the message that it sends, or why no disk can be had here.
 */
export async function onSmallDisk(
  program: string,
  folder: string,
  size: string,
): Promise<{ readonly told: unknown } | { readonly unavailable: string }> {
  if (process.platform !== 'linux') return { unavailable: 'no disk can be mounted here' };
  const mount = `mount -t tmpfs -o size=${size} none "$1" && exec "$2" "$3" "$1"`;
  const worker = join(__dirname, '..', 'processes', `${program}.js`);
  const child = spawn(
    'unshare',
    ['--user', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh', folder].concat(
      process.execPath,
      worker,
    ),
    { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] },
  );
  const errors = child.stderr === null ? '' : text(child.stderr);
  const messages: unknown[] = [];
  child.on('message', message => messages.push(message));
  const [code] = (await once(child, 'exit')) as [number | null];
  const [told] = messages;
  if (told !== undefined) return { told };
  const why = await errors;
  if (/unshare|mount/.test(why)) return { unavailable: 'no disk can be mounted here' };
  throw new Error(`Exit code ${String(code)}: ${why}`);
}
