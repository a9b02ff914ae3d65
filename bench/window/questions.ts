/** What the bench asks of the extension host that it measures. */
export type Ask =
  /** Measure the event loop from now on. */
  | { readonly kind: 'watch' }
  /** Measure it no more, and tell what was measured. */
  | { readonly kind: 'take' }
  | { readonly kind: 'compare' }
  | { readonly kind: 'back-up' }
  /** Compare, and cancel that when so many local files were found; the times are those of Cancel. */
  | { readonly kind: 'cancel'; readonly localFiles: number };

/** When it was done; milliseconds since 1970, the same clock for all processes. */
export interface Done {
  readonly begunAt: number;
  readonly endedAt: number;
  /** What `take` tells. */
  readonly loop?: LoopDelay;
}

/** How late the event loop was, in milliseconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}
