import { backUpRestlessFiles } from '../test/support/backUpRestlessFiles';
import { killAndResume } from '../test/support/killAndResume';
import { startSeaweedFs } from '../test/support/seaweedfs';
import { testVariables } from '../test/support/testEnvironment';

/**
 * Kills 50 engines in the middle of their work, and backs up files that change meanwhile; says what
 * it came to.
 */
async function main(): Promise<void> {
  const seed = Number(process.env[testVariables.seed] ?? Date.now() % 1_000_000);
  console.log(`seed ${String(seed)}: set ${testVariables.seed} to replay it`);
  const server = await startSeaweedFs();
  if (server.kind === 'unavailable') throw new Error(server.reason);
  const begun = performance.now();
  try {
    const result = await killAndResume({ server, seed, kills: 50 });
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    console.log(`kills: ${JSON.stringify(result)} in ${seconds} s`);
    const restless = await backUpRestlessFiles({ seed, milliseconds: restlessMs });
    console.log(`restless files: ${JSON.stringify(restless)}`);
  } finally {
    await server.stop();
  }
}

const restlessMs = 300_000;

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
