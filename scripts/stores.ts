import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot } from '../dev/repositoryRoot';
import { runContract } from '../test/support/stores/runContract';
import { runMainJob } from '../test/support/stores/mainJob';
import { storesInShort, storesSection, withStoresSection, type StoreResult } from './storesTable';
import { storeAt, storesUnderTest, type StoreUnderTest } from './storesUnderTest';

/**
 * Puts every store that can be had to the bucket contract and to the main job, and writes what came
 * of it into `docs/stores.md`, and in short into the README. `--only moto,memory` takes some of them, and
 * `--endpoint URL --bucket-prefix NAME` a store of your own, by the usual `AWS_*` variables; both
 * print the tables and write nothing.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      endpoint: { type: 'string' },
      'bucket-prefix': { type: 'string', default: 's3-backup-test' },
      only: { type: 'string' },
    },
  });
  const wanted = values.only?.toLowerCase().split(',');
  const stores =
    values.endpoint !== undefined
      ? [storeAt(values.endpoint, values['bucket-prefix'])]
      : storesUnderTest.filter(
          ({ name }) => wanted?.some(part => name.toLowerCase().includes(part)) ?? true,
        );
  const results: StoreResult[] = [];
  for (const store of stores) results.push(await tryStore(store));
  const section = storesSection(results);
  if (values.endpoint !== undefined || wanted !== undefined) {
    console.log(`\n${section}`);
    return;
  }
  for (const [name, text] of [
    ['docs/stores.md', section],
    ['README.md', storesInShort(results)],
  ] as const) {
    const page = join(repositoryRoot, name);
    await writeFile(page, withStoresSection(await readFile(page, 'utf8'), text));
    console.log(`${name} is written.`);
  }
}

async function tryStore(underTest: StoreUnderTest): Promise<StoreResult> {
  const { name: store } = underTest;
  console.log(store);
  let opened;
  try {
    opened = await underTest.open();
  } catch (error) {
    opened = { kind: 'unavailable' as const, reason: firstLine(error) };
  }
  if (opened.kind === 'unavailable') {
    console.log(`  left out: ${opened.reason}`);
    return { kind: 'left-out', store, reason: opened.reason };
  }
  try {
    const job = await runMainJob(opened.job);
    console.log(`  main job: ${JSON.stringify(job)}`);
    const contract = await runContract(opened.store, opened.untried);
    for (const { title, message, takes } of contract.failures) {
      const what = takes.length === 0 ? '' : ` (${takes.join(', ')})`;
      console.log(`  failed: ${title}${what}: ${message.split('\n')[0] ?? ''}`);
    }
    const date = new Date().toISOString().slice(0, 'yyyy-mm-dd'.length);
    return { kind: 'tried', store, date, contract, job };
  } catch (error) {
    console.log(`  broke off: ${firstLine(error)}`);
    return { kind: 'left-out', store, reason: `it broke off: ${firstLine(error)}` };
  } finally {
    // What was found counts all the same.
    await opened.store.close().catch((error: unknown) => {
      console.log(`  ${firstLine(error)}`);
      process.exitCode = 1;
    });
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
