/**
 * How far a store's clock is ahead of ours by the `Date` header of one answer, in milliseconds, or
 * `undefined` where that answer teaches nothing.
 */
export function clockOffsetBy(
  dateHeader: string | undefined,
  sentAt: number,
  answeredAt: number,
): number | undefined {
  const date = Date.parse(dateHeader ?? '');
  if (Number.isNaN(date)) return undefined;
  // How much of a long round trip went by before that second can't be told: a body takes time.
  if (answeredAt - sentAt > longestLesson) return undefined;
  // The header has whole seconds, so the middle of that second is the best guess.
  return date + 500 - (sentAt + answeredAt) / 2;
}

/** The longest round trip that counts, in milliseconds. */
const longestLesson = 1000;
