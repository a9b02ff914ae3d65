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
 * came to.
 */
async function main(): Promise<void> {
  const drawn = process.env[seedsVariable] === undefined ? newSeeds() : seeds;
  const [seed = 0] = drawn;
  console.log(`${seedsVariable}=${drawn.join()} npm run soak repeats it.`);
  await checkProperties(drawn);
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
  await breakWires(seed);
  await recordHistories(seed);
  await killHosts(3);
}

/** All that the engine's suite checks by chance, with other values than it meets in `npm test`. */
async function checkProperties(drawn: readonly number[]): Promise<void> {
  const suite = join(repositoryRoot, 'out', 'scripts', 'runSuite.js');
  const env = {
    ...process.env,
    [seedsVariable]: drawn.join(),
    [testVariables.modelRuns]: String(modelRuns),
    [testVariables.scheduleRuns]: String(scheduleRuns),
    [testVariables.restoreKills]: String(restoreKills),
  };
  const child = spawn(process.execPath, [suite, 'engine'], { stdio: 'inherit', env });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The engine's suite: exit code ${String(code)}.`);
}

/** Between the engine and two production servers. */
async function breakWires(seed: number): Promise<void> {
  for (const start of [startSeaweedFs, startVersitygw]) {
    const server = await start();
    if (server.kind === 'unavailable') throw new Error(server.reason);
    try {
      // More files than there are on a page of a list.
      const result = await backUpInBadWeather({
        server,
        seed,
        files: 1_200,
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

const historyMs = 60_000;
const restlessMs = 300_000;
const modelRuns = 20_000;
const scheduleRuns = 5_000;
const restoreKills = 60;

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
