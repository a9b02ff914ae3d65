/** What was read last, up to so many bytes; the one used least recently goes first. */
export class RecentContents {
  readonly #contents = new Map<string, Content>();
  #bytes = 0;

  constructor(private readonly limit: number) {}

  get(key: string): Content | undefined {
    const content = this.#contents.get(key);
    if (content === undefined) return undefined;
    this.#contents.delete(key);
    this.#contents.set(key, content);
    return content;
  }

  keep(key: string, content: Content): void {
    this.#forget(key);
    if (content.bytes.byteLength > this.limit) return;
    this.#contents.set(key, content);
    this.#bytes += content.bytes.byteLength;
    for (const oldest of this.#contents.keys()) {
      if (this.#bytes <= this.limit) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#contents.get(key)?.bytes.byteLength ?? 0;
    this.#contents.delete(key);
  }
}

interface Content {
  readonly etag: string;
  readonly bytes: Uint8Array;
}
