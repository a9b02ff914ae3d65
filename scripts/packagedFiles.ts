/** A file of a package, by its path below the extension's folder. */
export interface PackagedFile {
  readonly path: string;
  /** In bytes, unpacked. */
  readonly size: number;
}

/** The files of a VSIX, read from the directory at the end of the archive (PKZIP APPNOTE, 4.3.12). */
export function packagedFiles(archive: Buffer): readonly PackagedFile[] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1) throw new Error('This is no zip archive: it has no directory.');
  const files: PackagedFile[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map(offset => archive.readUInt16LE(at + offset));
    const path = archive.toString('utf8', at + 46, at + 46 + (name ?? 0));
    if (path.startsWith(folder)) {
      files.push({ path: path.slice(folder.length), size: archive.readUInt32LE(at + 24) });
    }
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

const folder = 'extension/';

/** What keeps a package of that many bytes, with these files, from being published. */
export function packageFaults(bytes: number, files: readonly PackagedFile[]): readonly string[] {
  const paths = files.map(({ path }) => path);
  return [
    ...(bytes > maxPackageBytes ? [`it has ${String(bytes)} bytes, over 500 kB`] : []),
    ...paths.filter(path => path.endsWith('.map')).map(path => `${path} is a source map`),
    ...paths
      .filter(path => !needed.includes(path) && !allowed.some(pattern => pattern.test(path)))
      .map(path => `${path} is not one of the files that users need`),
    ...needed.filter(path => !paths.includes(path)).map(path => `${path} is missing`),
  ];
}

export const maxPackageBytes = 500_000;

/** As vsce names them. */
const needed = [
  'package.json',
  'package.nls.json',
  'readme.md',
  'changelog.md',
  'LICENSE.txt',
  'THIRD-PARTY-NOTICES.txt',
  'dist/extension.js',
  'dist/engine.js',
  'dist/hashingThread.js',
  'dist/jsonrpc.js',
  'dist/overview.js',
  'dist/overview.css',
  'media/icon.png',
  'media/s3-backup.svg',
];

const allowed = [
  /^package\.nls\.[\w-]+\.json$/,
  /^l10n\/bundle\.l10n\.[\w-]+\.json$/,
  /^media\/.+\.(svg|png|md)$/,
  /^docs\/.+\.md$/,
  /^dist\/.+\.(js|css)$/,
];
