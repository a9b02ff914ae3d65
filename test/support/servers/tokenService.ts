import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a request to assume a role said, and with which key it was signed. */
interface RoleRequest {
  readonly key: string | undefined;
  readonly role: string | undefined;
  readonly session: string | null;
  readonly externalId: string | null;
  readonly device: string | null;
  readonly code: string | null;
}

/** AWS's token service, as far as roles go: the role `r` comes with the key `AS-r`. */
export async function securityTokenService(): Promise<{
  readonly endpoint: string;
  readonly requests: readonly RoleRequest[];
  close(): void;
}> {
  const requests: RoleRequest[] = [];
  const server = createServer((request, response) => {
    void answer(request).then(xml => response.setHeader('content-type', 'text/xml').end(xml));
  });
  async function answer(request: IncomingMessage): Promise<string> {
    const form = new URLSearchParams(await text(request));
    const action = form.get('Action') ?? '';
    const role = form.get('RoleArn')?.split('/').at(-1);
    const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
    const session = form.get('RoleSessionName');
    const [device, code] = [form.get('SerialNumber'), form.get('TokenCode')];
    const externalId = form.get('ExternalId');
    requests.push({ key, role, session, externalId, device, code });
    const end = new Date(Date.now() + 3_600_000).toISOString();
    return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>
<Credentials><AccessKeyId>AS-${role ?? ''}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
<SessionToken>t</SessionToken><Expiration>${end}</Expiration></Credentials>
</${action}Result></${action}Response>`;
  }
  return {
    endpoint: await listen(server),
    requests,
    close: () => {
      end(server);
    },
  };
}

/** The portal of single sign-on: the token `t` has roles, whose keys are `SSO-account-role-t`. */
export async function singleSignOn(): Promise<{ readonly endpoint: string; close(): void }> {
  const server = createServer(({ url = '', headers }, response) => {
    const { searchParams } = new URL(url, 'http://portal');
    const token = headers['x-amz-sso_bearer_token'];
    const names = [searchParams.get('account_id'), searchParams.get('role_name'), token];
    const roleCredentials = {
      accessKeyId: `SSO-${names.join('-')}`,
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: Date.now() + 3_600_000,
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ roleCredentials }));
  });
  return {
    endpoint: await listen(server),
    close: () => {
      end(server);
    },
  };
}

/**
 * The service that renews what `aws login` has given, by the key `RENEWED` and the refresh token
 * `next`, or refuses to with this error.
 */
export async function consoleSignIn(refusal?: string): Promise<{
  readonly endpoint: string;
  readonly refreshTokens: readonly string[];
  close(): void;
}> {
  const refreshTokens: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then(body => {
      const { refreshToken } = JSON.parse(body) as { readonly refreshToken: string };
      refreshTokens.push(refreshToken);
      response.setHeader('content-type', 'application/json');
      if (refusal !== undefined) {
        response.setHeader('x-amzn-errortype', 'AccessDeniedException');
        response.writeHead(400).end(JSON.stringify({ error: refusal, message: 'no' }));
        return;
      }
      const accessToken = { accessKeyId: 'RENEWED', secretAccessKey: 's', sessionToken: 't' };
      response.end(JSON.stringify({ accessToken, expiresIn: 900, refreshToken: 'next' }));
    });
  });
  return {
    endpoint: await listen(server),
    refreshTokens,
    close: () => {
      end(server);
    },
  };
}

/** The metadata service of a machine that has a role, whose key is `OF-THE-MACHINE`. */
export async function machineWithARole(): Promise<{ readonly endpoint: string; close(): void }> {
  const server = createServer((request, response) => {
    const { url = '' } = request;
    if (url.includes('/api/token')) response.end('token');
    else if (url.endsWith('/security-credentials/')) response.end('machine');
    else if (url.endsWith('/machine')) {
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      const keys = { AccessKeyId: 'OF-THE-MACHINE', SecretAccessKey: 's', Token: 't', Expiration };
      response.end(JSON.stringify({ Code: 'Success', ...keys }));
    } else response.writeHead(404).end();
  });
  return {
    endpoint: await listen(server),
    close: () => {
      end(server);
    },
  };
}

/** The service of a container that has a role, whose key is `OF-THE-CONTAINER`, at its root. */
export async function containerWithARole(): Promise<{
  readonly endpoint: string;
  /** What the requests said to be let in. */
  readonly tokens: readonly (string | undefined)[];
  close(): void;
}> {
  const tokens: (string | undefined)[] = [];
  const server = createServer(({ url, headers }, response) => {
    tokens.push(headers.authorization);
    if (url !== '/') {
      response.writeHead(403).end(JSON.stringify({ Code: 'AccessDenied', Message: 'no' }));
      return;
    }
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    const keys = { AccessKeyId: 'OF-THE-CONTAINER', SecretAccessKey: 's', Token: 't', Expiration };
    response.end(JSON.stringify(keys));
  });
  return {
    endpoint: await listen(server),
    tokens,
    close: () => {
      end(server);
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

function end(server: Server): void {
  server.closeAllConnections();
  server.close();
}
