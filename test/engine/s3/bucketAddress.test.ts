import assert from 'node:assert/strict';

import { S3Client } from '@aws-sdk/client-s3';

import { parseConnectionSettings } from '../../../src/engine/config/settings';
import { resolveAddress } from '../../../src/engine/s3/bucketAddress';

describe('The address of a bucket', () => {
  async function addressOf(
    bucket: string,
    raw: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const { endpoint, forcePathStyle, region = 'us-east-1' } = parseConnectionSettings(raw);
    const client = new S3Client({
      region,
      forcePathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
    });
    return (await resolveAddress(client, bucket)).url.href;
  }

  it('has a name with dots in the path, since no certificate is for it', async () => {
    const inRegion = { region: 'eu-west-1' };
    assert.equal(await addressOf('a.b.c', inRegion), 'https://s3.eu-west-1.amazonaws.com/a.b.c');
    assert.equal(await addressOf('abc', inRegion), 'https://abc.s3.eu-west-1.amazonaws.com/');
    const virtual = { endpoint: 'https://s3.example.com', forcePathStyle: false };
    assert.equal(await addressOf('a.b.c', virtual), 'https://s3.example.com/a.b.c');
  });

  it('is at the dual-stack or FIPS host that the endpoint names', async () => {
    for (const host of ['s3.dualstack.eu-west-1', 's3-fips.us-gov-west-1']) {
      const endpoint = `https://${host}.amazonaws.com`;
      assert.equal(await addressOf('abc', { endpoint }), `${endpoint}/abc`);
    }
  });

  it('is that of an access point, by its alias', async () => {
    const inRegion = { region: 'eu-west-1' };
    const alias = 'mine-abcdefgh1234567890-s3alias';
    assert.equal(await addressOf(alias, inRegion), `https://${alias}.s3.eu-west-1.amazonaws.com/`);
  });

  it('is in the zone of a directory bucket', async () => {
    assert.equal(
      await addressOf('mine--euw1-az1--x-s3', { region: 'eu-west-1' }),
      'https://mine--euw1-az1--x-s3.s3express-euw1-az1.eu-west-1.amazonaws.com/',
    );
  });

  it('is none for a name with a slash, nor for an ARN', async () => {
    const accessPoint = 'arn:aws:s3:eu-west-1:111122223333:accesspoint';
    for (const name of ['a/b', `${accessPoint}/mine`, `${accessPoint}:mine`]) {
      await assert.rejects(addressOf(name), { name: 'InvalidBucketName' }, name);
    }
  });
});
