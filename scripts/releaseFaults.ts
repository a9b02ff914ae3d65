/** What of the manifest a release goes by. */
export interface ReleaseManifest {
  readonly version: string;
  readonly repository: string;
  readonly bugs: string;
  readonly homepage: string;
}

/** What keeps this version from being published under that tag. */
export function releaseFaults(
  manifest: ReleaseManifest,
  changelog: string,
  tag: string,
): readonly string[] {
  const { version } = manifest;
  const sections = changelog.split(/^## /m).slice(1);
  const told = sections.some(section => section.startsWith(`${version}\n`));
  const unreleased = sections.find(section => section.startsWith('Unreleased\n'));
  return [
    ...addresses
      .filter(name => !manifest[name].startsWith('https://'))
      .map(name => `package.json has no \`${name}\``),
    ...(tag === `v${version}` ? [] : [`the tag is ${tag}, and the version ${version}`]),
    ...(told ? [] : [`CHANGELOG.md has no section for ${version}`]),
    ...(/^- /m.test(unreleased ?? '') ? ['CHANGELOG.md tells of what is not released'] : []),
  ];
}

const addresses = ['repository', 'bugs', 'homepage'] as const;
