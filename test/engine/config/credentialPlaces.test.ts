import assert from 'node:assert/strict';

import { credentialPlaces } from '../../../src/engine/config/credentialPlaces';
import { resolveCredentials } from '../../../src/engine/s3/credentials';
import { Transport } from '../../../src/engine/s3/transport';
import type { CredentialPlace } from '../../../src/protocol/credentials';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';
import {
  containerWithARole,
  machineWithARole,
  securityTokenService,
} from '../../support/servers/tokenService';

const { handler } = new Transport();

describe('A place of credentials besides the shared files', () => {
  let aws: AwsFiles;

  beforeEach(async () => {
    aws = await awsFiles();
    await aws.write({
      credentials: '[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n',
    });
  });
  afterEach(() => aws.remove());

  const keyOf = async (place: CredentialPlace): Promise<string> =>
    (await resolveCredentials({ place }, handler)).accessKeyId;

  const faultOf = (place: CredentialPlace, env: NodeJS.ProcessEnv) =>
    credentialPlaces(env).find(each => each.place === place)?.fault;

  it('says which variables it lacks', () => {
    assert.deepEqual(faultOf('environment', {}), {
      kind: 'unset',
      variables: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    });
    assert.deepEqual(faultOf('environment', { AWS_ACCESS_KEY_ID: 'A' }), {
      kind: 'incomplete',
      variables: ['AWS_SECRET_ACCESS_KEY'],
    });
    assert.deepEqual(faultOf('web-identity', { AWS_WEB_IDENTITY_TOKEN_FILE: '/token' }), {
      kind: 'incomplete',
      variables: ['AWS_ROLE_ARN'],
    });
    assert.equal(faultOf('container', {})?.kind, 'unset');
    const given = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/role' };
    assert.equal(faultOf('container', given), undefined);
    assert.deepEqual(faultOf('instance', { AWS_EC2_METADATA_DISABLED: 'true' }), {
      kind: 'switched-off',
      variable: 'AWS_EC2_METADATA_DISABLED',
    });
  });

  it('gives its own credentials, whatever comes before it by AWS’s order', async () => {
    aws.set({ AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's', AWS_PROFILE: 'default' });
    assert.equal(await keyOf('environment'), 'ENV');
    const machine = await machineWithARole();
    aws.set({
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: machine.endpoint,
    });
    try {
      assert.equal(await keyOf('instance'), 'OF-THE-MACHINE');
    } finally {
      machine.close();
    }
  });

  it('assumes the role of the web identity that the environment names', async () => {
    const sts = await securityTokenService();
    aws.set({
      AWS_ENDPOINT_URL_STS: sts.endpoint,
      AWS_WEB_IDENTITY_TOKEN_FILE: aws.config,
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/pod',
    });
    await aws.write({ config: 'token' });
    try {
      assert.equal(await keyOf('web-identity'), 'AS-pod');
    } finally {
      sts.close();
    }
  });

  for (const means of ['nothing', 'a token', 'a token in a file'] as const) {
    it(`gives the role of the container, let in by ${means}`, async () => {
      const container = await containerWithARole();
      await aws.write({ config: 'let-me-in' });
      aws.set({
        AWS_CONTAINER_CREDENTIALS_FULL_URI: container.endpoint,
        ...(means === 'a token' && { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'let-me-in' }),
        ...(means === 'a token in a file' && {
          AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: aws.config,
        }),
      });
      try {
        const found = await resolveCredentials({ place: 'container' }, handler);
        assert.equal(found.accessKeyId, 'OF-THE-CONTAINER');
        assert.equal(found.sessionToken, 't');
        assert.ok(found.expiration !== undefined && found.expiration.getTime() > Date.now());
        assert.deepEqual(container.tokens, [means === 'nothing' ? undefined : 'let-me-in']);
      } finally {
        container.close();
      }
    });
  }

  it('is the container’s where nothing else is named', async () => {
    const container = await containerWithARole();
    await aws.write({});
    aws.set({ AWS_CONTAINER_CREDENTIALS_FULL_URI: container.endpoint });
    try {
      const { accessKeyId } = await resolveCredentials(undefined, handler);
      assert.equal(accessKeyId, 'OF-THE-CONTAINER');
    } finally {
      container.close();
    }
  });

  it('is named where the container’s service refuses', async () => {
    const container = await containerWithARole();
    aws.set({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.endpoint}/nobody` });
    try {
      await assert.rejects(keyOf('container'), { code: 'no-credentials', subject: 'container' });
    } finally {
      container.close();
    }
  });

  it('is asked for on this computer or over https only', async () => {
    aws.set({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://store.example/role' });
    await assert.rejects(keyOf('container'), { code: 'no-credentials', subject: 'container' });
  });

  it('gives none instead of those of another place', async () => {
    for (const place of ['environment', 'web-identity', 'container', 'instance'] as const) {
      await assert.rejects(keyOf(place), { code: 'no-credentials', subject: place });
    }
    aws.set({ AWS_ACCESS_KEY_ID: 'HALF' });
    await assert.rejects(keyOf('environment'), { code: 'credentials-incomplete' });
  });

  it('is not waited for where no metadata service answers', async () => {
    const machine = await machineWithARole();
    machine.close();
    aws.set({
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: machine.endpoint,
    });
    await assert.rejects(keyOf('instance'));
  });
});
