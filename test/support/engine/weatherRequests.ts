import assert from 'node:assert/strict';

import { isInVain, isStoredPut, type Exchange } from '../servers/exchange';

/**
 * Throws where the store was given the same bytes of a key more than twice, or where a write or a
 * reading of a key was asked for more often than the work and all that went wrong with it explain.
 */
export function assertNothingTwice(
  exchanges: readonly Exchange[],
  work: { readonly files: number; readonly rounds: number; readonly stood: number },
): void {
  const stored = new Map<string, number>();
  const keys = new Map<string, { writes: number; vain: number; versions: Set<string> }>();
  for (const exchange of exchanges) {
    const { key, method, asked, bodyMd5 = '' } = exchange;
    if (key === '') continue;
    const of = keys.get(key) ?? { writes: 0, vain: 0, versions: new Set<string>() };
    keys.set(key, of);
    // A reading that went wrong is no reason to write.
    if (method !== 'GET' && isInVain(exchange)) of.vain++;
    if (method !== 'PUT' || asked.includes('partNumber=')) continue;
    of.writes++;
    if (!isStoredPut(exchange)) continue;
    of.versions.add(bodyMd5);
    stored.set(`${key} ${bodyMd5}`, (stored.get(`${key} ${bodyMd5}`) ?? 0) + 1);
  }
  for (const [what, times] of stored)
    assert.ok(times <= 2, `${what} was stored ${String(times)} times`);
  let extra = 0;
  for (const { writes, vain, versions } of keys.values()) {
    extra += Math.max(0, writes - versions.size - vain);
  }
  // Each copy of somebody else's refuses one; whether the store honours conditions costs three.
  const allowed = work.stood + 3;
  assert.ok(extra <= allowed, `${String(extra)} writes more than what went wrong explains`);
}
