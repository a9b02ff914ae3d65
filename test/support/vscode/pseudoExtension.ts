import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { repositoryRoot } from '../../../dev/repositoryRoot';
import { readBundle, sentencesOfSources, type Bundle } from '../../../scripts/sentences';

/** A language that nobody speaks, by the name that VS Code has for such. */
export const pseudoLanguage = 'qps-ploc';

/** Copies the built extension, and teaches it a language in which each sentence stands in brackets. */
export async function makePseudoExtension(folder: string): Promise<void> {
  const l10n = join(folder, 'l10n');
  await mkdir(l10n, { recursive: true });
  for (const part of ['package.json', 'package.nls.json', 'dist', 'media']) {
    await cp(join(repositoryRoot, part), join(folder, part), { recursive: true });
  }
  const manifest = await readBundle(join(folder, 'package.nls.json'));
  const sentences = await sentencesOfSources(l10n);
  await write(join(folder, `package.nls.${pseudoLanguage}.json`), inBrackets(manifest));
  await write(join(l10n, `bundle.l10n.${pseudoLanguage}.json`), inBrackets(sentences));
}

function inBrackets(bundle: Bundle): Bundle {
  return Object.fromEntries(Object.entries(bundle).map(([key, text]) => [key, pseudo(text)]));
}

/** As the pseudo-language says it. */
export function pseudo(sentence: string): string {
  return `⟦${sentence}⟧`;
}

/** What of a text is in no brackets and has letters; names of files and numbers are none of ours. */
export function untranslated(text: string, names: readonly string[]): string {
  let rest = text;
  for (const name of names) rest = rest.replaceAll(name, '');
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replaceAll(/⟦[^⟦⟧]*⟧/g, '');
  }
  return /\p{L}{2}/u.test(rest) ? rest.trim() : '';
}

async function write(file: string, bundle: Bundle): Promise<void> {
  await writeFile(file, JSON.stringify(bundle));
}
