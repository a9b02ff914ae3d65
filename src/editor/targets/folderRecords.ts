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

/** What is kept of a workspace folder, over windows and reloads, once it has had a target. */
export interface FolderRecord {
  /** Random; what a folder has proved is kept under it, wherever the folder moves. */
  readonly id: string;
  readonly uri: string;
  readonly name: string;
  /** What the user chose, before all settings; missing where only settings have spoken. */
  readonly chosen?: ChosenTarget;
  /** Where the folder has been backed up; the first is where it is now. */
  readonly places: readonly Place[];
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

export interface ChosenTarget extends Target {
  /** The signature of the workspace's settings when the user chose, if it had any. */
  readonly agreedTo?: string;
}

/**
 * The records of all folders: one small file for each, so that windows do not overwrite each
 * other's. They lie where the files are, not in the window's own storage, which belongs to the
 * browser where VS Code runs in one.
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

  /** All of them, the one changed last at first. */
  all(): readonly FolderRecord[] {
    return [...this.#fresh().values()].sort((one, other) => other.changedAt - one.changedAt);
  }

  /** Keeps what is known of a folder; its first record gets a new id. */
  save(record: Omit<FolderRecord, 'id' | 'changedAt'>): void {
    const id = this.get(record.uri)?.id ?? randomUUID();
    this.#write({ ...record, id, changedAt: Date.now() });
  }

  /** Lets a folder that was moved or renamed take over the record of the one that it was. */
  move(from: FolderRecord, to: Pick<FolderRecord, 'uri' | 'name' | 'chosen' | 'places'>): void {
    this.#write({ ...to, id: from.id, changedAt: Date.now() });
    const file = this.#fileOf(from.uri);
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
      // Another window never sees half a record.
      const whole = `${file}.${randomUUID()}.new`;
      writeFileSync(whole, JSON.stringify(record, undefined, 2));
      renameSync(whole, file);
      // The folder's time may be too coarse to tell two changes apart.
      this.#readAt = undefined;
    } catch (error) {
      throw Failed.of('disk-error', file, String(error));
    }
  }

  /** Reads again when a file has come, gone or been replaced, by whichever window. */
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
