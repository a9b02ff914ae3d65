import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

import { repositoryRoot } from '../../../dev/repositoryRoot';

/** A file below `src`; paths are relative to it, with `/`, and without `.ts`. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  /** Its own files by such a path, packages by their names. Types and runtime alike. */
  readonly imports: readonly string[];
}

const sources = join(repositoryRoot, 'src');

/** Reads all of `src`, sorted by path. */
export function readSourceFiles(): readonly SourceFile[] {
  return globSync('**/*.ts', { cwd: sources })
    .map(name => {
      const file = join(sources, name);
      const text = readFileSync(file, 'utf8');
      const path = asPath(file).replace(/\.ts$/, '');
      return { path, lines: text.split('\n').length - 1, imports: importsOf(file, text) };
    })
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Every way in which a file names another module. */
function importsOf(file: string, text: string): readonly string[] {
  const found = new Set<string>();
  const add = (specifier: ts.Node | undefined) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const isOwn = specifier.text.startsWith('.');
    found.add(isOwn ? asPath(resolve(dirname(file), specifier.text)) : specifier.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal);
    } else if (ts.isExternalModuleReference(node)) {
      add(node.expression);
    } else if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(node.expression) && node.expression.text === 'require'))
    ) {
      add(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return [...found];
}

function asPath(file: string): string {
  return relative(sources, file).replaceAll(sep, '/');
}

/**
 * The files that reach themselves by their imports, in groups of those that reach one another
 * (strongly connected components, by Tarjan's algorithm), each sorted.
 */
export function circlesAmong(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const importsByPath = new Map(files.map(({ path, imports }) => [path, imports]));
  const order = new Map<string, number>();
  const stack: string[] = [];
  const circles: (readonly string[])[] = [];
  const visit = (path: string): number => {
    const index = order.size;
    order.set(path, index);
    stack.push(path);
    let low = index;
    for (const next of importsByPath.get(path) ?? []) {
      if (!importsByPath.has(next)) continue;
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === index) {
      const members = stack.splice(stack.indexOf(path));
      const isOwnCircle = importsByPath.get(path)?.includes(path) === true;
      if (members.length > 1 || isOwnCircle) circles.push(members.sort());
    }
    return low;
  };
  for (const { path } of files) if (!order.has(path)) visit(path);
  return circles.sort((one, other) => (one.join() < other.join() ? -1 : 1));
}
