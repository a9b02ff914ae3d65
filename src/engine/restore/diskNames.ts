import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { NameRules } from './unsafeName';

/** The rules for names on the disk that holds a folder, as far as can be told without writing. */
export function diskNames(root: string): NameRules {
  return { platform: process.platform, foldsNames: foldsNames(root) };
}

/** Tries a name that is there in the other case. */
function foldsNames(root: string): boolean {
  const names = readdirSync(root).slice(0, mostTried);
  for (const path of [...names.map(name => join(root, name)), root]) {
    const other = join(dirname(path), inOtherCase(basename(path)));
    if (other === path) continue;
    const [one, two] = [path, other].map(each =>
      lstatSync(each, { bigint: true, throwIfNoEntry: false }),
    );
    if (one === undefined) continue;
    return one.ino === two?.ino && one.dev === two.dev;
  }
  return process.platform === 'win32' || process.platform === 'darwin';
}

const mostTried = 50;

function inOtherCase(name: string): string {
  const upper = name.toUpperCase();
  return upper === name ? name.toLowerCase() : upper;
}
