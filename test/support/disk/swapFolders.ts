import { existsSync, mkdirSync, renameSync } from 'node:fs';

/** Moves a folder to `out`, and gives its path to `into`, or else to an empty folder. */
export function swapFolders(at: string, out: string, into?: string): void {
  if (existsSync(out)) throw new Error(`${out} is there already.`);
  renameSync(at, out);
  if (into === undefined) mkdirSync(at);
  else renameSync(into, at);
}
