import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '../../../dev/repositoryRoot';
import { looksLikeSecret, secretPatterns } from '../../../src/engine/backup/secretFiles';
import type { FilePath } from '../../../src/protocol/folders';

const looks = (path: string, root = '/home/ada/project') => looksLikeSecret(root, path as FilePath);

describe('A file looks like a secret', () => {
  for (const path of [
    '.env',
    '.env.local',
    'deep/er/.env.production',
    '.ENV',
    'server.pem',
    'tls/server.key',
    'certificate.p12',
    'certificate.PFX',
    'id_rsa',
    'id_rsa.pem',
    'id_rsa.key',
    'id_rsa.ppk',
    'id_rsa.bak',
    'id_ed25519.old',
    'id_deploy',
    'id_deploy.p12',
    '.envrc',
    '.env-prod',
    '.env_local',
    '.ssh/id_ed25519',
    '.npmrc',
    'packages/one/.npmrc',
    '.netrc',
    '.pypirc',
    '.git-credentials',
    '.aws/credentials',
    'home/.aws/credentials',
    '.kube/config',
    '.docker/config.json',
    '.config/gcloud/application_default_credentials.json',
    '.azure/accessTokens.json',
    '.boto',
    '.s3cfg',
    '.config/rclone/rclone.conf',
  ]) {
    it(`by the name ${path}`, () => {
      assert.ok(looks(path));
    });
  }

  it('in a workspace folder that is itself one of secrets', () => {
    assert.ok(looks('credentials', '/home/ada/.aws'));
    assert.ok(looks('config', '/home/ada/.kube'));
  });
});

describe('A file does not look like a secret', () => {
  for (const path of [
    '.env.example',
    '.env.sample',
    '.env.template',
    '.env.local.example',
    '.env-prod.example',
    'id_ed25519.pub',
    'env',
    'a.env.txt',
    'monkey',
    'key',
    'server.key.md',
    'id_rsa.pub',
    'id_card.png',
    'grid_rsa',
    'credentials',
    'config',
    'docs/config.json',
    // Python's own folder of that name; its files are what they are.
    '.env/lib/site.py',
    'x.pem/readme.md',
  ]) {
    it(`by the name ${path}`, () => {
      assert.ok(!looks(path));
    });
  }
});

describe('The page on back-ups', () => {
  it('names each pattern of secrets', () => {
    const page = readFileSync(join(repositoryRoot, 'docs', 'back-up.md'), 'utf8');
    const missing = secretPatterns.filter(pattern => !page.includes(`\`${pattern}\``));
    assert.deepEqual(missing, []);
  });
});
