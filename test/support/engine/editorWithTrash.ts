import { existsSync, readFileSync, rmSync } from 'node:fs';

import type { EditorPort } from '../../../src/engine/ports/editorPort';

/** An editor without unsaved files, whose trash keeps what was in the files that are moved to it. */
export function editorWithTrash(trash: string[]): EditorPort {
  return {
    isUnsaved: () => Promise.resolve(false),
    moveToTrash: path => {
      if (!existsSync(path)) return Promise.resolve('no-trash');
      trash.push(readFileSync(path, 'utf8'));
      rmSync(path);
      return Promise.resolve('trashed');
    },
  };
}
