import type { FilePath } from '../../protocol/folders';
import type { MultipartUpload } from '../ports/bucket';
import type { Database } from './database';
import { localFileColumns, toLocalFile, type LocalFileRow } from './localFileColumns';
import type { ReceiptOwner } from './receipts';
import { unwritten } from './unwritten';
import type { StoredUpload, UploadStore } from './uploadStore';
import type { OwnedUpload } from './unfinished';

export interface KeptUploadsInDatabase {
  of(owner: number): UploadStore;
  at(endpoint: string): readonly OwnedUpload[];
}

/** Unfinished uploads of all folders, for all windows to see. */
export function keptUploadsInDatabase(database: Database): KeptUploadsInDatabase {
  const { sqlite } = database;
  const select = sqlite.prepare(
    'SELECT * FROM uploads WHERE owner = ? AND path = ? ORDER BY used_at DESC',
  );
  const selectAt = sqlite.prepare(
    'SELECT * FROM uploads JOIN owners ON owners.id = uploads.owner WHERE endpoint = ?',
  );
  for (const statement of [select, selectAt]) statement.setReadBigInts(true);
  const replace = sqlite.prepare(
    'INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const remove = sqlite.prepare('DELETE FROM uploads WHERE owner = ? AND upload_id = ?');

  const waiting = unwritten<StoredUpload>();

  return {
    of: owner => ({
      of(path: FilePath) {
        const rows = database.read(() => select.all(owner, path), []);
        const uploads = rows
          .map(row => toKept(row as unknown as UploadRow))
          .filter(({ upload }) => waiting.find(owner, upload.uploadId) === undefined);
        for (const { row } of waiting.of(owner).values()) {
          if (row?.local.path === path) uploads.push(row);
        }
        return uploads.sort((one, other) => other.usedAt - one.usedAt);
      },
      keep(kept) {
        const { upload, local, partSize, fate, usedAt } = kept;
        const columns = localFileColumns(local);
        const text = JSON.stringify(upload);
        const { uploadId } = upload;
        database.write(
          () => replace.run(owner, uploadId, text, ...columns, partSize, fate, usedAt),
          waiting.note(owner, uploadId, kept),
        );
      },
      forget({ uploadId }) {
        const settled = waiting.note(owner, uploadId, undefined);
        database.write(() => remove.run(owner, uploadId), settled);
      },
    }),
    // What waits to be written is left out: others need not know of an upload that young.
    at(endpoint) {
      const rows = database.read(() => selectAt.all(endpoint), []);
      return rows.flatMap(row => {
        const found = row as unknown as UploadRow & OwnerRow;
        const { owner, folder_id: folderId, bucket, prefix } = found;
        const kept = toKept(found);
        if (waiting.find(Number(owner), kept.upload.uploadId) !== undefined) return [];
        return { owner: { folderId, endpoint, bucket, prefix }, kept };
      });
    },
  };
}

interface UploadRow extends LocalFileRow {
  /** As the store's port gave it, in JSON. */
  readonly upload: string;
  readonly part_size: bigint;
  readonly fate: StoredUpload['fate'];
  readonly used_at: number;
}

interface OwnerRow extends Pick<ReceiptOwner, 'bucket' | 'prefix'> {
  readonly owner: bigint;
  readonly folder_id: string;
}

function toKept(row: UploadRow): StoredUpload {
  return {
    upload: JSON.parse(row.upload) as MultipartUpload,
    local: toLocalFile(row),
    partSize: Number(row.part_size),
    fate: row.fate,
    usedAt: row.used_at,
  };
}
