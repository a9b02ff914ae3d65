import { ours, type Contestant } from './contestants';
import type { FlushCost } from './measureFlush';
import type { Run, Runs } from './measureRuns';
import type { Workload } from './workloads';

export interface Result extends Runs {
  readonly workload: Workload;
  /** Of a restore. */
  readonly flush: FlushCost | undefined;
}

/** All that one call has measured, as it is kept. */
export interface Measured {
  readonly machine: {
    readonly node: string;
    readonly system: string;
    readonly processor: string;
    readonly memoryBytes: number;
    readonly day: string;
  };
  readonly server: string;
  /** By the names of the programs. */
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

export function runLine(run: Run): string {
  const requests = Object.entries(run.requests).map(([kind, count]) => `${String(count)} ${kind}`);
  return [
    run.contestant.padEnd(14),
    `${run.wallSeconds.toFixed(2)} s`,
    `${processorSeconds(run).toFixed(2)} s of processor`,
    inMegabytes(run.peakBytes),
    requests.join(', '),
    `${String(run.connections)} connections`,
  ].join('  ');
}

/** Returns the medians of a workload as a table, with ratios to the best peer. */
export function resultTable(
  { workload, runs, flush, heap }: Result,
  contestants: readonly Contestant[],
): string {
  const rows = contestants.flatMap(({ name, remarks, env }) => {
    const own = runs.filter(run => run.contestant === name);
    const [first] = own;
    if (first === undefined) return [];
    const variables = Object.entries(env(anyServer)).filter(([key]) => key.startsWith('RCLONE'));
    return [
      {
        name,
        remark: remarks[workload.job] ?? '',
        wall: median(own.map(run => run.wallSeconds)),
        processor: median(own.map(processorSeconds)),
        peak: median(own.map(run => run.peakBytes)),
        requests: Object.entries(first.requests)
          .map(([kind, count]) => `${String(count)} ${kind}`)
          .join(', '),
        connections: first.connections,
        command: [...variables.map(pair => pair.join('=')), ...first.command].join(' '),
      },
    ];
  });
  const bestPeer = Math.min(
    ...rows.filter(({ name }) => name !== ours.name).map(({ wall }) => wall),
  );
  const lines = rows.map(row =>
    [
      '',
      row.name,
      `${row.wall.toFixed(2)} s`,
      Number.isFinite(bestPeer) ? (row.wall / bestPeer).toFixed(2) : '–',
      `${row.processor.toFixed(2)} s`,
      inMegabytes(row.peak),
      row.requests,
      String(row.connections),
      row.remark,
      '',
    ]
      .join(' | ')
      .trim(),
  );
  return [
    `## ${workload.name}`,
    '',
    `${String(runs.length / Math.max(1, rows.length))} runs each, by turns; medians; whole processes.`,
    '',
    '| program | wall | to the best peer | processor | peak memory | requests | connections | remark |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    ...(flush === undefined ? [] : [flushLine(flush), '']),
    ...(heap === undefined
      ? []
      : [
          `Of our heap ${inMegabytes(heap.before)} were in use before a run, and ${inMegabytes(heap.after)} after it, without garbage.`,
          '',
        ]),
    ...rows.map(({ name, command }) => `- ${name}: \`${command}\``),
    '',
  ].join('\n');
}

function flushLine({ written, flushed, waited }: FlushCost): string {
  return `Without a store, this disk took ${written.toFixed(2)} s for the files, and ${flushed.toFixed(2)} s where each was flushed before it got its name; for ${waited.toFixed(2)} s of that nothing was under way but flushes.`;
}

const anyServer = { endpoint: 'ENDPOINT', accessKeyId: '', secretAccessKey: '' };

function processorSeconds({ userSeconds, sysSeconds }: Run): number {
  return userSeconds + sysSeconds;
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [
    sorted[sorted.length % 2 === 0 ? middle - 1 : middle],
    sorted[middle],
  ];
  return (low + high) / 2;
}
