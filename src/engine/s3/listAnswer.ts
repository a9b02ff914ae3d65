import { readElements, type ElementSink } from './xmlElements';

/** A page of a list, as it stands in the answer; what is missing or cannot be read is `undefined`. */
export interface ListPage {
  readonly name: string | undefined;
  readonly isTruncated: boolean | undefined;
  readonly nextToken: string | undefined;
  readonly encodingType: string | undefined;
  readonly entries: readonly ListEntry[];
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
  const reader = new ListReader();
  readElements(document, reader);
  return reader.page();
}

class ListReader implements ElementSink {
  readonly #entries: ListEntry[] = [];
  readonly #fields = new Map<string, string>();
  #entry: Fields | undefined;

  opened(name: string, depth: number): void {
    if (depth === 1 && name === 'Contents') this.#entry = {};
  }

  closed(name: string, depth: number, text: string): void {
    if (depth === 2 && this.#entry !== undefined) {
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
      isTruncated: truth[this.#fields.get('IsTruncated') ?? ''],
      nextToken: this.#fields.get('NextContinuationToken'),
      encodingType: this.#fields.get('EncodingType'),
      entries: this.#entries,
    };
  }
}

const truth: Readonly<Record<string, boolean>> = { true: true, false: false };

type Field = 'Key' | 'Size' | 'ETag' | 'LastModified' | 'StorageClass';
type Fields = Partial<Record<Field, string>>;

function isField(name: string): name is Field {
  return fieldNames.has(name);
}

const fieldNames: ReadonlySet<string> = new Set<Field>([
  'Key',
  'Size',
  'ETag',
  'LastModified',
  'StorageClass',
]);

function toEntry({ Key, Size = '', ETag, LastModified = '', StorageClass }: Fields): ListEntry {
  return {
    key: Key,
    size: /^\d+$/.test(Size) ? Number(Size) : undefined,
    etag: ETag,
    modifiedAtMs: time.test(LastModified) ? Date.parse(LastModified) : undefined,
    storageClass: StorageClass,
  };
}

/** RFC 3339. */
const time =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/;
