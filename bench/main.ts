import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot } from '../dev/repositoryRoot';
import { buildBareServer } from './bareServer';
import { findContestants } from './contestants';
import { machineNow } from './machineNow';
import { measureFlush } from './measureFlush';
import { measureRuns } from './measureRuns';
import { resultTable, runLine, type Measured, type Result } from './results';
import { parseWorkload, usualWorkloads } from './workloads';

/**
 * Measures us and what peers are on the path, side by side: `npm run bench -- WORKLOAD…`. Options:
 * `--rounds 3`, `--only "S3 Backup,s5cmd"`, `--server seaweedfs` for a server that people use,
 * `--heap` to look at our heap after each workload, too. The results go to `bench/results`;
 * `npm run bench:graph` draws them. Peers: s5cmd, rclone and aws on the path, boto3 with awscrt where
 * `python3` finds them, s3-sync-client where `NODE_PATH` leads to it.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
      server: { type: 'string', default: 'bare' },
      heap: { type: 'boolean', default: false },
    },
  });
  const server = values.server === 'seaweedfs' ? 'seaweedfs' : 'bare';
  const workloads = (positionals.length > 0 ? positionals : usualWorkloads).map(parseWorkload);
  const wanted = values.only?.split(',');
  const all = await findContestants();
  const found = all.filter(
    ({ contestant: { name } }) => wanted === undefined || wanted.includes(name),
  );
  const contestants = found.map(({ contestant }) => contestant);
  const versions = Object.fromEntries(
    found.map(({ contestant: { name }, version }) => [name, version]),
  );
  const program = await buildBareServer();
  const results: Result[] = [];
  for (const workload of workloads) {
    console.log(workload.name);
    try {
      const measured = await measureRuns(workload, {
        program,
        contestants,
        rounds: Number(values.rounds),
        server,
        heap: values.heap ? 'looked-at' : 'left-alone',
        onRun: run => {
          console.log(`  ${runLine(run)}`);
        },
        onLeftOut: (contestant, why) => {
          console.log(`  ${contestant} is left out: ${why.message.slice(-500)}`);
        },
      });
      const flush = workload.job === 'restore' ? await measureFlush(workload) : undefined;
      const result = { workload, ...measured, flush };
      results.push(result);
      console.log(resultTable(result, contestants));
    } catch (error) {
      // The others are measured all the same.
      console.error(error);
      process.exitCode = 1;
    }
    await write({ machine: machineNow(), server, versions, results }, contestants);
  }
}

async function write(
  measured: Measured,
  contestants: Parameters<typeof resultTable>[1],
): Promise<void> {
  const { machine, server, versions, results } = measured;
  const folder = join(repositoryRoot, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  const only = results.length === 1 ? [results[0]?.workload.name ?? ''] : [];
  const name = [machine.day, ...(server === 'bare' ? [] : [server]), ...only].join('-');
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(measured, undefined, 2)}\n`);
  const head = [
    `# ${machine.day}`,
    '',
    `${machine.processor}, ${machine.system}, Node ${machine.node}; the server is ${server}.`,
    '',
    ...Object.entries(versions).map(([program, version]) => `- ${program}: ${version}`),
    '',
  ];
  const tables = results.map(result => resultTable(result, contestants));
  await writeFile(join(folder, `${name}.md`), [...head, ...tables].join('\n'));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
