import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';
import { packageFaults, packagedFiles } from './packagedFiles';

/** Makes the package that the shops get, `s3-backup.vsix` or the file that is named, and looks into it. */
function main(out = 's3-backup.vsix'): void {
  const { status } = spawnSync(
    process.execPath,
    [
      require.resolve('@vscode/vsce/vsce'),
      'package',
      '--no-dependencies',
      ...(hasRepository() ? [] : ['--allow-missing-repository', '--no-rewrite-relative-links']),
      '--out',
      out,
    ],
    { cwd: repositoryRoot, stdio: 'inherit' },
  );
  if (status !== 0) throw new Error(`vsce ended with the code ${String(status)}.`);
  const archive = readFileSync(resolve(repositoryRoot, out));
  const faults = packageFaults(archive.length, packagedFiles(archive));
  if (faults.length > 0) throw new Error(`${out} is not fit to be published: ${faults.join('; ')}`);
}

/** Without one there is no address that the links of the README could lead to. */
function hasRepository(): boolean {
  const manifest = readFileSync(join(repositoryRoot, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly repository: string }).repository !== '';
}

try {
  main(process.argv[2]);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
