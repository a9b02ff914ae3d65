import { Failure } from '../failures/failure';
import type { Profile, SharedFile, SharedFiles } from './sharedFiles';

/** Where credentials are to come from, as far as it can be known without asking anybody. */
export interface CredentialsQuestion {
  /** The profile that the user or `AWS_PROFILE` named; `undefined` leaves it to AWS's own order. */
  readonly profile: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly files: SharedFiles;
}

/**
 * What is certainly wrong before anybody is asked: a profile that is nowhere, or half a key pair.
 * Found now, because the chain would pass over it and might end with somebody else's credentials.
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

/** Why nothing was found at all, once every source has been asked; `said` is what the last one said. */
export function nothingFound(question: CredentialsQuestion, said?: string): Failure {
  const { profile, env, files } = question;
  const name = profile ?? 'default';
  // A file that cannot be used is the likelier reason than that there is nothing to use.
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

/** A shared file that is there and cannot be used. */
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
  const looked = `looked in ${files.credentials.path} and ${files.config.path}`;
  const cause = why === undefined ? looked : `${why}; ${looked}`;
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
