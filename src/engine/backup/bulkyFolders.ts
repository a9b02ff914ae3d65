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
 * Returns folders that, by their names, can be built or fetched again, and that are large enough to
 * be mentioned; the largest first. Folders within such a folder are not returned.
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
    .filter(({ files: count, bytes }) => count >= minFiles || bytes >= minBytes)
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, maxFolders);
}

function outermost(path: FilePath): Pick<BulkyFolder, 'path' | 'kind'> | undefined {
  const names = path.split('/');
  for (let depth = 0; depth < names.length - 1; depth++) {
    const kind = kinds.get(names[depth]?.toLowerCase() ?? '');
    if (kind !== undefined) return { path: names.slice(0, depth + 1).join('/') as FilePath, kind };
  }
  return undefined;
}

const maxFolders = 10;
const minFiles = 100;
const minBytes = 1 << 20;

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
