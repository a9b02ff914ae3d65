/** Random numbers that come the same way again from the same seed. */
export interface SeededRandom {
  /** From 0, below the limit. */
  below(limit: number): number;
  bytes(count: number): Buffer;
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;

  /** Mulberry32. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  return {
    below: limit => next() % limit,
    bytes(count) {
      const all = Buffer.alloc(count);
      for (let at = 0; at + 4 <= count; at += 4) all.writeUInt32LE(next(), at);
      return all;
    },
  };
}
