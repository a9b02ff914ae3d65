import promises, { type FileHandle } from 'node:fs/promises';

/** A moment around what the code under test does to the disk. */
export type DiskMoment = `${'before' | 'after'} ${'rename' | 'open' | 'read' | 'link' | 'unlink'}`;

/**
 * Calls `at` before and after what is done to the disk by promises, until `restore`: there a test
 * does what somebody else might do just then, or lets the operation fail.
 */
export function hookDisk(at: (moment: DiskMoment) => Promise<void> | void): {
  readonly restore: () => void;
} {
  const { rename, link, unlink, open } = promises;
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
  // Modules look the functions up when they call them, since they are compiled to CommonJS.
  Object.assign(promises, {
    rename: around('rename', rename),
    link: around('link', link),
    unlink: around('unlink', unlink),
    open: openHooked,
  });
  return {
    restore() {
      Object.assign(promises, { rename, link, unlink, open });
    },
  };
}

type HookedName = 'rename' | 'open' | 'read' | 'link' | 'unlink';
