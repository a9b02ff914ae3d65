import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createPlainServer, type Server as PlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

import { CredentialCache } from '../../src/engine/s3/credentialCache';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { awsFiles, type AwsFiles } from '../support/disk/awsFiles';
import { CertificateAuthority } from '../support/servers/certificateAuthority';

/** Each is answered over https by another place, which speaks http. */
describe('A redirect', function () {
  this.timeout(120_000);
  const authority = new CertificateAuthority();
  let aws: AwsFiles;
  let elsewhere: PlainServer;
  let sender: Server;
  let endpoint: string;
  let bundle: string;
  let status: number;
  /** Requests and connections that another place has had. */
  let elsewhereHad: number;
  let asked: Set<string>;

  beforeEach(async () => {
    aws = await awsFiles();
    bundle = join(aws.folder, 'authority.pem');
    await writeFile(bundle, authority.cert);
    elsewhereHad = 0;
    elsewhere = createPlainServer((_, response) => response.end());
    elsewhere.on('connection', () => elsewhereHad++);
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const other = `127.0.0.1:${portOf(elsewhere)}`;
    asked = new Set();
    sender = createServer(authority.issue(), (request, response) => {
      asked.add(`${String(request.method)} ${new URL(request.url ?? '', endpoint).pathname}`);
      request.resume().on('end', () => {
        const place = `http://${other}${request.url ?? ''}`;
        response.writeHead(status, {
          location: place,
          refresh: `0; url=${place}`,
          'x-amz-bucket-region': `${other}/`,
          'content-type': 'application/xml',
        });
        response.end(
          `<?xml version="1.0"?><Error><Code>TemporaryRedirect</Code><Endpoint>${other}</Endpoint><Region>${other}/</Region></Error>`,
        );
      });
    });
    sender.listen(0, '127.0.0.1');
    await once(sender, 'listening');
    endpoint = `https://127.0.0.1:${portOf(sender)}`;
    aws.set({
      AWS_ENDPOINT_URL_SSO: endpoint,
      AWS_ENDPOINT_URL_SSO_OIDC: endpoint,
      AWS_ENDPOINT_URL_STS: endpoint,
      HOME: dirname(aws.folder),
      USERPROFILE: dirname(aws.folder),
    });
    await aws.write({
      credentials: '[keys]\naws_access_key_id = K\naws_secret_access_key = s\n',
      config: [
        '[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = keys',
        '[profile office]\nsso_start_url = https://office.test/start\nsso_region = eu-west-1',
        'sso_account_id = 1\nsso_role_name = r\n',
      ].join('\n'),
    });
  });
  afterEach(async () => {
    for (const server of [elsewhere, sender]) {
      server.closeAllConnections();
      server.close();
    }
    await aws.remove();
  });

  function open(profile: string): S3Connection {
    const trust = { system: false, bundle: { path: bundle, source: 'test' } };
    const settings = { profile, region: 'us-east-1', endpoint, forcePathStyle: true, trust };
    return new S3Connection(settings, { credentials: new CredentialCache() });
  }

  const signal = () => AbortSignal.timeout(20_000);

  for (const each of [301, 302, 303, 307, 308]) {
    it(`by ${String(each)} takes no credentials from https to http, or to another host`, async () => {
      status = each;
      const attributes = { contentType: 'text/plain', metadata: {} };
      const condition = { kind: 'absent' } as const;
      const store = open('keys');
      const bucket = store.bucket('b');
      const work: (() => Promise<unknown>)[] = [
        () => store.account.buckets({ limit: 1, signal: signal() }),
        () => bucket.list({ prefix: '', signal: signal() })[Symbol.asyncIterator]().next(),
        () => bucket.head({ key: 'key', signal: signal() }),
        () =>
          bucket.put({
            key: 'key',
            body: Buffer.from('x'),
            condition,
            attributes,
            signal: signal(),
          }),
        () => bucket.versioning(signal()),
      ];
      // Some of them take it for “not told”.
      for (const send of work) await send().catch(() => undefined);
      assert.equal(await store.caller(signal()), undefined);
      store.close();
      for (const profile of ['role', 'office']) {
        const other = open(profile);
        const show = () => Promise.resolve(true);
        await assert.rejects(() => other.check({ target: undefined, signal: signal() }));
        await other.signIn({ show, signal: signal() }).catch(() => undefined);
        other.close();
      }
      assert.deepEqual(
        ['GET /', 'GET /b', 'HEAD /b/key', 'POST /', 'POST /client/register'].filter(
          request => !asked.has(request) && !asked.has(`${request}/`),
        ),
        [],
      );
      assert.equal(elsewhereHad, 0);
    });
  }
});

function portOf(server: PlainServer | Server): string {
  return String((server.address() as AddressInfo).port);
}
