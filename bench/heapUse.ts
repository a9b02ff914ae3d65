/** How many bytes of the engine's heap are in use without garbage, before a run and after it. */
export interface HeapUse {
  readonly before: number;
  /** The comparison is still held. */
  readonly after: number;
}

/** Writes it as the engine's process tells it. */
export function heapLine({ before, after }: HeapUse): string {
  return `heap ${String(before)} ${String(after)}`;
}

/** Reads that from all that the process has said. */
export function readHeapLine(said: string): HeapUse {
  const [, before, after] = /^heap (\d+) (\d+)$/m.exec(said) ?? [];
  if (before === undefined) throw new Error('The engine tells nothing of its heap.');
  return { before: Number(before), after: Number(after) };
}
