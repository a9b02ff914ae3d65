import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { DiskPace } from '../../../src/engine/disk/diskPace';

/** A moment around what the code under test does to the disk. */
export type DiskMoment = `${'before' | 'after'} ${'rename' | 'open' | 'read' | 'link' | 'unlink'}`;

/**
 * Calls `at` before and after what is done to the disk, until `restore`: there a test does what
 * somebody else might do just then, or lets the operation fail. Nothing is done in this thread
 * meanwhile, as on a slow disk.
 */
export function hookDisk(at: (moment: DiskMoment) => Promise<void> | void): {
  readonly restore: () => void;
} {
  const { rename, link, unlink, open } = promises;
  const byCallback = { open: fs.open, read: fs.read };
  const isQuick = Object.getOwnPropertyDescriptor(DiskPace.prototype, 'isQuick') ?? {};
  const around = <A extends unknown[], R>(name: HookedName, work: (...args: A) => Promise<R>) =>
    async function hooked(...args: A): Promise<R> {
      await at(`before ${name}`);
      const result = await work(...args);
      await at(`after ${name}`);
      return result;
    };
  const openHooked = async (...args: Parameters<typeof open>): Promise<FileHandle> => {
    await at('before open');
    const handle = await open(...args);
    try {
      await at('after open');
    } catch (error) {
      await handle.close();
      throw error;
    }
    Object.assign(handle, { read: around('read', handle.read.bind(handle)) });
    return handle;
  };
  const callbackHooked = (name: 'open' | 'read') => {
    const work = around(
      name,
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          const done = (error: Error | null, result: unknown) => {
            if (error === null) resolve(result);
            else reject(error);
          };
          (byCallback[name] as (...all: unknown[]) => void)(...args, done);
        }),
    );
    return (...args: unknown[]) => {
      const done = args.pop() as (error: unknown, result?: unknown) => void;
      work(...args).then(result => {
        done(null, result);
      }, done);
    };
  };
  // Modules look the functions up when they call them, since they are compiled to CommonJS.
  Object.assign(promises, {
    rename: around('rename', rename),
    link: around('link', link),
    unlink: around('unlink', unlink),
    open: openHooked,
  });
  Object.assign(fs, { open: callbackHooked('open'), read: callbackHooked('read') });
  Object.defineProperty(DiskPace.prototype, 'isQuick', { ...isQuick, get: () => false });
  return {
    restore() {
      Object.assign(promises, { rename, link, unlink, open });
      Object.assign(fs, byCallback);
      Object.defineProperty(DiskPace.prototype, 'isQuick', isQuick);
    },
  };
}

type HookedName = 'rename' | 'open' | 'read' | 'link' | 'unlink';
