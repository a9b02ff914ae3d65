import assert from 'node:assert/strict';

import fc from 'fast-check';

import { bypasses, proxyOf, proxySettings } from '../../../src/engine/config/proxy';
import { Failure } from '../../../src/engine/failures/failure';
import { assertProperty } from '../../support/suite/assertProperty';

const store = new URL('https://s3.eu-central-1.example.com');

/** Through which proxy a request goes, and what names it. */
function way(
  raw: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv = {},
  url: URL = store,
): string {
  const proxy = proxyOf(proxySettings(raw, env), url);
  return proxy === undefined ? 'direct' : `${proxy.url} by ${proxy.source}`;
}

describe('The proxy of a request', () => {
  it('is none where nobody names one', () => {
    assert.equal(
      proxySettings({ 'http.proxy': '', 'http.noProxy': ['x'] }, { NO_PROXY: '*' }),
      undefined,
    );
    assert.equal(way({}), 'direct');
  });

  it('is the one of the setting before that of the environment', () => {
    const env = { HTTPS_PROXY: 'http://two:2' };
    assert.equal(way({ 'http.proxy': 'http://one:1/' }, env), 'http://one:1 by http.proxy');
    assert.equal(way({ 'http.proxy': ' ' }, env), 'http://two:2 by HTTPS_PROXY');
    assert.equal(way({ 'http.proxy': null }, env), 'http://two:2 by HTTPS_PROXY');
  });

  it('is none where VS Code is told to use none', () => {
    const raw = { 'http.proxy': 'http://one:1', 'http.proxySupport': 'off' };
    assert.equal(way(raw, { HTTPS_PROXY: 'http://two:2' }), 'direct');
    assert.notEqual(way({ ...raw, 'http.proxySupport': 'fallback' }), 'direct');
  });

  it('is that of the variable for the scheme, in lower case first', () => {
    const env = { HTTPS_PROXY: 'http://a', https_proxy: 'b:3128', HTTP_PROXY: 'http://c' };
    const plain = new URL('http://store.example.com');
    assert.equal(way({}, env), 'http://b:3128 by https_proxy');
    assert.equal(way({}, env, plain), 'http://c by HTTP_PROXY');
    assert.equal(way({}, { HTTP_PROXY: 'http://c' }), 'http://c by HTTP_PROXY');
    assert.equal(way({}, { HTTPS_PROXY: 'http://c' }, plain), 'direct');
  });

  it('is not used for what NO_PROXY names, or instead the setting', () => {
    const proxy = { 'http.proxy': 'http://one:1' };
    assert.equal(way(proxy, { NO_PROXY: 'other, .example.com' }), 'direct');
    assert.equal(way({ ...proxy, 'http.noProxy': ['example.com'] }), 'direct');
    assert.notEqual(way({ ...proxy, 'http.noProxy': ['other'] }, { NO_PROXY: '*' }), 'direct');
    assert.equal(way({ ...proxy, 'http.noProxy': [] }, { no_proxy: '*' }), 'direct');
    assert.equal(way({ ...proxy, 'http.noProxy': ['example.com:443'] }), 'direct');
    assert.notEqual(way({ ...proxy, 'http.noProxy': ['example.com:80'] }), 'direct');
  });

  it('is not used for this computer itself', () => {
    const proxy = { 'http.proxy': 'http://one:1' };
    for (const host of [
      'localhost:9000',
      'b.localhost',
      '127.0.0.1',
      '127.8.8.8:1',
      '[::1]:9000',
    ]) {
      assert.equal(way(proxy, {}, new URL(`http://${host}`)), 'direct', host);
    }
  });

  it('gets user name and password, or the header of the setting', () => {
    const raw = { 'http.proxy': 'http://us%40er:p%25a:ss@one:1' };
    const by = (more: object) => proxyOf(proxySettings({ ...raw, ...more }, {}), store);
    const basic = `Basic ${Buffer.from('us@er:p%a:ss').toString('base64')}`;
    assert.deepEqual(by({}), {
      url: 'http://one:1',
      source: 'http.proxy',
      authorization: basic,
      isStrict: true,
    });
    assert.equal(by({ 'http.proxyAuthorization': 'Bearer x' })?.authorization, 'Bearer x');
    assert.equal(by({ 'http.proxyStrictSSL': false })?.isStrict, false);
  });

  it('cannot be what is no HTTP proxy; the failure names where it stands, and no password', () => {
    for (const text of [
      'socks5://u:secretword@h:1',
      'ftp://u:secretword@h',
      'http://u:secretword@',
    ]) {
      assert.throws(
        () => way({}, { HTTPS_PROXY: text }),
        (error: unknown) => {
          assert.ok(error instanceof Failure);
          assert.equal(error.code, 'invalid-setting');
          assert.equal(error.subject, 'HTTPS_PROXY');
          assert.ok(!String(error.cause).includes('secretword'));
          return true;
        },
      );
      // Nobody asks for what is not used.
      assert.equal(way({}, { HTTPS_PROXY: text }, new URL('https://localhost')), 'direct');
    }
  });
});

describe('A list of hosts without proxy', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const host = fc.array(label, { minLength: 2, maxLength: 4 }).map(labels => labels.join('.'));
  const port = fc.integer({ min: 1, max: 65535 }).map(String);
  const others = fc.array(host.map(name => `${name}.elsewhere`));
  const v4 = fc.ipV4();
  const v6 = fc.ipV6();

  it('names a host and those below it, with or without a dot, in any case', () => {
    assertProperty(
      fc.property(host, label, port, others, (name, below, at, rest) => {
        for (const form of [
          name,
          `.${name}`,
          `*.${name}`,
          ` ${name.toUpperCase()}. `,
          `${name}:${at}`,
        ]) {
          const list = [...rest, form];
          assert.ok(bypasses(list, name, at), form);
          assert.ok(bypasses(list, `${below}.${name}`, at), form);
          assert.ok(!bypasses(list, `${below}${name}`, at), form);
          assert.ok(!bypasses(list, `${name}.${below}x`, at), form);
        }
        assert.ok(!bypasses([`${name}:${at}`], name, `${at}1`));
      }),
    );
  });

  it('names all hosts by a star', () => {
    assertProperty(
      fc.property(
        fc.oneof(
          host,
          v4,
          v6.map(text => `[${text}]`),
        ),
        port,
        (name, at) => {
          assert.ok(bypasses(['*'], name, at));
          assert.ok(!bypasses(['', ' ', ':', '.', '/'], name, at));
        },
      ),
    );
  });

  it('names an address in all its spellings, with a port or without', () => {
    assertProperty(
      fc.property(v4, v6, port, (four, six, at) => {
        const shown = new URL(`http://[${six}]`).hostname;
        for (const form of [six, `[${six}]`, `[${six}]:${at}`, shown, six.toUpperCase()]) {
          assert.ok(bypasses([form], shown, at), form);
        }
        assert.ok(!bypasses([`[${six}]:${at}`], shown, `${at}1`));
        assert.ok(bypasses([four], four, at));
        assert.ok(bypasses([`${four}:${at}`], four, at));
        assert.ok(!bypasses([`1${four}`, `x.${four}`, `.${four}x`], four, at));
      }),
    );
  });

  it('names the addresses of a range, and no host', () => {
    const bits = (address: string) =>
      address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    assertProperty(
      fc.property(v4, v4, fc.integer({ min: 0, max: 32 }), port, (one, other, length, at) => {
        const shift = BigInt(32 - length);
        const isWithin = bits(one) >> shift === bits(other) >> shift;
        assert.equal(bypasses([`${one}/${String(length)}`], other, at), isWithin);
      }),
    );
    assert.ok(bypasses(['fd00::/8'], '[fd12::1]', '443'));
    assert.ok(!bypasses(['fd00::/8'], '[fe80::1]', '443'));
    assert.ok(!bypasses(['10.0.0.0/8', '10.0.0.0/99', 'x/8', '10.0.0.0/'], 'ten.example', '443'));
    assert.ok(bypasses(['10.0.0.0/8'], '[::ffff:10.1.2.3]', '443'));
  });
});
