import { instanceRole, instanceSwitch } from './instanceRole';
import { Failure } from '../failures/failure';
import type { FileFault, Profile, SharedFile, SharedFiles } from './sharedFiles';
import { shellWords } from './shellWords';

/** Where credentials are to come from, as far as it is known without a request. */
export interface CredentialsQuestion {
  /** The profile that the user or `AWS_PROFILE` names; `undefined` for the SDK's default chain. */
  readonly profile: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly files: SharedFiles;
}

/** Returns why no source has given credentials; `said` is what the last source answered. */
export function nothingFound(question: CredentialsQuestion, said?: string): Failure {
  const { profile, env, files } = question;
  const name = profile ?? 'default';
  // A faulty file is a likelier reason than that there are no credentials.
  return (
    fileFault(files) ??
    new Failure(
      'no-credentials',
      name,
      [
        profile === undefined ? 'environment variables' : `profile “${name}”`,
        sharedFileText(files.credentials, name, files.profiles.get(name)),
        sharedFileText(files.config, name, files.profiles.get(name)),
        'single sign-on',
        'credential_process',
        'web identity',
        isInContainer(env) ? 'container role (no answer)' : 'container role',
        instanceText(env),
        ...(said === undefined ? [] : [said]),
      ].join(', '),
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
export function missingProfile(name: string, files: SharedFiles, why?: string): Failure {
  const places = similarSection(name, files) ?? `looked in ${readPaths(files)}`;
  const cause = why === undefined ? places : `${why}; ${places}`;
  return fileFault(files) ?? new Failure('profile-not-found', name, cause);
}

/** Returns where the files have a section that somebody may take for this profile. */
function similarSection(name: string, { credentials, config }: SharedFiles): string | undefined {
  const isMeant = (section: string): boolean =>
    (shellWords(section)?.at(-1) ?? section).toLowerCase() === name.toLowerCase();
  for (const file of [config, credentials]) {
    const found =
      file.kind === 'read' ? file.sections.find(section => isMeant(section.name)) : undefined;
    if (found === undefined) continue;
    const wanted = file === config && name !== 'default' ? `profile ${name}` : name;
    return `line ${String(found.line)} of ${file.path} has “[${found.name}]”, and would have to be “[${wanted}]”`;
  }
  return undefined;
}

/** Returns which lines of which files a profile stands in. */
export function placeOf(name: string, { credentials, config }: SharedFiles): string {
  const places = [credentials, config].flatMap(file => {
    if (file.kind !== 'read') return [];
    const found = file.sections.find(({ profile }) => profile === name);
    return found === undefined ? [] : [`${file.path}:${String(found.line)}`];
  });
  return places.join(' and ');
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

function readPaths({ credentials, config }: SharedFiles): string {
  return `${credentials.path} and ${config.path}`;
}

function sharedFileText(file: SharedFile, name: string, found: Profile | undefined): string {
  if (file.kind === 'missing') return `${file.path} (does not exist)`;
  return found === undefined
    ? `${file.path} (no profile “${name}”)`
    : `${file.path} (no keys in the profile “${name}”)`;
}

export function isInContainer(env: NodeJS.ProcessEnv): boolean {
  return (
    isSet(env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']) ||
    isSet(env['AWS_CONTAINER_CREDENTIALS_FULL_URI'])
  );
}

function instanceText(env: NodeJS.ProcessEnv): string {
  const role = instanceRole(env);
  if (role.kind === 'possible') return 'instance role (no answer)';
  return role.why === 'switched-off'
    ? `instance role (switched off by ${instanceSwitch})`
    : 'instance role (this machine is not on EC2)';
}
