import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot } from '../dev/repositoryRoot';
import { buildBareServer } from './bareServer';
import { findContestants } from './contestants';
import { measureRuns } from './measureRuns';
import { resultTable, runLine, type Result } from './results';
import { parseWorkload, usualWorkloads } from './workloads';

/**
 * Measures us and what peers are on the path, side by side: `npm run bench -- WORKLOAD…`. Options:
 * `--rounds 3`, `--only "S3 Backup,s5cmd"`. The results go to `bench/results`.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '3' }, only: { type: 'string' } },
  });
  const workloads = (positionals.length > 0 ? positionals : usualWorkloads).map(parseWorkload);
  const wanted = values.only?.split(',');
  const all = await findContestants();
  const contestants = all.filter(({ name }) => wanted === undefined || wanted.includes(name));
  const program = await buildBareServer();
  const results: Result[] = [];
  for (const workload of workloads) {
    console.log(workload.name);
    const runs = await measureRuns(workload, {
      program,
      contestants,
      rounds: Number(values.rounds),
      onRun: run => {
        console.log(`  ${runLine(run)}`);
      },
    });
    results.push({ workload, runs });
    console.log(resultTable({ workload, runs }, contestants));
    await write(results, contestants);
  }
}

async function write(
  results: readonly Result[],
  contestants: Parameters<typeof resultTable>[1],
): Promise<void> {
  const folder = join(repositoryRoot, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  const machine = {
    node: process.versions.node,
    system: `${platform()} ${release()} ${arch()}`,
    processor: `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`,
    memoryBytes: totalmem(),
  };
  const day = new Date().toISOString().slice(0, 10);
  const name = results.length === 1 ? `${day}-${results[0]?.workload.name ?? ''}` : day;
  await writeFile(
    join(folder, `${name}.json`),
    `${JSON.stringify({ machine, results }, undefined, 2)}\n`,
  );
  const head = `# ${day}\n\n${machine.processor}, ${machine.system}, Node ${machine.node}\n`;
  const tables = results.map(result => resultTable(result, contestants));
  await writeFile(join(folder, `${name}.md`), [head, ...tables].join('\n'));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
