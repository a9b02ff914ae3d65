import { toFailure } from '../failures/failure';
import { planProfile, profileKind } from './credentialPlan';
import { credentialPlaces } from './credentialPlaces';
import { fileFault, hasEnvironmentKeys } from './diagnoseCredentials';
import { environmentProfile } from './environmentProfile';
import type { SharedFiles } from './sharedFiles';
import type { CredentialSources } from '../../protocol/credentials';
import type { FailureRecord } from '../../protocol/failures';

/** Returns the sources of credentials that the user can choose from, without any secret. */
export function credentialSources(env: NodeJS.ProcessEnv, files: SharedFiles): CredentialSources {
  const profiles = [...files.profiles].map(([name, profile]) => ({
    name,
    kind: profileKind(name, files),
    region: profile['region'],
    fault: faultOf(name, files),
  }));
  return {
    profiles: profiles.sort((a, b) => (a.name < b.name ? -1 : 1)),
    places: credentialPlaces(env),
    inEnvironment: hasEnvironmentKeys(env),
    environmentProfile: environmentProfile(env),
    credentialsFile: files.credentials.path,
    fault: fileFault(files)?.toRecord(),
  };
}

/** Returns what is certainly wrong with a profile. */
function faultOf(name: string, files: SharedFiles): FailureRecord | undefined {
  try {
    planProfile(name, files);
    return undefined;
  } catch (error) {
    return toFailure(error, name).toRecord();
  }
}
