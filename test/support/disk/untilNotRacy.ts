import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until the changes made so far are old enough for a reading to count: when attributes were
 * last changed cannot be put back.
 */
export async function untilNotRacy(): Promise<void> {
  await delay(racyWindow);
}

/** In milliseconds; a little longer than the engine's own. */
export const racyWindow = 2_100;
