import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import type { CertificateAuthority } from './certificateAuthority';

type Content = Readonly<Record<string, unknown>>;

/** AWS's service for sign-ins (OIDC) and the portal of its roles, over HTTPS, on one endpoint. */
export interface SignInService {
  readonly endpoint: string;
  readonly requests: readonly { readonly path: string; readonly content: Content }[];
  /** What the service says while nobody has confirmed the code; each counts once. */
  readonly answers: { readonly status: number; readonly content: Content }[];
  /** What a sign-in comes to once it was confirmed. */
  token: Content;
  /** The page that people are sent to. */
  page: string;
  /** Seconds between two questions, as the service says it. */
  interval: unknown;
  close(): void;
}

export const userCode = 'ABCD-EFGH';

export async function startSignInService(authority: CertificateAuthority): Promise<SignInService> {
  const requests: { path: string; content: Content }[] = [];
  const server = createServer(authority.issue(), (request, response) => {
    void answer(request).then(({ status, content }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(content));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  async function answer(
    request: IncomingMessage,
  ): Promise<{ readonly status: number; readonly content: Content }> {
    const { pathname, searchParams } = new URL(request.url ?? '', endpoint);
    const sent = await text(request);
    requests.push({ path: pathname, content: sent === '' ? {} : (JSON.parse(sent) as Content) });
    switch (pathname) {
      case '/client/register':
        return ok({ clientId: 'client', clientSecret: 'MARKEDclient', ...ends });
      case '/device_authorization':
        return ok({
          deviceCode: 'MARKEDdevice',
          userCode,
          verificationUri: service.page,
          verificationUriComplete: `${service.page}?user_code=${userCode}`,
          expiresIn: 60,
          interval: service.interval,
        });
      case '/token':
        return service.answers.shift() ?? ok(service.token);
      case '/federation/credentials': {
        const token = request.headers['x-amz-sso_bearer_token'];
        const names = [searchParams.get('account_id'), searchParams.get('role_name'), token];
        const expiration = Date.now() + 3_600_000;
        const keys = { accessKeyId: `SSO-${names.join('-')}`, secretAccessKey: 'MARKEDroleSecret' };
        return ok({ roleCredentials: { ...keys, sessionToken: 'MARKEDroleToken', expiration } });
      }
      default:
        return { status: 404, content: {} };
    }
  }

  const service: SignInService = {
    endpoint,
    requests,
    answers: [],
    token: { accessToken: 'MARKEDtoken', expiresIn: 28_800, tokenType: 'Bearer' },
    page: 'https://device.sso.test/',
    interval: 0.01,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return service;
}

const ends = { clientSecretExpiresAt: 4_000_000_000 };

function ok(content: Content): { readonly status: number; readonly content: Content } {
  return { status: 200, content };
}
