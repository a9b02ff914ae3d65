import type { StatementSync } from 'node:sqlite';
import { rootPath, type FilePath } from '../../protocol/folders';
import type { FolderIdentity } from '../disk/folderIdentity';
import type { Database } from './database';

/** Folders by their paths: the workspace folder, and those below it where other volumes begin. */
export type Volumes = ReadonlyMap<FilePath, FolderIdentity>;

/** Which folders and volumes the receipts are of, by the numbers of their owners. */
export class VolumeTable {
  readonly #database: Database;
  readonly #select: StatementSync;
  readonly #update: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#select = database.sqlite.prepare('SELECT root FROM owners WHERE id = ?');
    this.#update = database.sqlite.prepare('UPDATE owners SET root = ? WHERE id = ?');
  }

  /** Returns what was seen last; nothing where nothing was noted. */
  get(owner: number): Volumes {
    const find = () => this.#select.get(owner) as { readonly root: string | null } | undefined;
    const text = this.#database.read(find, undefined)?.root ?? undefined;
    if (text === undefined) return new Map();
    const { below = {}, ...root } = JSON.parse(text) as Noted;
    return new Map([[rootPath, root], ...(Object.entries(below) as [FilePath, FolderIdentity][])]);
  }

  put(owner: number, volumes: Volumes): void {
    const { [rootPath]: root, ...below } = Object.fromEntries(volumes);
    this.#database.write(() => this.#update.run(JSON.stringify({ ...root, below }), owner));
  }
}

/** As earlier versions have noted it, which knew the workspace folder alone. */
interface Noted extends FolderIdentity {
  readonly below?: Readonly<Record<string, FolderIdentity>>;
}
