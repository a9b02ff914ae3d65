import { readElements, withoutEntities, type ElementSink } from './xmlElements';
import { storeTime } from './answerField';

/** A page of a list, as it stands in the answer; what is missing or cannot be read is `undefined`. */
export interface ListPage {
  readonly name: string | undefined;
  readonly isTruncated: boolean | undefined;
  readonly nextToken: string | undefined;
  readonly encodingType: string | undefined;
  readonly entries: readonly ListEntry[];
  /** What stands for many keys, where a delimiter was asked for; perhaps encoded. */
  readonly commonPrefixes: readonly string[];
}

export interface ListEntry {
  /** Perhaps encoded. */
  readonly key: string | undefined;
  readonly size: number | undefined;
  readonly etag: string | undefined;
  readonly modifiedAtMs: number | undefined;
  readonly storageClass: string | undefined;
}

/**
 * Reads the answer to ListObjectsV2
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html). Throws `MalformedAnswer`
 * where it is no XML.
 */
export function readListPage(document: string): ListPage {
  const { entries, rest } = takePlainEntries(document);
  const reader = new ListReader(entries);
  readElements(rest, reader);
  if (entries.length === 0 || reader.hasPlaced) return reader.page();
  // They stood in a comment, say, and were none.
  const slowReader = new ListReader([]);
  readElements(document, slowReader);
  return slowReader.page();
}

/**
 * Reads the entries that are written as plainly as almost all stores do, which takes a quarter
 * of the time. In `rest` an element of its own stands for them.
 */
function takePlainEntries(document: string): {
  readonly entries: readonly ListEntry[];
  readonly rest: string;
} {
  const start = document.indexOf(opening);
  const entries: ListEntry[] = [];
  // Line ends of other systems, comments and the like are for the reader that knows them all.
  if (start === -1 || document.includes('\r')) return { entries, rest: document };
  let end = start;
  while (document.startsWith(opening, end)) {
    const found = readPlainEntry(document, end + opening.length);
    if (found === undefined) break;
    entries.push(toEntry(found.fields));
    end = found.end;
  }
  if (entries.length === 0) return { entries, rest: document };
  return { entries, rest: `${document.slice(0, start)}<${plainEntries}/>${document.slice(end)}` };
}

const opening = '<Contents>';
const closing = '</Contents>';
const plainEntries = 'PlainEntries';

/** Returns `undefined` where there is anything but known elements with text in them. */
function readPlainEntry(
  document: string,
  from: number,
): { readonly fields: Fields; readonly end: number } | undefined {
  const fields: Fields = {};
  let at = from;
  for (let tried = 0, next = 0; tried < tags.length; next = (next + 1) % tags.length) {
    if (document.startsWith(closing, at)) return { fields, end: at + closing.length };
    const tag = tags[next];
    if (tag === undefined || !document.startsWith(tag.opens, at)) {
      tried++;
      continue;
    }
    const textStart = at + tag.opens.length;
    const textEnd = document.indexOf('<', textStart);
    if (!document.startsWith(tag.closes, textEnd)) return undefined;
    const text = withoutEntities(document.slice(textStart, textEnd));
    if (isField(tag.name)) fields[tag.name] = text;
    at = textEnd + tag.closes.length;
    tried = 0;
  }
  return undefined;
}

class ListReader implements ElementSink {
  /** Whether the element that stands for the plain entries was where entries are. */
  hasPlaced = false;
  readonly #plain: readonly ListEntry[];
  readonly #entries: ListEntry[] = [];
  readonly #fields = new Map<string, string>();
  readonly #commonPrefixes: string[] = [];
  #entry: Fields | undefined;
  #isCommon = false;

  constructor(plain: readonly ListEntry[]) {
    this.#plain = plain;
  }

  opened(name: string, depth: number): void {
    if (depth !== 1) return;
    this.#isCommon = name === 'CommonPrefixes';
    if (name === 'Contents') this.#entry = {};
    if (name !== plainEntries || this.hasPlaced) return;
    this.hasPlaced = true;
    for (const entry of this.#plain) this.#entries.push(entry);
  }

  closed(name: string, depth: number, text: string): void {
    if (depth === 2 && this.#isCommon) {
      if (name === 'Prefix') this.#commonPrefixes.push(text);
    } else if (depth === 2 && this.#entry !== undefined) {
      if (isField(name)) this.#entry[name] = text;
    } else if (depth === 1) {
      if (this.#entry === undefined) this.#fields.set(name, text);
      else this.#entries.push(toEntry(this.#entry));
      this.#entry = undefined;
    }
  }

  page(): ListPage {
    return {
      name: this.#fields.get('Name'),
      isTruncated: truth[this.#fields.get('IsTruncated')?.trim().toLowerCase() ?? ''],
      nextToken: this.#fields.get('NextContinuationToken'),
      encodingType: this.#fields.get('EncodingType'),
      entries: this.#entries,
      commonPrefixes: this.#commonPrefixes,
    };
  }
}

const truth: Readonly<Record<string, boolean>> = { true: true, false: false };

type Field = 'Key' | 'Size' | 'ETag' | 'LastModified' | 'StorageClass';
type Fields = Partial<Record<Field, string>>;

function isField(name: string): name is Field {
  return fieldNames.has(name);
}

const fieldNames = new Set(['Key', 'LastModified', 'ETag', 'Size', 'StorageClass']);

/** The elements that are known, in the order in which S3 has them: the next is likely the next. */
const tags = [
  'Key',
  'LastModified',
  'ETag',
  'ChecksumAlgorithm',
  'ChecksumType',
  'Size',
  'StorageClass',
].map(name => ({ name, opens: `<${name}>`, closes: `</${name}>` }));

/** Where a store sets its XML in lines, white space stands around what is no name. */
function toEntry({ Key, Size = '', ETag, LastModified = '', StorageClass }: Fields): ListEntry {
  const modifiedAt = LastModified.trim();
  return {
    key: Key,
    size: /^\s*\d+\s*$/.test(Size) ? Number(Size) : undefined,
    etag: ETag?.trim(),
    modifiedAtMs: time.test(modifiedAt) ? storeTime(modifiedAt) : undefined,
    storageClass: StorageClass?.trim(),
  };
}

/** RFC 3339, also without its zone. */
const time =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)?$/;
