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

/** The causes of the engine that no sentence of the editor repeats, and why. */
const untold: Readonly<Record<string, string>> = {
  'the store gave another number of bytes than it listed': 'of not-as-stored',
  'another checksum': 'of not-as-stored',
  'the body is too long': 'of not-as-stored',
  'the store answered ETag ': 'of not-verified',
  'the body trickles': 'of timed-out',
  'a folder above it is a link': 'of not-a-file',
  'another disk or folder has taken its place': 'of file-vanished',
  'A bucket’s name has no slash and is no ARN.': 'of invalid-bucket-name',
  'Could not load credentials from any providers': 'the SDK’s words, known by them',
  'no identity with status ': 'nobody is told who the credentials belong to',
  'is not valid JSON': 'looked for in the words of an error, not said',
  ', file descriptor ': 'of only-open: where the bytes are, as the system names it',
  'EBADF: it is closed': 'as the system says it of a closed file',
  'The request was aborted.': 'cancelled',
  ' is no staged file.': 'cannot happen',
  'Nobody here can sign requests to ': 'cannot happen',
  'Nothing was downloaded.': 'cannot happen',
  'There is no group ': 'cannot happen',
  'The thread that hashes has failed.': 'a fault of ours, for those who mend it',
  'The thread that hashes has ended.': 'a fault of ours, for those who mend it',
  'The thread that hashes is no longer needed.': 'nobody waits for it any more',
};

describe('The engine', () => {
  it('words no cause that a user is told but by `found`', () => {
    const texts = globSync('src/engine/**/*.ts', { cwd: repositoryRoot })
      .flatMap(file => causesOutright(readFileSync(join(repositoryRoot, file), 'utf8')))
      .filter(text => untold[text] === undefined);
    assert.deepEqual(texts, []);
  });

  it('is found out where it does', () => {
    const source = `
      throw new Failure('disk-full', path, 'one in English');
      const cause = \`two words of \${name}\`;
      throw new Failure('disk-full', path, isTwo ? cause : new Error('three in English', { cause }));
      const other = found\`these are \${isOne ? 'four in English' : ''} translated\`;
      throw new Failure('disk-full', path, other);
      function why(isFive) { if (isFive) return 'five in English'; return found\`translated too\`; }
      throw new Failure('disk-full', path, why(isFive));
      const line = 'for the log alone';
    `;
    assert.deepEqual(causesOutright(source), [
      'one in English',
      'two words of ',
      'three in English',
      'four in English',
      'five in English',
    ]);
  });
});

/** The strings of several words that a source file gives to failures and errors as they are. */
function causesOutright(source: string): readonly string[] {
  const texts = new Set<string>();
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  walk(file, node => {
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return;
    constants.set(node.name.getText(), node.initializer);
  });
  const returned = new Map<string, ts.Expression[]>();
  walk(file, node => {
    if (!ts.isFunctionDeclaration(node) || node.name === undefined) return;
    const values: ts.Expression[] = [];
    walk(node, inner => {
      if (ts.isReturnStatement(inner) && inner.expression) values.push(inner.expression);
    });
    returned.set(node.name.text, values);
  });
  const take = (cause: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(cause)) {
      if (!ts.isTemplateExpression(cause.template)) return;
      for (const { expression } of cause.template.templateSpans) take(expression);
      return;
    }
    const constant = ts.isIdentifier(cause) ? constants.get(cause.text) : undefined;
    constants.delete(cause.getText());
    if (constant !== undefined) take(constant);
    if (ts.isCallExpression(cause)) {
      const values = returned.get(cause.expression.getText()) ?? [];
      returned.delete(cause.expression.getText());
      for (const value of values) take(value);
    }
    const isText = ts.isStringLiteralLike(cause) || isPartOfTemplate(cause);
    if (isText && hasSeveralWords(cause.text)) texts.add(cause.text);
    ts.forEachChild(cause, take);
  };
  walk(file, node => {
    if (!ts.isNewExpression(node)) return;
    const name = node.expression.getText();
    const [first, , third] = node.arguments ?? [];
    const cause = name === 'Failure' ? third : name === 'Error' ? first : undefined;
    if (cause !== undefined) take(cause);
  });
  return [...texts];
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, child => {
    walk(child, visit);
  });
}

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
  const isSeveral = hasSeveralWords(text) && !/^(\$\(|#)/.test(text);
  const isOneAlone = /^\p{Lu}\p{Ll}+[….]?$/u.test(text);
  const isBesideValue = /^\p{Ll}{2,} $|^\p{Lu}\p{Ll}+:? $|^ \p{Ll}{2,}[.]?$/u.test(text);
  return isSeveral || isOneAlone || isBesideValue;
}

function hasSeveralWords(text: string): boolean {
  return /\p{Ll}{2}['’”]?,? \p{L}{2}/u.test(text);
}
