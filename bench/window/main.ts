import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot } from '../../dev/repositoryRoot';
import { buildBareServer } from '../bareServer';
import { machineNow } from '../machineNow';
import { median } from '../results';
import { scenarios, type Figure } from './scenarios';

/**
 * Measures what a person notices in the window of a real VS Code, against the bare server:
 * `npm run bench:window -- aMillionKeys oneHugeFolder oneLargeFolder tenThousandFiles`, all of them
 * where none is named; `--rounds 3`. The results go to `bench/results`.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '3' } },
  });
  const known = Object.keys(scenarios);
  const names = positionals.length > 0 ? positionals : known;
  const program = await buildBareServer();
  const figures: Figure[] = [];
  for (const name of names) {
    const scenario = scenarios[name];
    if (scenario === undefined) {
      throw new Error(`${name} is none of ${known.join(', ')}.`);
    }
    console.log(name);
    figures.push(...(await scenario({ program, rounds: Number(values.rounds) })));
    await write(figures);
  }
}

async function write(figures: readonly Figure[]): Promise<void> {
  const machine = machineNow();
  const file = join(repositoryRoot, 'bench', 'results', `window-${machine.day}`);
  await writeFile(`${file}.json`, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
  const rows = figures.map(({ what, unit, values, atMost }) => {
    const inUnit = (value: number) =>
      unit === 'ms' ? `${value.toFixed(1)} ms` : `${(value / 1e6).toFixed(0)} MB`;
    const target = atMost === undefined ? '' : inUnit(atMost);
    return `| ${what} | ${inUnit(median(values))} | ${target} | ${values.map(inUnit).join(', ')} |`;
  });
  const table = [
    `# In the window, ${machine.day}`,
    '',
    `${machine.processor}, ${machine.system}; a VS Code in a browser, everything on this machine.`,
    '',
    '| what | median | at most | rounds |',
    '| --- | ---: | ---: | --- |',
    ...rows,
    '',
  ];
  await writeFile(`${file}.md`, table.join('\n'));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
