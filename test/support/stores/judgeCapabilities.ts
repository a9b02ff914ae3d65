import type { Capability } from '../../s3/contract/harness';

/** A test that takes capabilities of a store, as it ended. */
export interface CapabilityTest {
  readonly takes: readonly Capability[];
  readonly passed: boolean;
}

/**
 * Which capabilities a store has by those tests. A test that takes several and fails counts against
 * all of them only where no other test has shown which of them it is.
 */
export function judgeCapabilities(
  tests: readonly CapabilityTest[],
): Readonly<Partial<Record<Capability, boolean>>> {
  const judged: Partial<Record<Capability, boolean>> = {};
  const byTakes = [...tests].sort((one, other) => one.takes.length - other.takes.length);
  for (const { takes, passed } of byTakes) {
    if (!passed && takes.length > 1 && takes.some(each => judged[each] === false)) continue;
    for (const capability of takes) {
      if (passed) judged[capability] ??= true;
      else if (takes.length === 1 || judged[capability] === undefined) judged[capability] = false;
    }
  }
  return judged;
}
