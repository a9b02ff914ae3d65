import { dirname } from 'node:path';

import type { SeededRandom } from '../suite/seededRandom';
import type { DiskCall, FileId, Note, Recording } from './recordDisk';

/** What a disk holds after a power cut. */
export interface CrashState {
  /** After how many calls the power was cut. */
  readonly after: number;
  /** Which of them were lost. */
  readonly lost: ReadonlySet<number>;
  readonly files: ReadonlyMap<string, Buffer>;
  readonly notes: readonly Note[];
}

/**
 * The states that a power cut may leave, after each call: what was synced is there, and of what was
 * not, any part. What changed one name keeps its order, since no disk writes an entry of a folder
 * twice in the wrong order; names of other files may come before. Different states only, at the most
 * so many, and those with little lost first.
 */
export function crashStates(
  recording: Recording,
  { limit, random }: { readonly limit: number; readonly random: SeededRandom },
): readonly CrashState[] {
  const states = new Map<string, CrashState>();
  for (let after = 0; after <= recording.calls.length; after++) {
    const calls = recording.calls.slice(0, after);
    const unsettled = calls.flatMap((_, index) => (isSettled(calls, index) ? [] : index));
    for (const lost of subsets(unsettled, random)) {
      const state = stateWithout(recording, calls, closed(calls, lost));
      const key = describe(state);
      if (!states.has(key)) states.set(key, state);
    }
  }
  const all = [...states.values()];
  while (all.length > limit) all.splice(random.below(all.length), 1);
  return all;
}

/** Whether a call is on the disk for certain. */
function isSettled(calls: readonly DiskCall[], index: number): boolean {
  const call = calls[index];
  const later = calls.slice(index + 1);
  switch (call?.kind) {
    case 'names': {
      const folders = new Set([...call.names.keys()].map(path => dirname(path)));
      return later.some(
        each => each.kind === 'sync-folder' && [...folders].every(folder => each.folder === folder),
      );
    }
    case 'write':
    case 'truncate':
      return later.some(each => each.kind === 'sync' && each.file === call.file);
    case 'end':
      return false;
    default:
      return true;
  }
}

/** All subsets of a few; of many those that lack or have one or two, and some by chance. */
function subsets(all: readonly number[], random: SeededRandom): readonly ReadonlySet<number>[] {
  if (all.length <= maxExhaustive) {
    return Array.from(
      { length: 2 ** all.length },
      (_, bits) => new Set(all.filter((__, place) => ((bits >> place) & 1) === 1)),
    );
  }
  const without = (...kept: readonly number[]) => new Set(all.filter(each => !kept.includes(each)));
  const chance = Array.from({ length: 64 }, () => new Set(all.filter(() => random.below(2) === 1)));
  return [
    new Set<number>(),
    new Set(all),
    ...all.map(each => new Set([each])),
    ...all.map(each => without(each)),
    ...chance,
  ];
}

const maxExhaustive = 8;

/** Adds what cannot be there where something before it was lost: later changes of the same name. */
function closed(calls: readonly DiskCall[], lost: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set(lost);
  const names = new Set<string>();
  for (const [index, call] of calls.entries()) {
    if (call.kind !== 'names') continue;
    const isBehind = [...call.names.keys()].some(name => names.has(name));
    if (isBehind) all.add(index);
    if (all.has(index)) for (const name of call.names.keys()) names.add(name);
  }
  return all;
}

function stateWithout(
  { contents, names }: Recording,
  calls: readonly DiskCall[],
  lost: ReadonlySet<number>,
): CrashState {
  const bytes = new Map(contents);
  const now = new Map(names);
  const notes = new Map<string, Note>();
  for (const [index, call] of calls.entries()) {
    if (lost.has(index)) continue;
    switch (call.kind) {
      case 'names':
        for (const [path, file] of call.names) set(now, path, file);
        break;
      case 'write':
        bytes.set(call.file, written(bytes.get(call.file), call));
        break;
      case 'truncate':
        bytes.set(call.file, resized(bytes.get(call.file), call.size));
        break;
      case 'note':
        notes.set(keyOf(call.note), call.note);
        break;
      case 'end':
        notes.delete(keyOf(call.note));
        break;
      default:
    }
  }
  return {
    after: calls.length,
    lost,
    files: new Map([...now].map(([path, file]) => [path, bytes.get(file) ?? Buffer.alloc(0)])),
    notes: [...notes.values()],
  };
}

function set(names: Map<string, FileId>, path: string, file: FileId | undefined): void {
  if (file === undefined) names.delete(path);
  else names.set(path, file);
}

function written(
  before: Buffer | undefined,
  { at, bytes }: { readonly at: number; readonly bytes: Buffer },
): Buffer {
  const result = resized(before, Math.max(before?.length ?? 0, at + bytes.length));
  bytes.copy(result, at);
  return result;
}

function resized(before: Buffer | undefined, size: number): Buffer {
  const result = Buffer.alloc(size);
  before?.copy(result);
  return result;
}

function keyOf(note: Note): string {
  return note.kind === 'file'
    ? `file ${note.file.stagedPath}`
    : `placeholder ${note.placeholder.path}`;
}

function describe({ files, notes }: CrashState): string {
  const sorted = [...files].map(([path, bytes]) => `${path}=${bytes.toString('base64')}`).sort();
  const noted = notes.map(note => `${keyOf(note)} ${note.kind === 'file' ? note.file.kind : ''}`);
  return [...sorted, ...noted.sort()].join('\n');
}

/** Lists the calls before the power cut, and says which were lost. */
export function inWords({ calls }: Recording, { after, lost }: CrashState): string {
  const lines = calls
    .slice(0, after)
    .map((call, index) => `${callInWords(call)}${lost.has(index) ? ' (lost)' : ''}`);
  return lines.join('; ');
}

function callInWords(call: DiskCall): string {
  switch (call.kind) {
    case 'names': {
      const names = [...call.names].map(([path, file]) =>
        file === undefined ? `${path} goes` : `${path} is file ${String(file)}`,
      );
      return names.join(' and ');
    }
    case 'sync-folder':
      return `sync folder ${call.folder}`;
    case 'note':
    case 'end':
      return `${call.kind} ${keyOf(call.note)}`;
    default:
      return `${call.kind} file ${String(call.file)}`;
  }
}
