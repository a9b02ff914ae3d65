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
 * Returns a provider over the AWS default chain: environment, shared files with all kinds of
 * profiles, container, instance
 * (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html). If a profile names
 * the source of its credentials, only that is used: the chain would go on to other sources, perhaps
 * of another account. Nothing is read before the first request. The provider throws a `Failure`.
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
      // `ignoreCache`: keys that are written into the shared files later must be found.
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

/** Off EC2 nothing answers, and the user is waiting: the two requests take two seconds at most. */
const metadataService = { timeout: 1_000, maxRetries: 0 };

/** Returns why no source gave credentials, without the SDK's message if it says only that. */
function failedChain(question: CredentialsQuestion, error: unknown): Failure {
  const message = error instanceof Error ? error.message : '';
  const { code } = fromStoreError(error, { endpoint: 'AWS' });
  if (networkCodes.has(code)) return new Failure(code, 'AWS', withoutSecrets(message));
  const nothing = /could not load credentials from any providers/i.test(message);
  return nothingFound(question, nothing ? undefined : withoutSecrets(message));
}

/** Returns why an existing profile gave no credentials. */
function failedProfile(name: string, error: unknown): Failure {
  const message = error instanceof Error ? error.message : '';
  if (needsSignIn.test(message)) return new Failure('sign-in-needed', name, firstLine(message));
  const { code } = fromStoreError(error, { endpoint: 'AWS' });
  if (networkCodes.has(code)) return new Failure(code, 'AWS', withoutSecrets(message));
  return new Failure('profile-failed', name, withoutSecrets(message));
}

const needsSignIn = /sso login|sso session|aws login|re-?authenticate|\btoken is expired\b/i;

const networkCodes = new Set(['unreachable', 'host-not-found', 'timed-out', 'certificate']);

/**
 * Returns an error message without possible secrets: Node puts the whole command line and its output
 * into one, and JSON.parse a piece of the text.
 */
function withoutSecrets(message: string): string {
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
