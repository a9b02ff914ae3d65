/** Memory for the bytes of one request, lent for as long as it takes. */
export interface LentBuffer {
  readonly bytes: Buffer;
  /** Nobody may read or write the bytes afterwards. */
  readonly giveBack: () => void;
}

/**
 * Lends memory, and keeps what comes back for the next one: large buffers that are only dropped
 * pile up faster than the garbage collector, which does not see their size, comes for them.
 */
export function lendBuffer(size: number): LentBuffer {
  if (size < smallestKept || size > keptSize) {
    return { bytes: Buffer.allocUnsafe(size), giveBack: () => undefined };
  }
  let whole: Buffer | undefined = kept.pop() ?? Buffer.allocUnsafeSlow(keptSize);
  return {
    bytes: whole.subarray(0, size),
    giveBack() {
      if (whole !== undefined && kept.length < mostKept) kept.push(whole);
      whole = undefined;
    },
  };
}

const smallestKept = 512 << 10;
/** The size of nearly all parts. */
const keptSize = 8 << 20;
const mostKept = 8;
const kept: Buffer[] = [];
