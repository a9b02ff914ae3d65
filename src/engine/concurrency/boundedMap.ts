/** A map that holds at most `maxSize` entries and drops the oldest ones. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #maxSize: number;

  constructor(maxSize: number) {
    super();
    this.#maxSize = maxSize;
  }

  override set(key: K, value: V): this {
    super.set(key, value);
    for (const oldest of [...this.keys()].slice(0, -this.#maxSize)) this.delete(oldest);
    return this;
  }
}
