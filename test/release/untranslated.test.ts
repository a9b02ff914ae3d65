import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import { repositoryRoot } from '../../dev/repositoryRoot';

/** What has words and yet is for no user's eyes, and why. */
const forNobody: Readonly<Record<string, string>> = {
  'Not backed up': 'begins a line of the log',
  'Not freed': 'begins a line of the log',
  'Not restored': 'begins a line of the log',
  Failed: 'the name of a class',
  Allow: 'a word of policies',
  'exit code ': 'a cause, which is for the log',
  'nobody confirmed the code in time': 'a cause of the engine, known by its words',
  'the sign-in was declined': 'a cause of the engine, known by its words',
  ' not compared': 'part of the id of a row',
  ' unbound': 'part of the id of a row',
};

describe('The sources', () => {
  it('say nothing to a user but by `l10n.t`', () => {
    const found = globSync('src/{editor/**/*.ts,extension.ts}', { cwd: repositoryRoot })
      .flatMap(file => untranslated(file, readFileSync(join(repositoryRoot, file), 'utf8')))
      .filter(({ text }) => forNobody[text] === undefined)
      .map(({ file, text }) => `${file}: ${text}`);
    assert.deepEqual(found, []);
  });

  it('are found out where they do', () => {
    const source = `
      const one = 'Two words';
      const two = { title: 'Cancel' };
      const three = \`Took \${n} seconds\`;
      const four = l10n.t('These are translated', { in: 'these are not' });
      const five = \`<p class="\${n}">Shown on a page</p>\`;
      throw new Error('For the log alone');
    `;
    assert.deepEqual(
      untranslated('a.ts', source).map(({ text }) => text),
      ['Two words', 'Cancel', 'Took ', ' seconds', 'these are not', '">Shown on a page</p>'],
    );
  });
});

/** The strings of a source file that look like words of a language and that nobody translates. */
function untranslated(
  file: string,
  text: string,
): readonly { readonly file: string; readonly text: string }[] {
  const found: { file: string; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (isForTheLog(node) || ts.isImportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    if (ts.isCallExpression(node) && node.expression.getText() === 'l10n.t') {
      for (const value of node.arguments.slice(1)) visit(value);
      return;
    }
    if (ts.isStringLiteralLike(node) || isPartOfTemplate(node)) {
      if (looksLikeWords(node.text)) found.push({ file, text: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function isPartOfTemplate(
  node: ts.Node,
): node is ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail {
  return ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
}

/** Errors are for the log, and so is a failure's cause: its code has the sentence for the user. */
function isForTheLog(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText().endsWith('Error');
  if (!ts.isCallExpression(node)) return false;
  return /(^|[.#])log\.(error|warn|info|debug|trace)$|^Failed\.of$/.test(node.expression.getText());
}

function looksLikeWords(source: string): boolean {
  // Tags, and the halves of tags between which a value stands, are no words.
  const text = source.replace(/^">/, '').replace(/<[^<>]*(>|$)/g, '');
  const isSeveral = /\p{Ll}{2}['’”]?,? \p{L}{2}/u.test(text) && !/^(\$\(|#)/.test(text);
  const isOneAlone = /^\p{Lu}\p{Ll}+[….]?$/u.test(text);
  const isBesideValue = /^\p{Ll}{2,} $|^\p{Lu}\p{Ll}+:? $|^ \p{Ll}{2,}[.]?$/u.test(text);
  return isSeveral || isOneAlone || isBesideValue;
}
