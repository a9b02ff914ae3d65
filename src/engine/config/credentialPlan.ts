import { Failure } from '../failures/failure';
import { found, type Found } from '../failures/found';
import type { ProfileKind } from '../../protocol/credentials';
import {
  fileFault,
  halfPair,
  hasEnvironmentKeys,
  isSet,
  missingProfile,
  placeOf,
  type CredentialsQuestion,
} from './diagnoseCredentials';
import type { Profile, SharedFiles } from './sharedFiles';

/** Where credentials are to come from, as environment and shared files have it. */
export type CredentialPlan =
  | {
      readonly kind: 'keys';
      readonly identity: {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly sessionToken?: string;
      };
    }
  | { readonly kind: 'process'; readonly profile: string; readonly command: string }
  | RolePlan
  | WebIdentityPlan
  | SsoPlan
  | LoginPlan
  | { readonly kind: 'environment' | 'container' | 'instance' }
  /** The files name no source: what this machine has, in the order of the SDK's default chain. */
  | { readonly kind: 'machine' };

export interface RolePlan {
  readonly kind: 'role';
  readonly profile: string;
  readonly roleArn: string;
  readonly sessionName: string | undefined;
  readonly externalId: string | undefined;
  readonly mfaSerial: string | undefined;
  readonly durationSeconds: number | undefined;
  readonly region: string | undefined;
  readonly source: CredentialPlan;
}

export interface WebIdentityPlan {
  readonly kind: 'web-identity';
  readonly roleArn: string;
  readonly tokenFile: string;
  readonly sessionName: string | undefined;
  readonly region: string | undefined;
}

/** A session of `aws login`. */
export interface LoginPlan {
  readonly kind: 'login';
  readonly profile: string;
  readonly session: string;
  readonly region: string | undefined;
}

export interface SsoPlan {
  readonly kind: 'sso';
  readonly profile: string;
  /** The name of the `sso-session`; the older form has none. */
  readonly session: string | undefined;
  readonly startUrl: string;
  readonly region: string;
  readonly accountId: string;
  readonly roleName: string;
  /** What a sign-in asks for; a token for none cannot be renewed. */
  readonly scopes: readonly string[];
}

/**
 * Returns where credentials are to come from. Throws what is certainly wrong before any request: a
 * profile that does not exist, half a key pair, a role without a source. The SDK's chain would pass
 * over it, and might use another identity.
 */
export function planCredentials({ profile, env, files }: CredentialsQuestion): CredentialPlan {
  if (profile === undefined) {
    const half = halfPair(env, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY');
    if (half !== undefined) {
      const cause = found`the environment variable ${half.present} is set, ${half.missing} is not`;
      throw new Failure('credentials-incomplete', half.missing, cause);
    }
    if (hasEnvironmentKeys(env)) return { kind: 'environment' };
    if (!files.profiles.has('default')) return { kind: 'machine' };
  }
  return planProfile(profile ?? 'default', files);
}

/** Returns how a profile comes to its credentials, in the AWS CLI's order. */
export function profileKind(name: string, files: SharedFiles): ProfileKind {
  const profile = files.profiles.get(name) ?? {};
  const has = (key: string): boolean => isSet(profile[key]);
  const keys = files.inCredentialsFile.get(name) ?? {};
  if (has('web_identity_token_file')) return 'web-identity';
  if (has('role_arn')) return 'role';
  if (has('sso_account_id') || has('sso_role_name')) return 'sso';
  if (isSet(keys['aws_access_key_id']) || isSet(keys['aws_secret_access_key'])) return 'keys';
  if (has('login_session')) return 'login';
  if (has('credential_process')) return 'process';
  if (has('aws_access_key_id') || has('aws_secret_access_key')) return 'keys';
  if (has('sso_session') || has('sso_start_url')) return 'sso';
  return has('source_profile') || has('credential_source') ? 'role' : 'none';
}

/** Throws what is wrong with the profile. */
export function planProfile(name: string, files: SharedFiles): CredentialPlan {
  const profile = files.profiles.get(name);
  if (profile === undefined) throw missingProfile(name, files);
  const ambiguous = fileFault(files, fault => fault.isAmbiguous && fault.profile === name);
  if (ambiguous !== undefined) throw ambiguous;
  return new Planner(files).plan(name, profile);
}

class Planner {
  readonly #files: SharedFiles;
  /** The roles on the way, outermost first. */
  readonly #visited: string[] = [];

  constructor(files: SharedFiles) {
    this.#files = files;
  }

  plan(name: string, profile: Profile): CredentialPlan {
    switch (profileKind(name, this.#files)) {
      case 'role':
        return this.#role(name, profile);
      case 'keys':
        return this.#keys(name, profile);
      case 'web-identity':
        return {
          kind: 'web-identity',
          roleArn: this.#required(name, profile, 'role_arn'),
          tokenFile: this.#required(name, profile, 'web_identity_token_file'),
          sessionName: optional(profile, 'role_session_name'),
          region: optional(profile, 'region'),
        };
      case 'process':
        return {
          kind: 'process',
          profile: name,
          command: this.#required(name, profile, 'credential_process'),
        };
      case 'sso':
        return this.#sso(name, profile);
      case 'login':
        return {
          kind: 'login',
          profile: name,
          session: this.#required(name, profile, 'login_session'),
          region: optional(profile, 'region'),
        };
      case 'none': {
        // A line that cannot be read may be what says where they come from.
        const fault = fileFault(this.#files, each => each.profile === name);
        if (fault !== undefined) throw fault;
        return { kind: 'machine' };
      }
    }
  }

  #keys(name: string, profile: Profile): CredentialPlan {
    const half = halfPair(profile, 'aws_access_key_id', 'aws_secret_access_key');
    if (half !== undefined)
      throw this.#incomplete(name, this.#halfMissing(name, half.present, half.missing));
    const accessKeyId = this.#required(name, profile, 'aws_access_key_id');
    const secretAccessKey = this.#required(name, profile, 'aws_secret_access_key');
    // The older name; the AWS CLI still takes it, and takes it first.
    const sessionToken =
      optional(profile, 'aws_security_token') ?? optional(profile, 'aws_session_token');
    const token = sessionToken === undefined ? {} : { sessionToken };
    return { kind: 'keys', identity: { accessKeyId, secretAccessKey, ...token } };
  }

  #role(name: string, profile: Profile): RolePlan {
    const roleArn = profile['role_arn'];
    const source = optional(profile, 'source_profile');
    const place = optional(profile, 'credential_source');
    if (!isSet(roleArn)) {
      const present = source === undefined ? 'credential_source' : 'source_profile';
      throw this.#incomplete(name, this.#halfMissing(name, present, 'role_arn'));
    }
    if (source === undefined && place === undefined) {
      const place = placeOf(name, this.#files);
      throw this.#incomplete(
        name,
        found`the profile “${name}” has role_arn and neither source_profile nor credential_source, in ${place}`,
      );
    }
    if (source !== undefined && place !== undefined) {
      const why = found`it has both source_profile and credential_source, in ${placeOf(name, this.#files)}`;
      throw new Failure('profile-failed', name, why);
    }
    return {
      kind: 'role',
      profile: name,
      roleArn,
      sessionName: optional(profile, 'role_session_name'),
      externalId: optional(profile, 'external_id'),
      mfaSerial: optional(profile, 'mfa_serial'),
      durationSeconds: Number.parseInt(profile['duration_seconds'] ?? '', 10) || undefined,
      region: optional(profile, 'region'),
      source: source === undefined ? this.#place(name, place ?? '') : this.#source(name, source),
    };
  }

  #place(name: string, place: string): CredentialPlan {
    const kind = credentialPlaces.get(place);
    if (kind !== undefined) return { kind };
    const known = [...credentialPlaces.keys()].join(', ');
    const why = found`its credential_source “${place}” is none of ${known}, in ${placeOf(name, this.#files)}`;
    throw new Failure('profile-failed', name, why);
  }

  /** Returns the plan of the profile whose credentials assume the role. */
  #source(name: string, source: string): CredentialPlan {
    const profile = this.#files.profiles.get(source);
    if (profile === undefined) {
      throw missingProfile(source, this.#files, found`it is the source_profile of “${name}”`);
    }
    const hasKeys = isSet(profile['aws_access_key_id']) || isSet(profile['aws_secret_access_key']);
    // Keys beside a role are those that assume it, whether for this profile or for others.
    if (hasKeys) return this.#keys(source, profile);
    this.#visited.push(name);
    if (this.#visited.includes(source)) {
      const circle = [...this.#visited, source].map(each => `“${each}”`).join(' → ');
      const why = found`its source_profile leads back to where it came from: ${circle}`;
      throw new Failure('profile-failed', this.#visited[0] ?? name, why);
    }
    const plan = this.plan(source, profile);
    if (plan.kind !== 'machine') return plan;
    const why = found`its source_profile “${source}” says nothing of credentials, in ${placeOf(source, this.#files)}`;
    throw new Failure('profile-failed', name, why);
  }

  #sso(name: string, profile: Profile): SsoPlan {
    const session = optional(profile, 'sso_session');
    const named = session === undefined ? {} : this.#files.ssoSessions.get(session);
    if (named === undefined) {
      const why = found`there is no [sso-session ${session ?? ''}] in ${this.#files.config.path}`;
      throw new Failure('profile-failed', name, why);
    }
    const all = { ...profile, ...named };
    return {
      kind: 'sso',
      profile: name,
      session,
      startUrl: this.#required(name, all, 'sso_start_url'),
      region: this.#required(name, all, 'sso_region'),
      accountId: this.#required(name, all, 'sso_account_id'),
      roleName: this.#required(name, all, 'sso_role_name'),
      scopes: (optional(all, 'sso_registration_scopes') ?? defaultScope).split(/\s*,\s*/),
    };
  }

  #required(name: string, profile: Profile, key: string): string {
    const value = optional(profile, key);
    if (value !== undefined) return value;
    const place = placeOf(name, this.#files);
    throw this.#incomplete(name, found`the profile “${name}” has no ${key}, in ${place}`);
  }

  #halfMissing(name: string, present: string, missing: string): Found {
    const place = placeOf(name, this.#files);
    return found`the profile “${name}” has ${present} and no ${missing}, in ${place}`;
  }

  /** A line that cannot be read may be what is missing. */
  #incomplete(name: string, cause: Found): Failure {
    return (
      fileFault(this.#files, fault => fault.profile === name) ??
      new Failure('credentials-incomplete', name, cause)
    );
  }
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html */
const defaultScope = 'sso:account:access';

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html */
const credentialPlaces: ReadonlyMap<string, 'environment' | 'container' | 'instance'> = new Map([
  ['Environment', 'environment'],
  ['Ec2InstanceMetadata', 'instance'],
  ['EcsContainer', 'container'],
] as const);

function optional(profile: Profile, key: string): string | undefined {
  const value = profile[key];
  return isSet(value) ? value : undefined;
}
