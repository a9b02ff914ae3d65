import { mkdirSync, renameSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Bucket } from '../../../src/engine/ports/bucket';
import { Semaphore } from '../../../src/engine/concurrency/semaphore';
import type { ComparisonJob } from '../../../src/engine/comparison/job';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { noIgnoreFiles } from '../../../src/engine/scan/ignoreFiles';
import { listedCopies } from '../../../src/engine/freeUp/listedCopies';
import type { FreeUpStep, FreeUpTools } from '../../../src/engine/freeUp/freeUpStep';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import { receiptsInMemory } from './recordsInMemory';
import type { FolderReceipts } from '../../../src/engine/records/receiptStore';
import { recoverStagedFiles } from '../../../src/engine/staging/recoverStagedFiles';
import { TransferControl } from '../../../src/engine/network/transferControl';
import { uploadFile } from '../../../src/engine/backup/upload';
import type { FilePath } from '../../../src/protocol/folders';
import { nothingUnfinished } from './recordsInMemory';

/** A folder on the disk whose files are in a bucket, proved, and what freeing them needs. */
export interface FreeUpUnderTest {
  readonly root: string;
  readonly receipts: FolderReceipts;
  readonly tools: FreeUpTools;
  /** Absolute paths, in the order in which they were moved to the trash. */
  readonly trashed: readonly string[];
  /** Writes a file, as old as it is or as is said, and backs it up. */
  backedUp(path: string, content: string | Uint8Array, modifiedAt?: Date): Promise<FreeUpStep>;
  /** All that lies in the folder, by path. */
  contents(): Promise<Record<string, string>>;
  /** What the next engine does at its start. */
  restart(): Promise<void>;
  close(): void;
}

export function freeUpUnderTest(
  folder: string,
  bucket: Bucket,
  changed: Partial<FreeUpTools> = {},
): FreeUpUnderTest {
  const root = join(folder, 'project');
  const journals = join(folder, 'staging-journals');
  const owner = { folderId: 'w', store: 'memory', bucket: bucket.name, prefix: 'w/' };
  const receipts = receiptsInMemory().of(owner);
  const trashed: string[] = [];
  const journal = new SqliteStagingJournal(journals);
  const tools: FreeUpTools = {
    journal,
    editor: {
      isUnsaved: () => Promise.resolve(false),
      moveToTrash(path) {
        trashed.push(path);
        mkdirSync(join(folder, 'trash'), { recursive: true });
        renameSync(path, join(folder, 'trash', String(trashed.length)));
        return Promise.resolve('trashed');
      },
    },
    reading: new Semaphore({ places: 4, bytes: 0 }),
    semaphore: new Semaphore({ places: 4, bytes: 64 << 20 }),
    traffic: new TransferControl(() => undefined),
    // A list for each file, as of now.
    findListed: step => listedCopies([step], new AbortController().signal)(step),
    signal: new AbortController().signal,
    onBytes: () => undefined,
    ...changed,
  };
  const unfinished = nothingUnfinished();
  const route: ComparisonJob = {
    target: { folder: 'w', ...owner },
    root,
    bucket,
    receipts,
    volumes: [],
    unfinished,
    exclude: new ExcludeRules([], noIgnoreFiles),
    rule: 'smart',
    rulesKey: '',
  };
  return {
    root,
    receipts,
    tools,
    trashed,
    async backedUp(path, content, modifiedAt) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
      if (modifiedAt !== undefined) await utimes(join(root, path), modifiedAt, modifiedAt);
      const { local, cloud, receipt } = await uploadFile({
        bucket,
        root,
        prefix: 'w/',
        path: path as FilePath,
        condition: { kind: 'absent' },
        uploads: unfinished.uploads,
        semaphore: new Semaphore({ places: 4, bytes: 64 << 20 }),
        signal: new AbortController().signal,
        onBytes: () => undefined,
      });
      receipts.put(receipt);
      return { route, path: path as FilePath, local, copy: cloud, mayLoseAttributes: false };
    },
    async contents() {
      const names = await readdir(root, { recursive: true, withFileTypes: true });
      const files = names.filter(each => each.isFile());
      const entries = files.map(async ({ parentPath, name }) => {
        const absolute = join(parentPath, name);
        return [absolute.slice(root.length + 1), await readFile(absolute, 'utf8')] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    },
    async restart() {
      journal.close();
      await recoverStagedFiles(journals, () => undefined, new AbortController().signal);
    },
    close() {
      journal.close();
    },
  };
}
