import type { CredentialSources } from '../../protocol/credentials';
import { fileFault, hasEnvironmentKeys } from './diagnoseCredentials';
import { profileKind } from './profileKind';
import type { SharedFiles } from './sharedFiles';

/** What a person can choose from. Nothing secret is in it. */
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
