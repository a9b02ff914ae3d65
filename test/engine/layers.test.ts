import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

import { repositoryRoot } from '../../dev/repositoryRoot';

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isTypeOnly: boolean;
}

const sources = join(repositoryRoot, 'src');

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  return (
    clause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every(element => element.isTypeOnly)
  );
}

/** Every way in which a file names another module. */
function importsOf(file: string): readonly Import[] {
  const from = relative(sources, file).replaceAll(sep, '/').replace(/\.ts$/, '');
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const to = specifier.text.startsWith('.')
      ? relative(sources, resolve(dirname(file), specifier.text)).replaceAll(sep, '/')
      : specifier.text;
    found.push({ from, to, isTypeOnly: typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, isTypeOnly(node));
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    } else if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(node.expression) && node.expression.text === 'require'))
    ) {
      add(node.arguments[0], false);
    } else if (ts.isExternalModuleReference(node)) {
      add(node.expression, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const imports = globSync('**/*.ts', { cwd: sources }).flatMap(file =>
  importsOf(join(sources, file)),
);

function shown({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

describe('The walls between the parts', () => {
  it('are looked at', () => {
    assert.ok(
      imports.some(
        ({ from, to }) => from === 'engine/backup/backUps' && to === 'engine/backup/plan',
      ),
    );
    assert.ok(
      imports.some(
        ({ from, to }) => from === 'engine/s3/openConnection' && to === '@aws-sdk/client-s3',
      ),
    );
    assert.ok(imports.some(({ to, isTypeOnly: typeOnly }) => to === 'protocol/plans' && typeOnly));
  });

  it('keep the editor out of the engine, its types too', () => {
    const crossing = imports.filter(
      ({ from, to }) =>
        from.startsWith('engine/') &&
        (to === 'vscode' || to.startsWith('editor/') || to === 'extension'),
    );
    assert.deepEqual(crossing.map(shown), []);
  });

  it('keep the engine out of the editor', () => {
    const crossing = imports.filter(
      ({ from, to }) => !from.startsWith('engine/') && to.startsWith('engine/'),
    );
    assert.deepEqual(crossing.map(shown), []);
  });

  it('let nothing but the protocol be imported by both', () => {
    const own = (path: string) => existsSync(join(sources, `${path}.ts`));
    const targets = (ofEngine: boolean) =>
      imports
        .filter(({ from, to }) => from.startsWith('engine/') === ofEngine && own(to))
        .map(({ to }) => to);
    const ofOthers = new Set(targets(false));
    const shared = new Set(targets(true).filter(to => ofOthers.has(to)));
    assert.deepEqual(
      [...shared].filter(file => !file.startsWith('protocol/')),
      [],
    );
    const ofProtocol = imports.filter(({ from }) => from.startsWith('protocol/'));
    assert.ok(
      ofProtocol.every(({ to }) => to.startsWith('protocol/')),
      ofProtocol.map(shown).join(),
    );
  });

  it('keep the SDK where the store is talked to', () => {
    const crossing = imports.filter(
      ({ from, to }) =>
        /^@(aws-sdk|smithy|aws-crypto)\//.test(to) && !from.startsWith('engine/s3/'),
    );
    assert.deepEqual(crossing.map(shown), []);
  });

  it('leave no circle among the engine’s files', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to, isTypeOnly: typeOnly } of imports) {
      if (!from.startsWith('engine/') || !to.startsWith('engine/') || typeOnly) continue;
      edges.set(from, [...(edges.get(from) ?? []), to]);
    }
    const circles: string[] = [];
    const finished = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      if (finished.has(file)) return;
      for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
      finished.add(file);
    };
    for (const file of edges.keys()) walk(file, []);
    assert.deepEqual(circles, []);
  });
});
