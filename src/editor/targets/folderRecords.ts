import { createHash, randomUUID } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failed } from '../failures/failed';
import type { Target, Place } from './target';

/** What is remembered about a workspace folder across windows, once it has had a target. */
export interface FolderRecord {
  /** Random. The folder's receipts are stored under it, and stay valid when the folder moves. */
  readonly id: string;
  readonly uri: string;
  readonly name: string;
  /** What the user chose, which overrides settings; missing if only settings name a target. */
  readonly chosen?: ChosenTarget;
  /** The user wants it backed up nowhere, whatever settings say, until a bucket is chosen again. */
  readonly isStopped?: true;
  /** Where the folder has been backed up; the current place comes first. */
  readonly places: readonly Place[];
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

export interface ChosenTarget extends Target {
  /** The signature of the workspace's settings that the user agreed to, if it had any. */
  readonly agreedTo?: string;
}

/**
 * The records of all folders, one small file each, so that windows do not overwrite each other's.
 * They are stored on the machine that has the files. The window's own storage would be the
 * browser's where VS Code runs in one.
 */
export class FolderRecords {
  #known: ReadonlyMap<string, FolderRecord> = new Map();
  #readAt: bigint | undefined;

  readonly #folder: string;
  readonly #log: { warn(message: string): void };

  constructor(folder: string, log: { warn(message: string): void }) {
    this.#folder = folder;
    this.#log = log;
  }

  get(uri: string): FolderRecord | undefined {
    return this.#fresh().get(uri);
  }

  /** Returns all records, the latest change first. */
  all(): readonly FolderRecord[] {
    return [...this.#fresh().values()].sort((one, other) => other.changedAt - one.changedAt);
  }

  /** Saves a folder's record, with a new id if it is the first. Throws `disk-error`. */
  save(record: Omit<FolderRecord, 'id' | 'changedAt'>): void {
    const id = this.get(record.uri)?.id ?? randomUUID();
    this.#write({ ...record, id, changedAt: Date.now() });
  }

  /** Gives the record of a folder that was moved or renamed to its successor. Throws `disk-error`. */
  move(from: FolderRecord, to: Pick<FolderRecord, 'uri' | 'name' | 'chosen' | 'places'>): void {
    this.#write({ ...to, id: from.id, changedAt: Date.now() });
    this.remove(from.uri);
  }

  /** Forgets a folder, with its id. Throws `disk-error`. */
  remove(uri: string): void {
    const file = this.#fileOf(uri);
    try {
      rmSync(file, { force: true });
    } catch (error) {
      throw Failed.of('disk-error', file, String(error));
    }
    this.#readAt = undefined;
  }

  #write(record: FolderRecord): void {
    const file = this.#fileOf(record.uri);
    try {
      mkdirSync(this.#folder, { recursive: true });
      // Renamed into place, so that no window reads half a record.
      const whole = `${file}.${randomUUID()}.new`;
      writeFileSync(whole, JSON.stringify(record, undefined, 2));
      renameSync(whole, file);
      // The folder's time may be too coarse to tell two changes apart.
      this.#readAt = undefined;
    } catch (error) {
      throw Failed.of('disk-error', file, String(error));
    }
  }

  /** Reads the records again if any window has added, removed or replaced a file. */
  #fresh(): ReadonlyMap<string, FolderRecord> {
    const changedAt = statSync(this.#folder, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
    if (changedAt === undefined) return new Map();
    if (changedAt !== this.#readAt) {
      const files = readdirSync(this.#folder).filter(name => name.endsWith('.json'));
      const records = files.flatMap(name => this.#read(join(this.#folder, name)));
      this.#known = new Map(records.map(record => [record.uri, record]));
      this.#readAt = changedAt;
    }
    return this.#known;
  }

  #read(file: string): readonly FolderRecord[] {
    try {
      const record: unknown = JSON.parse(readFileSync(file, 'utf8'));
      if (isRecord(record)) return [record];
      this.#log.warn(`Not the record of a folder: ${file}`);
    } catch (error) {
      this.#log.warn(`The record of a folder cannot be read: ${file}: ${String(error)}`);
    }
    return [];
  }

  #fileOf(uri: string): string {
    const name = createHash('sha256').update(uri).digest('hex').slice(0, 32);
    return join(this.#folder, `${name}.json`);
  }
}

function isRecord(value: unknown): value is FolderRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { id, uri, name, places } = value as Partial<Record<keyof FolderRecord, unknown>>;
  return (
    typeof id === 'string' &&
    typeof uri === 'string' &&
    typeof name === 'string' &&
    Array.isArray(places)
  );
}
