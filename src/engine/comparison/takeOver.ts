import type { FilePath } from '../../protocol/folders';
import type { Comparison } from './comparison';
import { isWithin } from '../disk/filePath';

/** Puts what was found below a folder in the place of what the comparison of the whole knew of it. */
export function replaceBelow(whole: Comparison, part: Comparison, start: FilePath): void {
  // What is not known of a part is not known of the whole.
  whole.incomplete ??= part.incomplete;
  for (const known of [...whole.below(start)]) {
    if (part.get(known.path) === undefined) whole.remove(known.path);
  }
  for (const found of part.entries()) {
    // What an ignored folder above the start stands for is more than what was listed here.
    if (isWithin(found.path, start)) whole.place(found);
  }
}
