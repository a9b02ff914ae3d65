import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import {
  certainFault,
  hasEnvironmentKeys,
  nothingFound,
  type CredentialsQuestion,
} from '../config/diagnoseCredentials';
import { fromStoreError } from '../failures/storeErrors';
import { Failure } from '../failures/failure';
import { profileKind } from '../config/profiles';
import { readSharedFiles } from '../config/sharedFiles';

type CredentialProvider = ReturnType<typeof fromNodeProviderChain>;

/**
 * The AWS default chain: environment, shared files with all kinds of profiles, container and
 * instance. A profile that says where its credentials come from is used or fails: the chain would
 * go on to others, perhaps another account's. Nothing is looked up before the first request.
 */
export function defaultCredentials(set: string | undefined): CredentialProvider {
  let resolved: { readonly key: string; readonly provider: CredentialProvider } | undefined;
  return async caller => {
    const { env } = process;
    const profile = set ?? nonEmpty(env['AWS_PROFILE']);
    const files = readSharedFiles(env);
    const question = { profile, env, files };
    const fault = certainFault(question);
    if (fault !== undefined) throw fault;
    const name = profile ?? 'default';
    const fromEnvironment = profile === undefined && hasEnvironmentKeys(env);
    const kind = fromEnvironment ? 'none' : profileKind(files.profiles.get(name) ?? {});
    const key = `${kind} ${name}`;
    if (resolved?.key !== key) {
      // `ignoreCache` so that keys written into the shared files meanwhile are seen.
      const init = { ignoreCache: true, ...(fromEnvironment ? {} : { profile: name }) };
      const provider =
        kind === 'none' ? fromNodeProviderChain({ ...init, ...metadataService }) : fromIni(init);
      resolved = { key, provider };
    }
    try {
      return await resolved.provider(caller);
    } catch (error) {
      throw kind === 'none' ? failedChain(question, error) : failedProfile(name, error);
    }
  };
}

/** Elsewhere than on an instance nobody answers, and a person is waiting: two seconds in all. */
const metadataService = { timeout: 1_000, maxRetries: 0 };

/** Why no source gave any; the SDK's last word is left out where it says only just that. */
function failedChain(question: CredentialsQuestion, error: unknown): Failure {
  const message = error instanceof Error ? error.message : '';
  const { code } = fromStoreError(error, { endpoint: 'AWS' });
  if (networkCodes.has(code)) return new Failure(code, 'AWS', harmless(message));
  const nothing = /could not load credentials from any providers/i.test(message);
  return nothingFound(question, nothing ? undefined : harmless(message));
}

/** Why a profile that exists gave no credentials. */
function failedProfile(name: string, error: unknown): Failure {
  const message = error instanceof Error ? error.message : '';
  if (needsSignIn.test(message)) return new Failure('sign-in-needed', name, firstLine(message));
  const { code } = fromStoreError(error, { endpoint: 'AWS' });
  if (networkCodes.has(code)) return new Failure(code, 'AWS', harmless(message));
  return new Failure('profile-failed', name, harmless(message));
}

const needsSignIn = /sso login|sso session|aws login|re-?authenticate|\btoken is expired\b/i;

const networkCodes = new Set(['unreachable', 'host-not-found', 'timed-out', 'certificate']);

/**
 * A message without what could be secret: a command line with all that it printed, or the piece of
 * an answer that could not be read.
 */
function harmless(message: string): string {
  if (message.startsWith('Command failed')) {
    return 'its credential_process failed; run the command in a terminal to see why';
  }
  return firstLine(message).replace(/^.*is not valid JSON.*$/, 'an answer could not be read');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
