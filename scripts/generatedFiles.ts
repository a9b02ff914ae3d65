import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Metafile } from 'esbuild';

import { repositoryRoot } from '../dev/repositoryRoot';
import { costPage } from './costPage';
import { failuresPage } from './failuresPage';
import { manifestPage, type Manifest } from './manifestPage';
import { thirdPartyNotices } from './thirdPartyNotices';

/** The files of the repository that are made of others, by their paths, as they should be. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const metafile = readJson('dist/metafile.json') as Metafile;
  const manifest = readJson('package.json') as Manifest;
  const texts = readJson('package.nls.json') as Readonly<Record<string, string>>;
  return new Map([
    ['THIRD-PARTY-NOTICES.txt', thirdPartyNotices(metafile, repositoryRoot)],
    ['docs/settings-and-commands.md', manifestPage(manifest, texts)],
    ['docs/failures.md', failuresPage()],
    ['docs/cost.md', costPage(read('docs/cost.md'))],
  ]);
}

function readJson(path: string): unknown {
  return JSON.parse(read(path));
}

function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}
