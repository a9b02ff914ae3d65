import { Failure } from '../failures/failure';
import type { Profile, SharedFile, SharedFiles } from './sharedFiles';

/** Where credentials are to come from, as far as it is known without a request. */
export interface CredentialsQuestion {
  /** The profile that the user or `AWS_PROFILE` names; `undefined` for the SDK's default chain. */
  readonly profile: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly files: SharedFiles;
}

/**
 * Returns what is certainly wrong before any request: a profile that does not exist, or half a key
 * pair. It must be found here: the SDK's chain would skip it and might use another identity's
 * credentials.
 */
export function certainFault(question: CredentialsQuestion): Failure | undefined {
  const { profile, env, files } = question;
  if (profile === undefined) {
    const half = halfPair(env, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY');
    if (half !== undefined) {
      const cause = `the environment variable ${half.present} is set, ${half.missing} is not`;
      return new Failure('credentials-incomplete', half.missing, cause);
    }
    if (hasEnvironmentKeys(env)) return undefined;
  }
  const name = profile ?? 'default';
  const found = files.profiles.get(name);
  if (found === undefined) return profile === undefined ? undefined : missingProfile(name, files);
  const half = halfPair(found, 'aws_access_key_id', 'aws_secret_access_key');
  if (half !== undefined) {
    const cause = `the profile “${name}” has ${half.present} and no ${half.missing}, in ${readPaths(files)}`;
    return new Failure('credentials-incomplete', name, cause);
  }
  const source = found['role_arn'] === undefined ? undefined : found['source_profile'];
  if (source !== undefined && !files.profiles.has(source)) {
    return missingProfile(source, files, `it is the source_profile of “${name}”`);
  }
  return undefined;
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

/** Returns what is wrong with a shared file that exists, or `undefined`. */
export function fileFault({ credentials, config }: SharedFiles): Failure | undefined {
  for (const file of [credentials, config]) {
    if (file.kind === 'unreadable') {
      return new Failure('credentials-unreadable', file.path, file.error);
    }
    if (file.kind === 'read' && file.faultyLine !== undefined) {
      const line = String(file.faultyLine);
      return new Failure('credentials-malformed', `${file.path}:${line}`, `line ${line}`);
    }
  }
  return undefined;
}

function missingProfile(name: string, files: SharedFiles, why?: string): Failure {
  const places = `looked in ${files.credentials.path} and ${files.config.path}`;
  const cause = why === undefined ? places : `${why}; ${places}`;
  return fileFault(files) ?? new Failure('profile-not-found', name, cause);
}

function halfPair(
  values: Readonly<Record<string, string | undefined>>,
  id: string,
  secret: string,
): { readonly present: string; readonly missing: string } | undefined {
  if (isSet(values[id]) === isSet(values[secret])) return undefined;
  return isSet(values[id]) ? { present: id, missing: secret } : { present: secret, missing: id };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

function readPaths({ credentials, config }: SharedFiles): string {
  const read = [credentials, config].filter(file => file.kind === 'read');
  return read.map(file => file.path).join(' and ');
}

function sharedFileText(file: SharedFile, name: string, found: Profile | undefined): string {
  if (file.kind === 'missing') return `${file.path} (does not exist)`;
  return found === undefined
    ? `${file.path} (no profile “${name}”)`
    : `${file.path} (no keys in the profile “${name}”)`;
}

function isInContainer(env: NodeJS.ProcessEnv): boolean {
  return (
    isSet(env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']) ||
    isSet(env['AWS_CONTAINER_CREDENTIALS_FULL_URI'])
  );
}

function instanceText(env: NodeJS.ProcessEnv): string {
  const disabled = env['AWS_EC2_METADATA_DISABLED'];
  return isSet(disabled) && disabled !== 'false'
    ? 'instance role (switched off by AWS_EC2_METADATA_DISABLED)'
    : 'instance role';
}
