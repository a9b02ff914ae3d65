import { fileFault, hasEnvironmentKeys } from './diagnoseCredentials';
import type { SharedFiles, Profile } from './sharedFiles';
import type { CredentialSources, ProfileKind } from '../../protocol/credentials';

/** Returns the sources of credentials that the user can choose from, without any secret. */
export function credentialSources(env: NodeJS.ProcessEnv, files: SharedFiles): CredentialSources {
  const profiles = [...files.profiles].map(([name, profile]) => ({
    name,
    kind: profileKind(profile),
    region: profile['region'],
  }));
  const environmentProfile = env['AWS_PROFILE'];
  return {
    profiles: profiles.sort((a, b) => (a.name < b.name ? -1 : 1)),
    inEnvironment: hasEnvironmentKeys(env),
    environmentProfile: environmentProfile === '' ? undefined : environmentProfile,
    credentialsFile: files.credentials.path,
    fault: fileFault(files)?.toRecord(),
  };
}

/** Returns how a profile gets its credentials, tested in the order of the SDK's `fromIni`. */
export function profileKind(profile: Profile): ProfileKind {
  const has = (key: string): boolean => profile[key] !== undefined;
  if (has('role_arn') && (has('source_profile') || has('credential_source'))) return 'role';
  if (has('aws_access_key_id') || has('aws_secret_access_key')) return 'keys';
  if (has('web_identity_token_file')) return 'web-identity';
  if (has('credential_process')) return 'process';
  if (has('sso_session') || has('sso_start_url') || has('sso_account_id')) return 'sso';
  if (has('login_session')) return 'login';
  return 'none';
}
