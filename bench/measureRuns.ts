import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import { installOnce } from '../dev/installOnce';
import { temporaryFolder } from '../dev/temporaryFolder';
import { startBareServer, type BareServer, type Counts } from './bareServer';
import { ours, type Contestant, type Place } from './contestants';
import { startSecondServer } from './secondServer';
import { makeFiles, touchFiles, type Workload } from './workloads';

/** What one run of one program took, the whole process counted. */
export interface Run extends Counts {
  readonly contestant: string;
  readonly wallSeconds: number;
  readonly userSeconds: number;
  readonly sysSeconds: number;
  readonly peakBytes: number;
  readonly command: readonly string[];
}

export interface RunsRequest {
  /** The program that serves and measures. */
  readonly program: string;
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  readonly server: ServerKind;
  readonly onRun: (run: Run) => void;
  /** Called once with a peer that cannot do it; it is left out from then on. */
  readonly onLeftOut: (contestant: string, why: Error) => void;
}

/** Who answers: a server that costs nothing, or one that people use. */
export type ServerKind = 'bare' | 'seaweedfs';

/** Lets all contestants do a workload by turns, and returns every run. */
export async function measureRuns(
  workload: Workload,
  { program, contestants, rounds, server: kind, onRun, onLeftOut }: RunsRequest,
): Promise<readonly Run[]> {
  const { job, name, files, bytes, keys, rttMs } = workload;
  const source = job === 'restore' ? '' : await restedFiles(workload);
  const start = kind === 'bare' ? startBareServer : startSecondServer;
  const server = await start(program, rttMs);
  const home = await temporaryFolder('bench');
  const runs: Run[] = [];
  const leftOut = new Set<string>();
  try {
    if (job === 'restore' || keys !== undefined) {
      await server.makeObjects({ prefix: 'shared/', count: keys ?? files, bytes });
    }
    for (let round = 0; round < rounds; round++) {
      for (const contestant of contestants.filter(({ name: each }) => !leftOut.has(each))) {
        const place = await prepare(workload, contestant, {
          server,
          home: home.path,
          source,
          round,
          program,
        });
        await server.takeCounts();
        const command = contestant.commandFor(job, place);
        if (command === undefined) continue;
        const measured = runMeasured(program, command, contestant.env(server), home.path);
        const usage = await measured.catch((error: unknown) => {
          if (contestant.name === ours.name || !(error instanceof Error)) throw error;
          onLeftOut(contestant.name, error);
          leftOut.add(contestant.name);
        });
        const counts = await server.takeCounts();
        if (usage === undefined) continue;
        const run = { contestant: contestant.name, ...usage, ...counts, command };
        runs.push(run);
        onRun(run);
        if (job === 'upload') await server.clear(place.prefix);
        if (job === 'restore') await rm(place.root, { recursive: true });
      }
    }
  } catch (error) {
    throw new Error(`${name} could not be measured.`, { cause: error });
  } finally {
    await server.stop();
    await home.remove();
  }
  return runs;
}

interface Surroundings {
  readonly server: BareServer;
  readonly home: string;
  readonly source: string;
  readonly round: number;
  readonly program: string;
}

async function prepare(
  workload: Workload,
  contestant: Contestant,
  { server, home, source, round, program }: Surroundings,
): Promise<Place> {
  const { job, keys, touchedPercent } = workload;
  const { endpoint } = server;
  const own = contestant.name.replaceAll(' ', '-');
  switch (job) {
    case 'upload': {
      const records = join(home, `${own}-${String(round)}`);
      await mkdir(records);
      return { root: source, endpoint, prefix: `${own}-${String(round)}/`, records };
    }
    case 'compare': {
      if (keys !== undefined) {
        // Seen for the first time in each round.
        const records = join(home, `${own}-${String(round)}`);
        await mkdir(records);
        return { root: source, endpoint, prefix: 'shared/', records };
      }
      const records = join(home, own);
      const place = { root: source, endpoint, prefix: `${own}/`, records };
      if (round > 0) {
        if (touchedPercent > 0) await touchFiles(source, workload);
        return place;
      }
      // What is compared is there, by the contestant's own doing.
      await mkdir(records);
      const upload = contestant.commandFor('upload', place) ?? [];
      await runMeasured(program, upload, contestant.env(server), home);
      if (touchedPercent > 0) await touchFiles(source, workload);
      return place;
    }
    case 'restore': {
      const [root, records] = [
        join(home, `${own}-restored`),
        join(home, `${own}-${String(round)}`),
      ];
      await Promise.all([mkdir(root), mkdir(records)]);
      return { root, endpoint, prefix: 'shared/', records };
    }
  }
}

type Usage = Pick<Run, 'wallSeconds' | 'userSeconds' | 'sysSeconds' | 'peakBytes'>;

/** Runs a command, and returns what it took; `home` is for the notes of that. */
export async function runMeasured(
  program: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  home: string,
): Promise<Usage> {
  const into = join(home, 'usage.json');
  const child = spawn(program, ['measure', into, ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [, , words] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  const usage = JSON.parse(await readFile(into, 'utf8')) as Usage & { readonly exitCode: number };
  if (usage.exitCode !== 0) throw new Error(`${command.join(' ')} failed: ${words.slice(-2000)}`);
  const { wallSeconds, userSeconds, sysSeconds, peakBytes } = usage;
  return { wallSeconds, userSeconds, sysSeconds, peakBytes };
}

/** Returns the folder with the files of a workload, none of which has changed within two minutes. */
async function restedFiles(workload: Workload): Promise<string> {
  const { files, bytes, sizes = bytes, touchedPercent } = workload;
  const end = touchedPercent > 0 ? '-touched' : '';
  const folder = await installOnce(`bench-${String(files)}-of-${String(sizes)}${end}`, into =>
    makeFiles(into, workload),
  );
  // Younger files we flush first, which is not what is measured.
  const { ctimeMs } = await stat(folder);
  await delay(Math.max(0, ctimeMs + restMs - Date.now()));
  return folder;
}

const restMs = 125_000;
