import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';
import { temporaryFolder } from '../dev/temporaryFolder';
import { testVariables } from '../test/support/suite/testEnvironment';
import { plants, withFault, type Plant } from '../test/support/suite/plants';

/**
 * Plants faults in a copy of the compiled engine, one at a time, and runs the test that has to find
 * each. By their names, or parts of them, only some.
 */
async function main(wanted: readonly string[]): Promise<void> {
  const folder = await temporaryFolder('plants');
  try {
    cpSync(join(repositoryRoot, 'out'), join(folder.path, 'out'), { recursive: true });
    for (const shared of ['node_modules', 'package.json', 'test', '.vscode-test']) {
      symlinkSync(join(repositoryRoot, shared), join(folder.path, shared));
    }
    const chosen = plants.filter(
      ({ what }) => wanted.length === 0 || wanted.some(part => what.includes(part)),
    );
    for (const plant of chosen) {
      const begun = performance.now();
      const found = isFound(plant, folder.path);
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      console.log(`${found ? 'found' : 'NOT FOUND'} in ${seconds} s: ${plant.what}`);
      if (!found && plant.behind === undefined) process.exitCode = 1;
    }
  } finally {
    await folder.remove();
  }
}

function isFound({ edits, test, says = '', sequences }: Plant, root: string): boolean {
  const originals = new Map<string, string>();
  for (const edit of edits) {
    const path = join(root, 'out', 'src', 'engine', edit.file);
    const text = readFileSync(path, 'utf8');
    if (!originals.has(path)) originals.set(path, text);
    writeFileSync(path, withFault(text, edit));
  }
  const suite = join(root, 'out', 'scripts', 'runSuite.js');
  const { status, stdout } = spawnSync(process.execPath, [suite, ...test], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      [testVariables.unshrunk]: '1',
      ...(sequences === undefined ? {} : { [testVariables.modelRuns]: String(sequences) }),
    },
    // What hangs is found, too.
    timeout: 240_000,
  });
  for (const [path, text] of originals) writeFileSync(path, text);
  const why = /Caused by: [^\n]*|AssertionError[^\n]*/.exec(stdout);
  if (why !== null) console.log(`  ${why[0]}`);
  return status !== 0 && stdout.includes(says);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
