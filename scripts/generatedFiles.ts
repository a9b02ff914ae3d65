import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Metafile } from 'esbuild';

import { repositoryRoot } from '../dev/repositoryRoot';
import { thirdPartyNotices } from './thirdPartyNotices';

/** The files of the repository that are made of others, by their paths, as they should be. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const metafile = readJson('dist/metafile.json') as Metafile;
  return new Map([['THIRD-PARTY-NOTICES.txt', thirdPartyNotices(metafile, repositoryRoot)]]);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8'));
}
