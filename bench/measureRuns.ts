import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import { installOnce } from '../dev/installOnce';
import { clearAwayAtEnd } from '../dev/reaper';
import { temporaryFolder } from '../dev/temporaryFolder';
import { startBareServer, type BareServer, type Counts } from './bareServer';
import { ours, type Contestant, type Place } from './contestants';
import { readHeapLine, type HeapUse } from './heapUse';
import { startSecondServer } from './secondServer';
import { plainCommand } from './plainCommand';
import { limitSeconds, makeFiles, touchFiles, type Workload } from './workloads';

/** What one run of one program took, the whole process counted. */
export interface Run extends Counts {
  readonly contestant: string;
  readonly wallSeconds: number;
  readonly userSeconds: number;
  readonly sysSeconds: number;
  readonly peakBytes: number;
  /** Without the paths of this machine. */
  readonly command: readonly string[];
}

/** All runs of a workload. */
export interface Runs {
  readonly runs: readonly Run[];
  /** Ours, of a run of its own; `undefined` where it was not asked for. */
  readonly heap: HeapUse | undefined;
}

export interface RunsRequest {
  /** The program that serves and measures. */
  readonly program: string;
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  readonly server: ServerKind;
  /** Whether our heap is looked at, too. */
  readonly heap: 'looked-at' | 'left-alone';
  readonly onRun: (run: Run) => void;
  /** Called once with a peer that cannot do it; it is left out from then on. */
  readonly onLeftOut: (contestant: string, why: Error) => void;
}

/** Who answers: a server that costs nothing, or one that people use. */
export type ServerKind = 'bare' | 'seaweedfs';

/** Lets all contestants do a workload by turns, and returns every run. */
export async function measureRuns(
  workload: Workload,
  { program, contestants, rounds, server: kind, heap, onRun, onLeftOut }: RunsRequest,
): Promise<Runs> {
  const { job, name, files, bytes, keys, rttMs } = workload;
  const limit = limitSeconds(workload);
  const source = job === 'restore' ? '' : await restedFiles(workload);
  const start = kind === 'bare' ? startBareServer : startSecondServer;
  const server = await start(program, rttMs);
  const home = await temporaryFolder('bench');
  const runs: Run[] = [];
  const leftOut = new Set<string>();
  try {
    if (job === 'restore' || keys !== undefined) {
      await server.makeObjects({ prefix: 'shared/', count: keys ?? files, bytes });
    } else if (job === 'compare') await server.fill({ prefix: 'shared/', root: source });
    const around = { server, home: home.path, source, program, limit };
    const end = async ({ prefix, root }: Place) => {
      if (job === 'upload') await server.clear(prefix);
      if (job === 'restore') await rm(root, { recursive: true });
    };
    for (let round = 0; round < rounds; round++) {
      for (const contestant of contestants.filter(({ name: each }) => !leftOut.has(each))) {
        const place = await prepare(workload, contestant, { ...around, round });
        await server.takeCounts();
        const command = contestant.commandFor(job, place);
        if (command === undefined) continue;
        const measured = runMeasured(command, { ...around, env: contestant.env(server) });
        const usage = await measured.catch((error: unknown) => {
          if (contestant.name === ours.name || !(error instanceof Error)) throw error;
          onLeftOut(contestant.name, error);
          leftOut.add(contestant.name);
        });
        const counts = await server.takeCounts();
        if (usage === undefined) continue;
        const { wallSeconds, userSeconds, sysSeconds, peakBytes } = usage;
        const used = { wallSeconds, userSeconds, sysSeconds, peakBytes };
        const plain = plainCommand(command, home.path);
        const run = { contestant: contestant.name, ...used, ...counts, command: plain };
        runs.push(run);
        onRun(run);
        await end(place);
      }
    }
    if (heap === 'left-alone') return { runs, heap: undefined };
    const place = await prepare(workload, ours, { ...around, round: rounds });
    const command = [...(ours.commandFor(job, place) ?? []), 'heap'];
    const { said } = await runMeasured(command, { ...around, env: ours.env(server) });
    return { runs, heap: readHeapLine(said) };
  } catch (error) {
    throw new Error(`${name} could not be measured.`, { cause: error });
  } finally {
    await server.stop();
    await home.remove();
  }
}

interface Surroundings extends Pick<MeasuredCommand, 'home' | 'program' | 'limit'> {
  readonly server: BareServer;
  readonly source: string;
  readonly round: number;
}

async function prepare(
  workload: Workload,
  contestant: Contestant,
  { server, source, round, ...around }: Surroundings,
): Promise<Place> {
  const { job, keys, touchedPercent } = workload;
  const { endpoint } = server;
  const { home } = around;
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
      const place = { root: source, endpoint, prefix: 'shared/', records };
      if (round === 0) await mkdir(records);
      // We know what is unchanged from an earlier comparison, as after a back-up.
      const first = contestant.name === ours.name ? ours.commandFor('compare', place) : undefined;
      if (round === 0 && first !== undefined) {
        await runMeasured(first, { ...around, env: contestant.env(server) });
      }
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

interface MeasuredCommand {
  /** The program that measures. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** For the notes of the program. */
  readonly home: string;
  /** In seconds. */
  readonly limit: number;
}

/** Runs a command, and returns what it took, and what it said. Throws where that is over the limit. */
export async function runMeasured(
  command: readonly string[],
  { program, env, home, limit }: MeasuredCommand,
): Promise<Usage & { readonly said: string }> {
  const into = join(home, 'usage.json');
  const child = spawn(program, ['measure', into, ...command], {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  const { pid = 0 } = child;
  const forget = clearAwayAtEnd({ kind: 'processGroup', pid });
  const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), limit * 1000);
  const [[, signal], said, words] = await Promise.all([
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  clearTimeout(timer);
  forget();
  const what = command.join(' ');
  if (signal !== null) throw new Error(`${what} took longer than ${limit.toFixed(0)} s.`);
  const usage = JSON.parse(await readFile(into, 'utf8')) as Usage & { readonly exitCode: number };
  if (usage.exitCode !== 0) throw new Error(`${what} failed: ${words.slice(-2000)}`);
  return { ...usage, said };
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
