import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { backUpRestlessFiles } from '../test/support/processes/backUpRestlessFiles';
import { killAndResume } from '../test/support/processes/killAndResume';
import { repositoryRoot } from '../dev/repositoryRoot';
import { backUpInBadWeather } from '../test/support/engine/badWeather';
import { recordHistory } from '../test/support/engine/histories';
import { treatAll } from '../test/support/servers/conditionStore';
import { quirkyBucket } from '../test/support/servers/quirkyAnswers';
import { startQuirkyStore, type QuirkyStore } from '../test/support/servers/quirkyStore';
import { startSeaweedFs } from '../dev/seaweedfs';
import { startVersitygw } from '../dev/versitygw';
import { testVariables } from '../test/support/suite/testEnvironment';
import { newSeeds, seeds, seedsVariable } from '../test/support/suite/seeds';

/**
 * Runs the engine's suite with new seeds, kills 50 engines and three extension hosts in the middle
 * of their work, and backs up files that change meanwhile, and over wires that break; says what it
 * came to. A number after `--` divides all others, to see that it goes from its beginning to its end:
 * then only those parts of the suite run of which there is less.
 */
async function main(): Promise<void> {
  const begunAt = performance.now();
  const drawn = process.env[seedsVariable] === undefined ? newSeeds() : seeds;
  const [seed = 0] = drawn;
  const again = divisor === 1 ? 'npm run soak' : `npm run soak -- ${String(divisor)}`;
  console.log(`${seedsVariable}=${drawn.join()} ${again} repeats it.`);
  await checkProperties(drawn);
  const server = await startSeaweedFs();
  if (server.kind === 'unavailable') throw new Error(server.reason);
  const begun = performance.now();
  try {
    const result = await killAndResume({ server, seed, kills: divided(50) });
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    console.log(`kills: ${JSON.stringify(result)} in ${seconds} s`);
    const restless = await backUpRestlessFiles({ seed, milliseconds: divided(300_000, 4_000) });
    console.log(`restless files: ${JSON.stringify(restless)}`);
  } finally {
    await server.stop();
  }
  await breakWires(seed);
  await recordHistories(seed);
  await killHosts(divided(3));
  const minutes = ((performance.now() - begunAt) / 60_000).toFixed(1);
  console.log(`The whole soak, divided by ${String(divisor)}: ${minutes} min.`);
}

/** All that the engine's suite checks by chance, with other values than it meets in `npm test`. */
async function checkProperties(drawn: readonly number[]): Promise<void> {
  const suite = join(repositoryRoot, 'out', 'scripts', 'runSuite.js');
  const env = {
    ...process.env,
    [seedsVariable]: drawn.join(),
    [testVariables.modelRuns]: String(divided(20_000)),
    [testVariables.scheduleRuns]: String(divided(5_000)),
    [testVariables.restoreKills]: String(divided(60)),
  };
  const parts = divisor === 1 ? [] : ['whole/model', 'whole/schedules', 'whole/restoreKilled'];
  const child = spawn(process.execPath, [suite, 'engine', ...parts], { stdio: 'inherit', env });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The engine's suite: exit code ${String(code)}.`);
}

/** Between the engine and two production servers. */
async function breakWires(seed: number): Promise<void> {
  for (const start of [startSeaweedFs, startVersitygw]) {
    const server = await start();
    if (server.kind === 'unavailable') throw new Error(server.reason);
    try {
      // At full number more files than there are on a page of a list.
      const result = await backUpInBadWeather({
        server,
        seed,
        files: divided(1_200, 40),
        percent: 15,
        rounds: 3,
        inTheEnd: 'compared-by-rclone',
      });
      console.log(`faults: ${JSON.stringify(result)}`);
    } finally {
      await server.stop();
    }
  }
}

/** What three computers and somebody rude do to the same keys, for a minute on each store. */
async function recordHistories(seed: number): Promise<void> {
  for (const start of [startSeaweedFs, startVersitygw]) {
    const server = await start();
    if (server.kind === 'unavailable') throw new Error(server.reason);
    try {
      const bucket = { name: 'history', isThere: 'not-yet' } as const;
      const history = await recordHistory({ server, bucket, seed, milliseconds: historyMs });
      console.log(`history: ${JSON.stringify(history)}`);
      if (history.unseen.length > 0) throw new Error('A copy was replaced that nobody had seen.');
    } finally {
      await server.stop();
    }
  }
  const store = await startIgnoringStore();
  try {
    const anybody = { region: 'us-east-1', accessKeyId: 'any', secretAccessKey: 'any' };
    const server = { ...anybody, endpoint: store.endpoint };
    const bucket = { name: quirkyBucket, isThere: 'already' } as const;
    const history = await recordHistory({ server, bucket, seed, milliseconds: historyMs });
    const { unseen, ...numbers } = history;
    console.log(`conditions ignored: ${JSON.stringify({ ...numbers, unseen: unseen.length })}`);
  } finally {
    await store.stop();
  }
}

async function startIgnoringStore(): Promise<QuirkyStore> {
  const store = await startQuirkyStore();
  store.quirks = { conditions: treatAll('ignores') };
  return store;
}

/** In a window of its own, which is loaded anew each time. */
async function killHosts(kills: number): Promise<void> {
  const run = join(repositoryRoot, 'out', 'test', 'ui', 'run.js');
  const env = { ...process.env, [testVariables.hostKills]: String(kills) };
  const child = spawn(process.execPath, [run, 'killedHost.test.js'], { stdio: 'inherit', env });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The killed extension hosts: exit code ${String(code)}.`);
}

/** How much less is to be done of everything. */
const divisor = Number(process.argv[2] ?? 1);
if (!(divisor >= 1)) throw new Error('The soak is divided by a number from 1.');

/** So much of it, but no less than shows something. */
function divided(full: number, least = 1): number {
  return Math.max(least, Math.ceil(full / divisor));
}

const historyMs = divided(60_000, 3_000);

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
