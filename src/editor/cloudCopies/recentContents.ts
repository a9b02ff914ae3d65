/** Caches the contents used most recently, up to a number of bytes. */
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

  set(key: string, content: Content): void {
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
