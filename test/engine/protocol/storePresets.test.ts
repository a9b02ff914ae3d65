import assert from 'node:assert/strict';

import fc from 'fast-check';

import { readEndpoint } from '../../../src/protocol/endpoint';
import { storePresets } from '../../../src/protocol/storePresets';
import { assertProperty } from '../../support/suite/assertProperty';

describe('A store that is known by its name', () => {
  function addressOf(name: string, answer: string) {
    const preset = storePresets.find(each => each.name === name);
    assert.ok(preset, name);
    return preset.addressOf(answer);
  }
  const account = '0123456789abcdef0123456789abcdef';

  it('is reached where its makers say', () => {
    const expected: readonly (readonly [string, string, string, string])[] = [
      ['AWS', 'eu-west-1', '', 'eu-west-1'],
      ['Cloudflare R2', account, `https://${account}.r2.cloudflarestorage.com`, 'auto'],
      ['Backblaze B2', 'us-west-004', 'https://s3.us-west-004.backblazeb2.com', 'us-west-004'],
      ['Wasabi', 'us-east-1', 'https://s3.us-east-1.wasabisys.com', 'us-east-1'],
      ['Google Cloud Storage', '', 'https://storage.googleapis.com', 'auto'],
      ['DigitalOcean Spaces', 'nyc3', 'https://nyc3.digitaloceanspaces.com', 'nyc3'],
      ['Scaleway', 'nl-ams', 'https://s3.nl-ams.scw.cloud', 'nl-ams'],
    ];
    for (const [name, answer, endpoint, region] of expected) {
      assert.deepEqual(addressOf(name, answer), { endpoint, region }, name);
    }
    assert.equal(expected.length, storePresets.length);
  });

  it('is found by an account that is pasted with what stands around it', () => {
    const pasted = `https://${account.toUpperCase()}.r2.cloudflarestorage.com/bucket`;
    const endpoint = `https://${account}.r2.cloudflarestorage.com`;
    assert.equal(addressOf('Cloudflare R2', pasted)?.endpoint, endpoint);
    assert.equal(
      addressOf('Cloudflare R2', `${account}.eu`)?.endpoint,
      `https://${account}.eu.r2.cloudflarestorage.com`,
    );
    assert.equal(addressOf('Cloudflare R2', `${account}0`), undefined);
  });

  it('has a valid address by its own example', () => {
    for (const { addressOf: of, example } of storePresets) {
      const address = of(example);
      assert.ok(address);
      if (address.endpoint === '') continue;
      assert.equal(readEndpoint(address.endpoint)?.url, address.endpoint);
    }
  });

  it('never is somewhere else, whatever is answered', () => {
    assertProperty(
      fc.property(fc.constantFrom(...storePresets), fc.string(), (preset, answer) => {
        const endpoint = preset.addressOf(answer)?.endpoint ?? '';
        if (endpoint === '') return;
        const domain = /\.[a-z0-9]+\.[a-z]+$/.exec(
          preset.addressOf(preset.example)?.endpoint ?? '',
        );
        assert.ok(new URL(endpoint).hostname.endsWith(domain?.[0] ?? '?'), endpoint);
      }),
    );
  });
});
