import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { temporaryFolder } from '../../../dev/temporaryFolder';
import type { Engine } from '../../../src/engine/session/engine';
import type { StartEngineOptions } from '../engine/startEngine';
import { startEngine } from '../engine/startEngine';
import { aFolder } from '../engine/aFolder';
import { hostileNames } from '../disk/hostileNames';
import { writeTree } from '../disk/localTree';
import { groups, type Group } from '../../../src/protocol/verdicts';
import type { KnownCapability } from '../../../src/protocol/buckets';
import type { FolderSetup } from '../../../src/protocol/folders';
import type { Connection } from '../../../src/engine/ports/connection';
import type { Report } from '../../../src/protocol/reports';
import type { State } from '../../../src/protocol/state';

/** What became of the files of the main job on their way to a store and to another computer. */
export interface JobOutcome {
  readonly files: number;
  readonly backedUp: number;
  /** By the comparison after that. */
  readonly upToDate: number;
  /** Found by the other computer under their own names, with their own bytes. */
  readonly cameBack: number;
  /** The other computer's comparison after it has restored. */
  readonly inTheEnd: Readonly<Partial<Record<Group, number>>>;
  /** What the first computer knows of the store by then. */
  readonly learned: readonly KnownCapability[];
  /** Each file that did not arrive there, with what the reports say of it. */
  readonly lost: readonly { readonly path: string; readonly why: string }[];
}

/** Where the engine finds the bucket. */
export interface JobPlace {
  readonly bucket: string;
  readonly store: Pick<StartEngineOptions, 'bucket' | 'connect'>;
}

/** Compares, backs up and compares some 300 files of odd names, and brings them to another folder. */
export async function runMainJob(place: JobPlace): Promise<JobOutcome> {
  const contents = jobFiles();
  const paths = Object.keys(contents);
  const [here, there] = await Promise.all([temporaryFolder('stores'), temporaryFolder('stores')]);
  const first = startComputer(place, here.path);
  const second = startComputer(place, there.path);
  try {
    await writeTree(here.path, contents);
    await first.compare();
    const sent = await first.backUp();
    const after = await first.compare();
    await second.compare();
    const fetched = await second.restore();
    const inTheEnd = await second.compare();
    const lost: { path: string; why: string }[] = [];
    for (const path of paths) {
      if (await hasBytes(join(there.path, path), contents[path] ?? '')) continue;
      lost.push({ path, why: whyNot(path, [sent, fetched]) });
    }
    return {
      files: paths.length,
      backedUp: sent.done,
      upToDate: after['up-to-date'] ?? 0,
      cameBack: paths.length - lost.length,
      inTheEnd,
      learned: first.learned(),
      lost,
    };
  } finally {
    first.engine.dispose();
    second.engine.dispose();
    await Promise.all([here.remove(), there.remove()]);
  }
}

/** Every odd name in each of some odd folders, an empty file, and one that is sent in parts. */
function jobFiles(): Readonly<Record<string, string | Buffer>> {
  const folders = ['', 'a b/', 'ödd &+%41 #/', 'a%2Fb/', "it's (1)/", '漢字/', '..x/'];
  const named = folders.flatMap(folder => hostileNames.map(name => folder + name));
  return {
    ...Object.fromEntries(named.map(path => [path, `in ${path}`])),
    'back\\slash': 'in back\\slash',
    empty: '',
    'large one': Buffer.from(Array.from({ length: largeSize }, (_, n) => (n * 7) % 251)),
  };
}

const largeSize = 9 * (1 << 20) + 3;
const patienceMs = 180_000;

interface Computer {
  readonly engine: Engine;
  compare(): Promise<Readonly<Partial<Record<Group, number>>>>;
  backUp(): Promise<Report>;
  restore(): Promise<Report>;
  learned(): readonly KnownCapability[];
}

function startComputer({ bucket, store }: JobPlace, root: string): Computer {
  let state: State | undefined;
  const { connect, ...options } = store;
  const connections: Connection[] = [];
  const engine = startEngine({
    ...options,
    ...(connect && {
      connect: (...settings: Parameters<typeof connect>) => {
        const connection = connect(...settings);
        connections.push(connection);
        return connection;
      },
    }),
    onState: now => {
      state = now;
    },
  });
  const id = pathToFileURL(root).href;
  const setup: FolderSetup = aFolder({ id, name: 'job', root, bucket, prefix: 'jöb &/p/' });
  const folders = [{ setup, scope: { kind: 'all' as const } }];
  return {
    engine,
    async compare() {
      await engine.compare([setup], patience());
      const [comparison] = state?.comparisons ?? [];
      const all = groups.map(group => [group, comparison?.groups[group].files ?? 0] as const);
      return Object.fromEntries(all.filter(([, files]) => files > 0));
    },
    async backUp() {
      const { planId } = await engine.planBackUp({ folders }, patience());
      return engine.run(planId, patience());
    },
    async restore() {
      const { planId } = await engine.planRestore({ folders }, patience());
      return engine.run(planId, patience());
    },
    learned: () => connections.flatMap(connection => connection.capabilitiesOf(bucket)),
  };
}

function whyNot(path: string, reports: readonly Report[]): string {
  const problems = reports.flatMap(report => report.problems);
  const problem = problems.find(each => each.path === path);
  return problem?.failure.code ?? 'not listed under its name';
}

async function hasBytes(file: string, content: string | Buffer): Promise<boolean> {
  try {
    return (await readFile(file)).equals(Buffer.from(content));
  } catch {
    return false;
  }
}

function patience(): AbortSignal {
  return AbortSignal.timeout(patienceMs);
}
