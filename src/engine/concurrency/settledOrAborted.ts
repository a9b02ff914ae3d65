/** Waits for the work of others, or until there is no more need to. */
export async function settledOrAborted(
  works: Iterable<Promise<unknown>>,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  let stop = (): void => undefined;
  const aborted = new Promise<void>(resolve => {
    stop = () => {
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([Promise.allSettled(works), aborted]);
  signal.removeEventListener('abort', stop);
}
