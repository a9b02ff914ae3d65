/** Memory for the bytes of one request, for as long as that takes. */
export interface PooledBuffer {
  readonly bytes: Buffer;
  /** Returns the memory to the pool. Nobody may read or write the bytes afterwards. */
  readonly release: () => void;
}

/**
 * Returns memory for `size` bytes, which may hold old bytes, from a pool: large buffers that are
 * only dropped pile up faster than the garbage collector, which does not see their size, frees them.
 * Other threads can read it without a copy.
 */
export function acquireBuffer(size: number): PooledBuffer {
  if (size < minPooledBytes || size > pooledBytes) {
    return { bytes: Buffer.allocUnsafe(size), release: () => undefined };
  }
  let whole: Buffer | undefined = pool.pop() ?? Buffer.from(new SharedArrayBuffer(pooledBytes));
  return {
    bytes: whole.subarray(0, size),
    release: () => {
      if (whole !== undefined && pool.length < maxPooledBuffers) pool.push(whole);
      whole = undefined;
    },
  };
}

const minPooledBytes = 512 << 10;
/** The size of nearly all parts. */
const pooledBytes = 8 << 20;
const maxPooledBuffers = 8;
const pool: Buffer[] = [];
