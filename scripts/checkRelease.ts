import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';
import { releaseFaults, type ReleaseManifest } from './releaseFaults';

/** Fails where the version in the manifest is not ready to be published under the tag. */
function main(tag: string | undefined): void {
  if (tag === undefined) throw new Error('Say the tag: npm run release:check -- v0.1.0');
  const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
  const manifest = JSON.parse(read('package.json')) as ReleaseManifest;
  const faults = releaseFaults(manifest, read('CHANGELOG.md'), tag);
  for (const fault of faults) console.error(`Not ready: ${fault}.`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

main(process.argv[2]);
