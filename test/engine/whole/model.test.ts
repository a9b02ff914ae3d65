import fc from 'fast-check';

import { temporaryFolder } from '../../../dev/temporaryFolder';
import { commands } from '../../support/model/commands';
import { newKnowledge } from '../../support/model/knowledge';
import { World } from '../../support/model/world';
import { assertProperty } from '../../support/suite/assertProperty';
import { testVariables } from '../../support/suite/testEnvironment';

/** Either all happens in the same moment, or what was read is settled. */
const stepMs = fc.constantFrom(0, 60_000);
const sequences = fc.commands(commands, { maxCommands: 30, size: 'max' });
const runs = Number(process.env[testVariables.modelRuns] ?? 120);

describe('Whatever happens, in whatever order', function () {
  it('the promises hold', async function () {
    this.timeout(runs * 2_000 + 30_000);
    await assertProperty(
      fc.asyncProperty(stepMs, sequences, async (each, steps) => {
        const folder = await temporaryFolder('model');
        const world = new World(folder.path, each);
        try {
          await fc.asyncModelRun(() => ({ model: newKnowledge(), real: world }), steps);
        } finally {
          world.close();
          await folder.remove();
        }
      }),
      { numRuns: runs },
    );
  });
});
