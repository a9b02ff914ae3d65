import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { Failure } from './failure';

type CredentialProvider = ReturnType<typeof fromNodeProviderChain>;

/**
 * The AWS default chain: environment, shared files with all kinds of profiles, container and
 * instance. Nothing is looked up before the first request needs it.
 */
export function defaultCredentials(profile: string | undefined): CredentialProvider {
  // `ignoreCache` so that keys written into the shared files meanwhile are seen.
  const chain = fromNodeProviderChain({
    ignoreCache: true,
    ...(profile === undefined ? {} : { profile }),
  });
  return async () => {
    try {
      return await chain();
    } catch (error) {
      throw new Failure('no-credentials', profile ?? 'default', error);
    }
  };
}
