/** Credentials and connections. */

import type { FailureRecord } from './failures';
import type { RawSettings } from './folders';
import { notificationType, requestType } from './messages';

/** How a profile of the shared AWS files comes to its credentials; `none`: it doesn't say. */
export type ProfileKind = 'keys' | 'sso' | 'role' | 'process' | 'web-identity' | 'login' | 'none';

export interface ProfileSummary {
  readonly name: string;
  readonly kind: ProfileKind;
  readonly region: string | undefined;
  /** Why it can give no credentials as it stands. */
  readonly fault: FailureRecord | undefined;
}

/** Where credentials may come from besides the shared files. */
export type CredentialPlace = 'environment' | 'web-identity' | 'container' | 'instance';

/** What speaks against a place, as far as that is known without asking anybody. */
export type PlaceFault =
  /** None of the variables, of which one would do, or these are missing beside others. */
  | { readonly kind: 'unset' | 'incomplete'; readonly variables: readonly string[] }
  /** Switched off by this variable. */
  | { readonly kind: 'switched-off'; readonly variable: string }
  | { readonly kind: 'not-on-ec2' };

export interface PlaceSummary {
  readonly place: CredentialPlace;
  readonly fault: PlaceFault | undefined;
}

/** What credentials could come from on this machine, without asking anybody. */
export interface CredentialSources {
  readonly profiles: readonly ProfileSummary[];
  readonly places: readonly PlaceSummary[];
  /** Whether the environment holds a whole key pair. */
  readonly inEnvironment: boolean;
  /** The profile that an environment variable names, and which one. */
  readonly environmentProfile: { readonly name: string; readonly variable: string } | undefined;
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

/** Whose credentials these are. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
}

export interface CallerRequest {
  readonly settings: RawSettings;
  /** Whether a store other than AWS may be asked, too. */
  readonly mayAskStore: boolean;
}

/** Whose credentials the settings lead to; `null` where that is not told within a few seconds. */
export const callerIdentity = requestType<CallerRequest, CallerIdentity | null>('callerIdentity');

/** A page on which a person signs in. */
export interface SignInPage {
  readonly profile: string;
  readonly url: string;
  /** The page shows it, too; who sees another one there is being deceived. */
  readonly code: string;
}

export type SignInOutcome =
  | { readonly kind: 'signed-in' }
  /** Only this command can do it, in a terminal. */
  | { readonly kind: 'by-command'; readonly command: readonly string[] }
  /** The profile goes by no sign-in; what it has failed by may be tried again. */
  | { readonly kind: 'not-needed' };

/** Signs a person in for the profile of these settings; what waits for it goes on. */
export const signIn = requestType<RawSettings, SignInOutcome>('signIn');

/** Asks the editor to show a page to sign in on; false where nobody wants to. */
export const showSignInPage = requestType<SignInPage, boolean>('showSignInPage');

/** The device whose code a role asks for. */
export interface MfaQuestion {
  readonly profile: string;
  /** Its ARN or serial number. */
  readonly device: string;
}

/** Asks the editor for the code of an MFA device; `null` where nobody gives one. */
export const askForMfaCode = requestType<MfaQuestion, string | null>('askForMfaCode');

/** An access key that was typed in, which is in no file. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Asks the editor for the access key that was typed in for a folder; `null` for none. */
export const typedAccessKey = requestType<string, AccessKey | null>('typedAccessKey');

/** Another access key was typed in for the folder, or none is kept any more. */
export const accessKeyChanged = notificationType<string>('accessKeyChanged');
