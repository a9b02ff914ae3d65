import { basename } from 'node:path';
import type { FilePath } from '../../protocol/folders';

/**
 * What files are called that usually hold keys, passwords or tokens: the last one or two names of
 * their paths, where `*` stands for any characters of one name. Case does not count. The README
 * names them all.
 */
export const secretPatterns: readonly string[] = [
  '.env',
  '.env.*',
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.ppk',
  '*.jks',
  '*.kdbx',
  'id_*',
  '.npmrc',
  '.netrc',
  '_netrc',
  '.pypirc',
  '.pgpass',
  '.htpasswd',
  '.git-credentials',
  '.aws/credentials',
  '.azure/accessTokens.json',
  '.azure/msal_token_cache.*',
  '.docker/config.json',
  '.kube/config',
  'gcloud/application_default_credentials.json',
  'gcloud/credentials.db',
];

/** What is called so holds no secret all the same: examples to copy, public keys, code. */
const harmlessPatterns: readonly string[] = [
  '.env*.example',
  '.env*.sample',
  '.env*.template',
  // Private keys of SSH have no extension.
  'id_*.*',
];

/** Whether a file's name says that it may hold a secret. Nothing is read. */
export function looksLikeSecret(root: string, path: FilePath): boolean {
  // The workspace folder may itself be `.aws` or `.kube`.
  const named = `${basename(root)}/${path}`;
  return secrets.test(named) && !harmless.test(named);
}

const secrets = anyOf(secretPatterns);
const harmless = anyOf(harmlessPatterns);

function anyOf(patterns: readonly string[]): RegExp {
  const sources = patterns.map(pattern =>
    pattern
      .split('*')
      .map(text => text.replace(/[.\\]/g, '\\$&'))
      .join('[^/]*'),
  );
  return new RegExp(`(?:^|/)(?:${sources.join('|')})$`, 'i');
}
