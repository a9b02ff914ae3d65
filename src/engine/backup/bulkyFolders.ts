import type { FilePath } from '../../protocol/folders';
import type { BulkyFolder } from '../../protocol/plans';

/** A file that is to be backed up. */
export interface SizedFile {
  /** The workspace folder. */
  readonly folder: string;
  readonly path: FilePath;
  readonly bytes: number;
}

/**
 * Folders that look, by their names, like something that can be made or fetched again, and that
 * weigh enough to be mentioned; the largest first. Within such a folder none is looked for.
 */
export function bulkyFolders(files: Iterable<SizedFile>): readonly BulkyFolder[] {
  const found = new Map<string, BulkyFolder>();
  for (const { folder, path, bytes } of files) {
    const bulky = outermost(path);
    if (bulky === undefined) continue;
    const id = `${folder}\n${bulky.path}`;
    const before = found.get(id);
    found.set(id, {
      folder,
      ...bulky,
      files: (before?.files ?? 0) + 1,
      bytes: (before?.bytes ?? 0) + bytes,
    });
  }
  return [...found.values()]
    .filter(({ files: count, bytes }) => count >= manyFiles || bytes >= manyBytes)
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, most);
}

function outermost(path: FilePath): Pick<BulkyFolder, 'path' | 'kind'> | undefined {
  const names = path.split('/');
  for (let depth = 0; depth < names.length - 1; depth++) {
    const kind = kinds.get(names[depth]?.toLowerCase() ?? '');
    if (kind !== undefined) return { path: names.slice(0, depth + 1).join('/') as FilePath, kind };
  }
  return undefined;
}

const most = 10;
const manyFiles = 100;
const manyBytes = 1 << 20;

const buildOutput = [
  '__pycache__',
  '_build',
  '.angular',
  '.cache',
  '.dart_tool',
  '.gradle',
  '.mypy_cache',
  '.next',
  '.nuxt',
  '.nyc_output',
  '.output',
  '.parcel-cache',
  '.pytest_cache',
  '.ruff_cache',
  '.svelte-kit',
  '.terraform',
  '.tox',
  '.turbo',
  '.vite',
  'build',
  'cmake-build-debug',
  'cmake-build-release',
  'coverage',
  'deriveddata',
  'dist',
  'obj',
  'out',
  'target',
];

const dependencies = [
  '.bundle',
  '.pnpm-store',
  '.venv',
  '.yarn',
  'bower_components',
  'carthage',
  'elm-stuff',
  'jspm_packages',
  'node_modules',
  'pods',
  'site-packages',
  'vendor',
  'venv',
  'virtualenv',
];

const kinds: ReadonlyMap<string, BulkyFolder['kind']> = new Map([
  ...buildOutput.map(name => [name, 'build-output'] as const),
  ...dependencies.map(name => [name, 'dependencies'] as const),
]);
