/**
 * Returns the code of a system error, such as `ENOENT`; of the first one in the chain of causes,
 * since libraries wrap what the system told them.
 */
export function systemCode(error: unknown): string | undefined {
  for (
    let link = error, depth = 0;
    link instanceof Error && depth < maxDepth;
    link = link.cause, depth++
  ) {
    if ('code' in link && typeof link.code === 'string') return link.code;
  }
  return undefined;
}

/** Whether a system error has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = systemCode(error);
  return code !== undefined && codes.includes(code);
}

/** A chain of causes may lead back to where it began. */
const maxDepth = 5;
