import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { mock } from 'node:test';

import type { Engine } from '../../src/engine/session/engine';
import type { FailureCode, FailureRecord } from '../../src/protocol/failures';
import type { State } from '../../src/protocol/state';
import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { freePorts } from '../../dev/freePorts';
import { selfSigned } from '../support/servers/selfSigned';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';
import { startEngine } from '../support/engine/startEngine';

const bucket = 'checked';

describe('The check of a connection', function () {
  this.timeout(120_000);
  let s3: EmbeddedS3;
  let wire: WireRecorder;
  let engine: Engine;
  let states: State[];
  const undo: (() => Promise<void> | void)[] = [];

  beforeEach(async () => {
    // Pauses between attempts are long enough for each to be shown, and known.
    mock.method(Math, 'random', () => 0.4);
    undo.push(() => {
      mock.restoreAll();
    });
    undo.push(setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' }));
    s3 = await startEmbeddedS3({ buckets: [bucket] });
    wire = await startWireRecorder(s3.endpoint);
    states = [];
    engine = startEngine({
      onState: state => states.push(state),
    });
  });
  afterEach(async () => {
    engine.dispose();
    await wire.stop();
    await s3.stop();
    for (const step of undo.splice(0)) await step();
  });

  async function check(
    endpoint: string,
    target?: { readonly bucket: string; readonly prefix: string },
    signal = AbortSignal.timeout(20_000),
  ): Promise<void> {
    const settings = { endpoint, region: 'us-east-1' };
    await engine.stores.checkConnection({ folder: 'f', settings, target }, signal);
  }

  async function failureOf(endpoint: string): Promise<FailureRecord> {
    await assert.rejects(check(endpoint));
    const state = states.at(-1);
    assert.ok(state?.kind === 'failed', JSON.stringify(state));
    const [failed] = state.failures;
    assert.equal(failed?.folder, 'f');
    return failed.failure;
  }

  /** The attempts that the view would have shown. */
  function attemptsShown(): readonly number[] {
    return states.flatMap(state => (state.kind === 'connecting' ? state.attempt : []));
  }

  /** A server of the test's own; gives its address and how many requests it got. */
  async function serve(server: Server): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    undo.push(async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    });
    return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  async function answering(listener: RequestListener): Promise<{
    readonly endpoint: string;
    readonly requests: readonly IncomingMessage[];
  }> {
    const requests: IncomingMessage[] = [];
    const server = createServer({ keepAlive: false }, (incoming, outgoing) => {
      requests.push(incoming);
      outgoing.setHeader('connection', 'close');
      listener(incoming, outgoing);
    });
    return { endpoint: `http://${await serve(server)}`, requests };
  }

  function refusing(status: number, code: string, headers: Record<string, string> = {}) {
    return answering((_, outgoing) => {
      outgoing.writeHead(status, { 'content-type': 'application/xml', ...headers });
      outgoing.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`);
    });
  }

  it('asks for one key under the prefix where there is a target', async () => {
    await check(wire.endpoint, { bucket, prefix: 'photos/' });
    const paths = wire.requests.map(({ path }) => new URL(path, wire.endpoint));
    assert.equal(paths.length, 1);
    assert.equal(paths[0]?.pathname.replace(/\/$/, ''), `/${bucket}`);
    assert.equal(paths[0].searchParams.get('prefix'), 'photos/');
    assert.equal(paths[0].searchParams.get('max-keys'), '1');
    assert.deepEqual(
      states.map(({ kind }) => kind).filter(kind => kind !== 'connecting'),
      ['idle'],
    );
  });

  it('asks for one bucket where there is no target', async () => {
    await check(wire.endpoint);
    const paths = wire.requests.map(({ path }) => new URL(path, wire.endpoint));
    assert.equal(paths.length, 1);
    assert.equal(paths[0]?.pathname, '/');
    assert.equal(paths[0].searchParams.get('max-buckets'), '1');
  });

  it('takes a refusal of what it asked for as a proof of the keys', async () => {
    wire.disturbNext(() => true, 'refuse');
    await check(wire.endpoint);
    wire.disturbNext(() => true, 'refuse');
    await check(wire.endpoint, { bucket, prefix: '' });
    assert.equal(wire.requests.length, 2);
  });

  it('shows its attempts, and gets through in the last', async () => {
    for (let times = 0; times < 3; times++) wire.disturbNext(() => true, 'busy');
    await check(wire.endpoint);
    assert.equal(wire.requests.length, 4);
    assert.deepEqual([...new Set(attemptsShown())], [1, 2, 3, 4]);
  });

  it('gives up after four attempts where every connection breaks', async () => {
    let connections = 0;
    const server = createTcpServer(socket => {
      connections++;
      socket.destroy();
    });
    const { code } = await failureOf(`http://${await serve(server)}`);
    assert.equal(code, 'unreachable');
    assert.deepEqual([...new Set(attemptsShown())], [1, 2, 3, 4]);
    // The last one only asks whether TLS is spoken there.
    assert.equal(connections, 5);
  });

  it('recovers when somebody listens again', async () => {
    const [port = 0] = await freePorts(1);
    const endpoint = `http://127.0.0.1:${String(port)}`;
    const { code, subject, cause } = await failureOf(endpoint);
    assert.deepEqual([code, subject], ['unreachable', endpoint]);
    assert.match(cause ?? '', /ECONNREFUSED/);

    const later = await startEmbeddedS3({ port });
    undo.push(() => later.stop());
    await check(endpoint);
    assert.equal(states.at(-1)?.kind, 'idle');
  });

  it('says that a name is not known', async () => {
    const endpoint = 'http://nowhere.invalid:9';
    const { code, subject } = await failureOf(endpoint);
    assert.deepEqual([code, subject], ['host-not-found', endpoint]);
  });

  it('says that a certificate is not trusted, once', async () => {
    let connections = 0;
    const server = createTlsServer({ ...selfSigned });
    server.on('connection', () => connections++);
    const endpoint = `https://${await serve(server)}`;
    const { code, subject } = await failureOf(endpoint);
    assert.deepEqual([code, subject], ['certificate', endpoint]);
    assert.equal(connections, 1);
  });

  it('says that a store without TLS was asked by it, once', async () => {
    const { code } = await failureOf(s3.endpoint.replace('http:', 'https:'));
    assert.equal(code, 'needs-http');
    assert.deepEqual(attemptsShown().length, 1);
  });

  const refusals: readonly (readonly [number, string, FailureCode])[] = [
    [403, 'InvalidAccessKeyId', 'credentials-refused'],
    [403, 'SignatureDoesNotMatch', 'credentials-refused'],
    [400, 'ExpiredToken', 'credentials-expired'],
  ];

  for (const [status, name, expected] of refusals) {
    it(`stops at the first ${name}`, async () => {
      const { endpoint, requests } = await refusing(status, name);
      const { code, subject } = await failureOf(endpoint);
      assert.deepEqual([code, subject], [expected, endpoint]);
      assert.equal(requests.length, 1);
    });
  }

  it('corrects a wrong clock once, by the store’s', async () => {
    const anHour = 60 * 60 * 1_000;
    const date = new Date(Date.now() + anHour).toUTCString();
    const { endpoint, requests } = await refusing(403, 'RequestTimeTooSkewed', { date });
    const { code } = await failureOf(endpoint);
    assert.equal(code, 'clock-skew');
    const signedAt = requests.map(({ headers }) => String(headers['x-amz-date']));
    assert.equal(signedAt.length, 2);
    assert.notEqual(signedAt[0]?.slice(0, 11), signedAt[1]?.slice(0, 11));
  });

  for (const status of [200, 302, 403, 404]) {
    it(`knows a page for people with ${String(status)} for what it is, at once`, async () => {
      const { endpoint, requests } = await answering((_, outgoing) => {
        outgoing.writeHead(status, { 'content-type': 'text/html' });
        outgoing.end('<!DOCTYPE html><html><body><p>Welcome<br></body></html>');
      });
      const { code, subject } = await failureOf(endpoint);
      assert.deepEqual([code, subject], ['not-s3', endpoint]);
      assert.equal(requests.length, 1);
    });
  }

  it('gets credentials anew after a refusal', async () => {
    const { endpoint, requests } = await answering(({ headers }, outgoing) => {
      const isNew = headers.authorization?.includes('Credential=renewed/') ?? false;
      outgoing.writeHead(isNew ? 200 : 403, { 'content-type': 'application/xml' });
      outgoing.end(
        isNew
          ? '<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>'
          : '<Error><Code>InvalidAccessKeyId</Code></Error>',
      );
    });
    assert.equal((await failureOf(endpoint)).code, 'credentials-refused');
    undo.push(setAwsVariables({ accessKeyId: 'renewed', secretAccessKey: 'any' }));
    await check(endpoint);
    assert.equal(requests.length, 2);
  });

  it('stops though nothing answers when it is cancelled, in silence', async () => {
    wire.disturbNext(() => true, 'stall');
    const controller = new AbortController();
    const checking = check(wire.endpoint, undefined, controller.signal);
    while (wire.requests.length === 0) await new Promise(resolve => setImmediate(resolve));
    controller.abort();
    await assert.rejects(checking, { code: 'cancelled' });
    assert.equal(wire.requests.length, 1);
    assert.equal(states.at(-1)?.kind, 'idle');
  });
});
