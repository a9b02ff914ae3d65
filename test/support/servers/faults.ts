import { createHash } from 'node:crypto';

/**
 * - `refuse`: nobody listens for a moment, and all connections are gone.
 * - `reset-before`, `reset-during`: the connection is reset before the store sees anything of the
 *   request, or when it has half of the body.
 * - `lose-answer`: the store carries the request out, and the connection is reset.
 * - `stall`, `hold-answer`: no answer comes; the store does not see the request, or carries it out.
 * - `cut-answer`, `stall-answer`: half of the answer's body arrives, then a reset, or nothing more.
 * - `error`, `busy`, `busy-for-a-second`, `too-many`: 500, 503, 503 with `Retry-After`, 429.
 * - `error-inside`: a 200 with an error in its body. S3 documents it of CompleteMultipartUpload, and
 *   lists may have one; of what has no text in its answer it is an `error`.
 * - `early`, `late`: the answer's `Date` is hours off.
 */
const faults = [
  'refuse',
  'reset-before',
  'reset-during',
  'lose-answer',
  'stall',
  'hold-answer',
  'cut-answer',
  'stall-answer',
  'error',
  'busy',
  'busy-for-a-second',
  'too-many',
  'error-inside',
  'early',
  'late',
] as const;

export type Fault = (typeof faults)[number];

/**
 * Says what becomes of a request: by what is asked for, and how often that was asked for before. In
 * which order the requests for several files arrive is of no matter.
 */
export type FaultPlan = (asked: string, timesBefore: number) => Fault | undefined;

/** Draws from a seed, which meets each file with the same faults again; `percent` of all go wrong. */
export function drawnFaults(seed: number, percent: number): FaultPlan {
  return (asked, timesBefore) => {
    const drawn = createHash('sha256')
      .update(`${String(seed)} ${asked} ${String(timesBefore)}`)
      .digest();
    if (drawn.readUInt32LE(0) % 100 >= percent) return undefined;
    const fault = faults[drawn.readUInt32LE(4) % faults.length] ?? 'error';
    if (!errorsInText.has(fault)) return fault;
    return answeredByText.test(asked) ? 'error-inside' : fault === 'error-inside' ? 'error' : fault;
  };
}

/** Of the few requests that can be answered so, these become an error inside a 200. */
const errorsInText: ReadonlySet<Fault> = new Set(['error', 'busy', 'too-many', 'error-inside']);

/** Completions and lists. */
const answeredByText = /^POST .*[?&]uploadId|^GET .*[?&]list-type/;

/** What is asked for, without what a store has drawn: the same from run to run. */
export function askedFor(method: string, path: string): string {
  return `${method} ${path.replace(/(uploadId|continuation-token)=[^&]*/, '$1')}`;
}
