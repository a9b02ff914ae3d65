import type { ProfileKind } from '../../protocol/credentials';
import type { Profile } from './sharedFiles';

/** How a profile comes to its credentials, asked in the SDK's order. */
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
