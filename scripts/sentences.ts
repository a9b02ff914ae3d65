import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

import { repositoryRoot } from '../dev/repositoryRoot';
import { templateOf } from '../src/engine/failures/found';

/** Sentences by the keys under which VS Code looks them up. */
export type Bundle = Readonly<Record<string, string>>;

/**
 * Returns every sentence that a user may meet: what the sources pass to `l10n.t`, and the causes that
 * the engine words by `found`. The bundle is written into the folder on the way.
 */
export async function sentencesOfSources(folder: string): Promise<Bundle> {
  // It has no types that would compile here.
  const program = require.resolve('@vscode/l10n-dev/dist/cli.js');
  await promisify(execFile)(
    process.execPath,
    [program, 'export', '--outDir', folder, join(repositoryRoot, 'src')],
    { cwd: repositoryRoot },
  );
  const said = await readBundle(join(folder, 'bundle.l10n.json'));
  return { ...said, ...Object.fromEntries(foundInSources().map(text => [text, text])) };
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

function foundInSources(): readonly string[] {
  return globSync('src/engine/**/*.ts', { cwd: repositoryRoot }).flatMap(file =>
    foundTemplates(readFileSync(join(repositoryRoot, file), 'utf8')),
  );
}

/** The templates that a source file tags with `found`, as `Found` makes them. */
export function foundTemplates(source: string): readonly string[] {
  const templates: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'found') {
      const { template } = node;
      templates.push(
        ts.isNoSubstitutionTemplateLiteral(template)
          ? template.text
          : templateOf([
              template.head.text,
              ...template.templateSpans.map(({ literal }) => literal.text),
            ]),
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return templates;
}
