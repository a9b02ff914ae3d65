import { readElements } from './xmlElements';

/** What a store answered in place of what it was asked for; has the form of the SDK's errors. */
export class RefusedRequest extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: { readonly headers: Readonly<Record<string, string>> };
  /** The region that the store expects. */
  readonly Region: string | undefined;
  /** The endpoint that the store names in place of this one. */
  readonly Endpoint: string | undefined;
  /** The header that the store does not know. */
  readonly Header: string | undefined;

  /** `text` is the body of the answer; that of an error of S3, or whatever came. */
  constructor(status: number, headers: Readonly<Record<string, string>>, text: string) {
    const told = readError(text) ?? new Map<string, string>();
    const name = told.get('Code') ?? (status === 404 ? 'NotFound' : 'UnknownError');
    super(told.get('Message') ?? name);
    this.name = name;
    this.$metadata = { httpStatusCode: status };
    this.$response = { headers };
    this.Region = told.get('Region');
    this.Endpoint = told.get('Endpoint');
    this.Header = told.get('Header');
  }
}

/** Whether a text is what S3 answers where something went wrong; not every one says what. */
export function isError(text: string): boolean {
  return readError(text) !== undefined;
}

/** Returns the texts of the elements of an error; `undefined` where it is something else. */
function readError(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  let root = '';
  try {
    readElements(text, {
      opened(name, depth) {
        if (depth === 0) root = name;
      },
      closed(name, depth, value) {
        if (depth === 1) found.set(name, value);
      },
    });
  } catch {
    // A page, perhaps.
    return undefined;
  }
  return root === 'Error' ? found : undefined;
}
