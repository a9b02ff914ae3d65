import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { repositoryRoot } from '../../../dev/repositoryRoot';

/** Sentences by the keys under which VS Code looks them up. */
export type Bundle = Readonly<Record<string, string>>;

/** Every sentence that the sources pass to `l10n.t`, taken from them; the folder is for a while. */
export async function sentencesOfSources(folder: string): Promise<Bundle> {
  // What it is called with in `npm run l10n`; it has no types that would compile here.
  const program = require.resolve('@vscode/l10n-dev/dist/cli.js');
  await promisify(execFile)(
    process.execPath,
    [program, 'export', '--outDir', folder, join(repositoryRoot, 'src')],
    { cwd: repositoryRoot },
  );
  return await readBundle(join(folder, 'bundle.l10n.json'));
}

/** A bundle's sentences; some have comments for translators beside them. */
export async function readBundle(file: string): Promise<Bundle> {
  const entries = JSON.parse(await readFile(file, 'utf8')) as Readonly<
    Record<string, string | { readonly message: string | readonly string[] }>
  >;
  return Object.fromEntries(
    Object.entries(entries).map(([key, entry]) => {
      const message = typeof entry === 'string' ? entry : entry.message;
      return [key, typeof message === 'string' ? message : message.join('')];
    }),
  );
}

/** What a translation must leave as it is: values, icons, commands, settings and code. */
function placeholders(sentence: string): readonly string[] {
  const found = sentence.match(
    /\{\w+\}|\$\([\w-]+\)|\]\((?:command:|https?:)[^)]+\)|#s3Backup\.[\w.]+#|`[^`]+`/g,
  );
  return (found ?? []).sort();
}

/** What a translation lacks, has too much, or has lost of its placeholders. */
export function translationFaults(original: Bundle, translation: Bundle): readonly string[] {
  const faults: string[] = [];
  for (const [key, sentence] of Object.entries(translation)) {
    const source = original[key];
    if (source === undefined) faults.push(`is not used any more: ${key}`);
    else if (placeholders(source).join() !== placeholders(sentence).join()) {
      faults.push(`has other placeholders: ${key}`);
    }
  }
  // A language that nobody has begun yet speaks English.
  if (Object.keys(translation).length === 0) return faults;
  const missing = Object.keys(original).filter(key => translation[key] === undefined);
  return [...faults, ...missing.map(key => `is missing: ${key}`)];
}
