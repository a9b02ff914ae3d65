import { setTimeout as delay } from 'node:timers/promises';

import { installOnce } from './installOnce';
import type { OwnedProcess } from './ownedProcess';
import { temporaryFolder } from './temporaryFolder';

/** An S3 server on loopback, with the credentials of the account that may do everything. */
export interface StoreServer {
  readonly kind: 'running';
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Ends it, and removes what it kept. */
  stop(): Promise<void>;
}

/** Why there is none, in words for the name of a skipped test. */
export interface NoStoreServer {
  readonly kind: 'unavailable';
  readonly reason: string;
}

export interface StoreServerRecipe<Server extends StoreServer> {
  /** With the version: it names the folder that the server is installed to. */
  readonly name: string;
  readonly install: (folder: string) => Promise<void>;
  /** Starts what was installed, with its data below `home`, and waits until it answers. */
  readonly start: (installed: string, home: string) => Promise<Server>;
}

/** Installs the server once, and starts it with a temporary folder of its own. */
export async function startStoreServer<Server extends StoreServer>({
  name,
  install,
  start,
}: StoreServerRecipe<Server>): Promise<Server | NoStoreServer> {
  let installed: string;
  try {
    installed = await installOnce(name, install);
  } catch (error) {
    return { kind: 'unavailable', reason: installFailure(name, error) };
  }
  const failures: string[] = [];
  // A port that was free may be somebody else's before the server binds it: then once more.
  while (failures.length < 2) {
    const home = await temporaryFolder('store');
    try {
      const server = await start(installed, home.path);
      return {
        ...server,
        async stop() {
          await server.stop();
          await home.remove();
        },
      };
    } catch (error) {
      await home.remove();
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { kind: 'unavailable', reason: `${name} did not start: ${failures.join(' — ')}` };
}

/** Fails with the server's last words where `isReady` is not true in time. */
export async function untilReady(
  server: OwnedProcess,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await isReady())) {
    if (Date.now() > deadline) {
      throw new Error(`it was not ready in time: ${server.lastWords().slice(-500)}`);
    }
    await delay(pollMs);
  }
}

/** A Java program on a busy machine takes half of it. */
export const startTimeoutMs = 60_000;
const pollMs = 25;

function installFailure(name: string, error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return `${'path' in error ? String(error.path) : 'its installer'} is not installed`;
  }
  const words =
    error instanceof Error && 'stderr' in error && error.stderr !== '' ? error.stderr : error;
  return `${name} could not be installed: ${String(words).trim().split('\n').at(-1) ?? ''}`;
}
