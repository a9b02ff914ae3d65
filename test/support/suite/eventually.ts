import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks until the assertion holds; what it throws last is thrown when the time is up. For what
 * happens in another process, of which no event tells.
 */
export async function eventually<T>(
  assertion: () => Promise<T> | T,
  patienceMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(pollMs);
    }
  }
}

const pollMs = 50;
