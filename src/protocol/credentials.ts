/** Credentials and connections. */

import type { FailureRecord } from './failures';
import type { RawSettings } from './folders';
import { requestType } from './messages';

/** How a profile of the shared AWS files comes to its credentials; `none`: it doesn't say. */
export type ProfileKind = 'keys' | 'sso' | 'role' | 'process' | 'web-identity' | 'login' | 'none';

export interface ProfileSummary {
  readonly name: string;
  readonly kind: ProfileKind;
  readonly region: string | undefined;
  /** Why it can give no credentials as it stands. */
  readonly fault: FailureRecord | undefined;
}

/** What credentials could come from on this machine, without asking anybody. */
export interface CredentialSources {
  readonly profiles: readonly ProfileSummary[];
  /** Whether the environment holds a whole key pair. */
  readonly inEnvironment: boolean;
  /** The profile that `AWS_PROFILE` names. */
  readonly environmentProfile: string | undefined;
  /** Where the keys of profiles are kept, whether or not the file exists. */
  readonly credentialsFile: string;
  /** Why not all profiles may be listed. */
  readonly fault: FailureRecord | undefined;
}

export interface ConnectionCheck {
  /** For which workspace folder the view shows it. */
  readonly folder: string;
  readonly settings: RawSettings;
  readonly target: { readonly bucket: string; readonly prefix: string } | undefined;
}

/** The region of new buckets, unless another one is asked for. */
export const connectionRegion = requestType<RawSettings, string>('connectionRegion');

/** Which store settings and profile lead to: its identity, however its endpoint is spelled. */
export const storeEndpoint = requestType<RawSettings, string>('storeEndpoint');

export const credentialSources = requestType<null, CredentialSources>('credentialSources');

/** Answers once the store has taken the credentials, after four attempts at the most. */
export const checkConnection = requestType<ConnectionCheck, null>('checkConnection');
