import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Metafile } from 'esbuild';

/** A package of which something is in the bundles. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The text of its license and of its notice, where it has them. */
  readonly text: string | undefined;
}

/** The licenses of everything in the bundles that is not ours, as a text to pack with them. */
export function thirdPartyNotices(metafile: Metafile, root: string): string {
  const packages = bundledFolders(metafile).map(folder => readPackage(join(root, folder)));
  const namesByText = new Map<string, string[]>();
  for (const each of packages) {
    const text = each.text ?? textOfKin(each, packages);
    const names = namesByText.get(text) ?? [];
    namesByText.set(text, [...names, `${each.name} ${each.version} (${each.license})`]);
  }
  const sections = [...namesByText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  return [introduction, ...sections].join(`\n${'='.repeat(80)}\n\n`);
}

const introduction = `Third-party notices

S3 Backup contains software of others, under the licenses below.
`;

/** The folders of the packages that gave the bundles at least a byte, sorted by name. */
function bundledFolders(metafile: Metafile): readonly string[] {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? [];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  const name = (folder: string) => folder.slice(folder.lastIndexOf('node_modules/'));
  return [...folders].sort((one, other) => (name(one) < name(other) ? -1 : 1));
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Omit<BundledPackage, 'text'>;
  const texts = readdirSync(folder)
    .filter(file => /^(licen[cs]e|notice)/i.test(file))
    .sort()
    .map(file => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return { name, version, license, text: texts.length === 0 ? undefined : texts.join('\n\n') };
}

/** Some of the SDK's packages have no text; then one of the same scope and license has it. */
function textOfKin(one: BundledPackage, packages: readonly BundledPackage[]): string {
  const [scope] = one.name.split('/');
  const kin = packages.find(
    ({ name, license, text }) =>
      text !== undefined && license === one.license && name.startsWith(`${String(scope)}/`),
  );
  if (kin?.text === undefined) throw new Error(`${one.name} has no license text to pack.`);
  return kin.text;
}
