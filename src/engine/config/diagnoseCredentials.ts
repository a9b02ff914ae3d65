import { instanceRole, instanceSwitch } from './instanceRole';
import { Failure } from '../failures/failure';
import { found, foundAll, type Found } from '../failures/found';
import type { FileFault, Profile, SharedFile, SharedFiles } from './sharedFiles';
import { shellWords } from './shellWords';

/** Where credentials are to come from, as far as it is known without a request. */
export interface CredentialsQuestion {
  /** The profile that the user or the environment names; `undefined` for the SDK's default chain. */
  readonly profile: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly files: SharedFiles;
}

/** Returns why no source has given credentials; `said` is what the last source answered. */
export function nothingFound(question: CredentialsQuestion, said?: string | Found): Failure {
  const { profile, env, files } = question;
  const name = profile ?? 'default';
  // A faulty file is a likelier reason than that there are no credentials.
  return (
    fileFault(files) ??
    new Failure(
      'no-credentials',
      name,
      foundAll(
        [
          profile === undefined ? found`environment variables` : found`profile “${name}”`,
          sharedFileText(files.credentials, name, files.profiles.get(name)),
          sharedFileText(files.config, name, files.profiles.get(name)),
          found`single sign-on`,
          'credential_process',
          found`web identity`,
          isInContainer(env) ? found`container role (no answer)` : found`container role`,
          instanceText(env),
          ...(said === undefined ? [] : [said]),
        ],
        ', ',
      ),
    )
  );
}

export function hasEnvironmentKeys(env: NodeJS.ProcessEnv): boolean {
  return isSet(env['AWS_ACCESS_KEY_ID']) && isSet(env['AWS_SECRET_ACCESS_KEY']);
}

/**
 * Returns what is wrong with a shared file that exists, or `undefined`: it cannot be read, or one of
 * its lines cannot be meant, of which `counts` chooses.
 */
export function fileFault(
  { credentials, config }: SharedFiles,
  counts: (fault: FileFault) => boolean = () => true,
): Failure | undefined {
  for (const file of [credentials, config]) {
    if (file.kind === 'unreadable') {
      return new Failure('credentials-unreadable', file.path, file.error);
    }
    const fault = file.kind === 'read' ? file.faults.find(counts) : undefined;
    if (fault !== undefined) {
      return new Failure('credentials-malformed', `${file.path}:${String(fault.line)}`, fault.why);
    }
  }
  return undefined;
}

/** A profile that the files do not have; `why` says who asks for it. */
export function missingProfile(name: string, files: SharedFiles, why?: Found): Failure {
  const places = similarSection(name, files) ?? readPaths(files);
  const cause = why === undefined ? places : foundAll([why, places], '; ');
  return fileFault(files) ?? new Failure('profile-not-found', name, cause);
}

/** Returns where the files have a section that somebody may take for this profile. */
function similarSection(name: string, { credentials, config }: SharedFiles): Found | undefined {
  const isMeant = (section: string): boolean =>
    (shellWords(section)?.at(-1) ?? section).toLowerCase() === name.toLowerCase();
  for (const file of [config, credentials]) {
    const section =
      file.kind === 'read' ? file.sections.find(section => isMeant(section.name)) : undefined;
    if (section === undefined) continue;
    const wanted = file === config && name !== 'default' ? `profile ${name}` : name;
    return found`line ${String(section.line)} of ${file.path} has “[${section.name}]”, and would have to be “[${wanted}]”`;
  }
  return undefined;
}

/** Returns which lines of which files a profile stands in. */
export function placeOf(name: string, { credentials, config }: SharedFiles): string | Found {
  const places = [credentials, config].flatMap(file => {
    if (file.kind !== 'read') return [];
    const section = file.sections.find(({ profile }) => profile === name);
    return section === undefined ? [] : [`${file.path}:${String(section.line)}`];
  });
  const [first = '', second] = places;
  return second === undefined ? first : found`${first} and ${second}`;
}

export function halfPair(
  values: Readonly<Record<string, string | undefined>>,
  id: string,
  secret: string,
): { readonly present: string; readonly missing: string } | undefined {
  if (isSet(values[id]) === isSet(values[secret])) return undefined;
  return isSet(values[id]) ? { present: id, missing: secret } : { present: secret, missing: id };
}

export function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function readPaths({ credentials, config }: SharedFiles): Found {
  return found`looked in ${credentials.path} and ${config.path}`;
}

function sharedFileText(file: SharedFile, name: string, profile: Profile | undefined): Found {
  if (file.kind === 'missing') return found`${file.path} (does not exist)`;
  return profile === undefined
    ? found`${file.path} (no profile “${name}”)`
    : found`${file.path} (no keys in the profile “${name}”)`;
}

export function isInContainer(env: NodeJS.ProcessEnv): boolean {
  return (
    isSet(env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']) ||
    isSet(env['AWS_CONTAINER_CREDENTIALS_FULL_URI'])
  );
}

function instanceText(env: NodeJS.ProcessEnv): Found {
  const role = instanceRole(env);
  if (role.kind === 'possible') return found`instance role (no answer)`;
  return role.why === 'switched-off'
    ? found`instance role (switched off by ${instanceSwitch})`
    : found`instance role (this machine is not on EC2)`;
}
