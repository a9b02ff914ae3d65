import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder with `package.json`, wherever the compiled file that asks lies below it. */
export const repositoryRoot = findUpwards(__dirname);

function findUpwards(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) {
    return folder;
  }
  const parent = dirname(folder);
  if (parent === folder) {
    throw new Error(`No package.json above ${__dirname}; compile the tests inside the repository.`);
  }
  return findUpwards(parent);
}
