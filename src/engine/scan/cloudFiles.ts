import { randomInt } from 'node:crypto';
import type { FilePath } from '../../protocol/folders';
import { childPath, parentPath } from '../disk/filePath';
import type { CloudFile } from './cloudListing';
import { asOwnText, PackedTexts, type PlaceOfText } from './packedTexts';

/**
 * The files of a bucket by their paths, in the order in which they came. They are held in columns, a
 * row for each: a million objects with their texts would take five times the room, and no collection
 * of garbage looks into columns.
 */
export class CloudFiles implements Iterable<CloudFile> {
  readonly #texts = new PackedTexts();
  readonly #blocks: Block[] = [];
  #count = 0;
  /** The folders of the files by their numbers, and the other way round. */
  readonly #folders: FilePath[] = [];
  readonly #folderNumbers = new Map<FilePath, number>();
  /** Each text is there once: there are few storage classes, and millions of files. */
  readonly #classes: (string | undefined)[] = [undefined];
  readonly #classNumbers = new Map<string | undefined, number>([[undefined, 0]]);
  /** Rows by the hashes of their paths, with 1 added; 0 is a free place. */
  #slots = new Uint32Array(64);

  get size(): number {
    return this.#count;
  }

  /** Puts a file in the place of the one at its path, or behind all others. */
  put({ path, size, etag, modifiedAtMs, storageClass }: CloudFile): void {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    const hash = hashOf(path);
    const slot = this.#slotOf(path, hash);
    const known = this.#slots[slot] ?? 0;
    const row = known > 0 ? known - 1 : this.#count++;
    this.#slots[slot] = row + 1;
    const folder = parentPath(path);
    const name = folder === '' ? path : path.slice(folder.length + 1);
    const block = (this.#blocks[row >> blockBits] ??= newBlock());
    const at = row & blockMask;
    block.sizes[at] = size;
    block.times[at] = modifiedAtMs;
    block.hashes[at] = hash;
    block.folders[at] = this.#folderNumber(folder);
    block.classes[at] = this.#classNumber(storageClass);
    setText(block.names, at, this.#texts.add(name));
    setText(block.etags, at, this.#texts.add(etag));
  }

  has(path: FilePath): boolean {
    return this.rowOf(path) !== undefined;
  }

  get(path: FilePath): CloudFile | undefined {
    const row = this.rowOf(path);
    return row === undefined ? undefined : this.at(row);
  }

  /** The row of a file; rows count from 0. */
  rowOf(path: FilePath): number | undefined {
    const found = this.#slots[this.#slotOf(path, hashOf(path))] ?? 0;
    return found > 0 ? found - 1 : undefined;
  }

  /** The file in a row. */
  at(row: number): CloudFile {
    const block = this.#block(row);
    const at = row & blockMask;
    return {
      path: this.pathAt(row),
      size: block.sizes[at] ?? 0,
      etag: this.#texts.get(textAt(block.etags, at)),
      modifiedAtMs: block.times[at] ?? 0,
      storageClass: this.#classes[block.classes[at] ?? 0],
    };
  }

  pathAt(row: number): FilePath {
    const name = this.#texts.get(textAt(this.#block(row).names, row & blockMask));
    return childPath(this.folderAt(row), name);
  }

  folderAt(row: number): FilePath {
    return this.#folders[this.#block(row).folders[row & blockMask] ?? 0] ?? ('' as FilePath);
  }

  sizeAt(row: number): number {
    return this.#block(row).sizes[row & blockMask] ?? 0;
  }

  *[Symbol.iterator](): Generator<CloudFile> {
    for (let row = 0; row < this.#count; row++) yield this.at(row);
  }

  /** Where the row of a path is, or would be. */
  #slotOf(path: FilePath, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = (this.#slots[slot] ?? 0) - 1;
      if (row < 0) return slot;
      if (this.#block(row).hashes[row & blockMask] === hash && this.pathAt(row) === path) {
        return slot;
      }
    }
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let row = 0; row < this.#count; row++) {
      let slot = (this.#block(row).hashes[row & blockMask] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
    this.#slots = slots;
  }

  #block(row: number): Block {
    const block = this.#blocks[row >> blockBits];
    if (block === undefined || row >= this.#count) throw new RangeError(`No row ${String(row)}.`);
    return block;
  }

  #folderNumber(folder: FilePath): number {
    const known = this.#folderNumbers.get(folder);
    if (known !== undefined) return known;
    const own = asOwnText(folder) as FilePath;
    this.#folders.push(own);
    this.#folderNumbers.set(own, this.#folders.length - 1);
    return this.#folders.length - 1;
  }

  #classNumber(name: string | undefined): number {
    const known = this.#classNumbers.get(name);
    if (known !== undefined || name === undefined) return known ?? 0;
    const own = asOwnText(name);
    this.#classes.push(own);
    this.#classNumbers.set(own, this.#classes.length - 1);
    return this.#classes.length - 1;
  }
}

/** The columns of so many rows. */
interface Block {
  readonly sizes: Float64Array;
  readonly times: Float64Array;
  readonly hashes: Uint32Array;
  readonly folders: Uint32Array;
  readonly classes: Uint32Array;
  readonly names: TextColumn;
  readonly etags: TextColumn;
}

interface TextColumn {
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
}

/** A comparison of one file needs few of them. */
const blockBits = 10;
const blockRows = 1 << blockBits;
const blockMask = blockRows - 1;

function newBlock(): Block {
  const numbers = () => new Uint32Array(blockRows);
  const texts = () => ({ starts: numbers(), lengths: numbers() });
  return {
    sizes: new Float64Array(blockRows),
    times: new Float64Array(blockRows),
    hashes: numbers(),
    folders: numbers(),
    classes: numbers(),
    names: texts(),
    etags: texts(),
  };
}

function setText(column: TextColumn, at: number, { start, length }: PlaceOfText): void {
  column.starts[at] = start;
  column.lengths[at] = length;
}

function textAt({ starts, lengths }: TextColumn, at: number): PlaceOfText {
  return { start: starts[at] ?? 0, length: lengths[at] ?? 0 };
}

/** FNV-1a over the units of a text, mixed so that its lower bits are as good as the others. */
function hashOf(text: string): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Drawn, so that nobody can choose keys that all have one hash. */
const seed = randomInt(2 ** 32);
