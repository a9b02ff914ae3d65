import assert from 'node:assert/strict';

import { eventually } from './eventually';
import type { WireRecorder } from '../servers/wire';

/**
 * Asserts that no byte of a body moves any more: none is on its way, and none sets out while many
 * requests of somebody else pass. Gives how many bytes had arrived.
 */
export async function assertAtRest(wire: WireRecorder): Promise<number> {
  await eventually(() => {
    assert.equal(wire.bodiesUnderWay, 0);
  });
  const { bodyBytes } = wire;
  for (let n = 0; n < passing; n++) await (await fetch(wire.endpoint)).arrayBuffer();
  assert.equal(wire.bodyBytes, bodyBytes);
  return bodyBytes;
}

const passing = 200;
