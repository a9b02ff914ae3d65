import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Makes files below `root`, with their folders; a name that ends in `/` makes an empty folder.
 * `modifiedAt`, in milliseconds since 1970, dates all of them.
 */
export async function writeTree(
  root: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  modifiedAt?: number,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    if (name.endsWith('/')) {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    if (modifiedAt !== undefined) await utimes(path, modifiedAt / 1000, modifiedAt / 1000);
  }
}
