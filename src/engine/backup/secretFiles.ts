import { basename } from 'node:path';
import type { FilePath } from '../../protocol/folders';

/** Private keys of SSH by any name that has no extension: with one it may be anything. */
const sshKeys = 'id_*';

/**
 * What files are called that usually hold keys, passwords or tokens: the last one or two names of
 * their paths, where `*` stands for any characters of one name. Case does not count.
 * `docs/back-up.md` names them all.
 */
export const secretPatterns: readonly string[] = [
  '.env*',
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.ppk',
  '*.jks',
  '*.kdbx',
  'id_rsa*',
  'id_dsa*',
  'id_ecdsa*',
  'id_ed25519*',
  sshKeys,
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
  '.boto',
  '.s3cfg',
  'rclone.conf',
];

/** What is called so holds no secret all the same: examples to copy, public keys. */
const harmlessPatterns: readonly string[] = [
  '.env*.example',
  '.env*.sample',
  '.env*.template',
  '*.pub',
];

/** Whether a file's name says that it may hold a secret. Nothing is read. */
export function looksLikeSecret(root: string, path: FilePath): boolean {
  // The workspace folder may itself be `.aws` or `.kube`.
  const named = `${basename(root)}/${path}`;
  return (secrets.test(named) || keysWithoutExtension.test(named)) && !harmless.test(named);
}

const secrets = anyOf(secretPatterns.filter(pattern => pattern !== sshKeys));
const keysWithoutExtension = /(?:^|\/)id_[^./]*$/i;
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
