import { exchange } from './httpExchange';
import { collectBounded } from './proveAnswers';
import type { Transport } from './transport';
import { found, type Found } from '../failures/found';

/** How this program is known to the service that signs people in. */
export interface OidcClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Seconds since 1970. */
  readonly clientSecretExpiresAt: number;
}

/** A sign-in that has begun: somebody is to confirm the code on a page. */
export interface DeviceAuthorization {
  readonly deviceCode: string;
  readonly userCode: string;
  /** The page, with the code in it. */
  readonly verificationUriComplete: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Seconds between two questions whether it was confirmed. */
  readonly interval: number;
}

export interface SsoToken {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string | undefined;
}

/**
 * AWS's service that signs people in for IAM Identity Center, as far as devices go
 * (https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/). Its requests are unsigned JSON:
 * the SDK's client would add to the bundle what three of them do not need.
 */
export class SsoOidc {
  readonly #endpoint: URL;
  readonly #transport: Transport;
  readonly #signal: AbortSignal;

  constructor(region: string, transport: Transport, signal: AbortSignal) {
    this.#endpoint = oidcEndpoint(region);
    this.#transport = transport;
    this.#signal = signal;
  }

  /** @param scopes What the token is for; without any, it cannot be renewed. */
  async register(scopes: readonly string[]): Promise<OidcClient> {
    const answer = await this.#post('/client/register', {
      clientName: 'S3 Backup',
      clientType: 'public',
      ...(scopes.length === 0 ? {} : { scopes }),
    });
    return {
      clientId: textIn(answer, 'clientId'),
      clientSecret: textIn(answer, 'clientSecret'),
      clientSecretExpiresAt: numberIn(answer, 'clientSecretExpiresAt'),
    };
  }

  async startDeviceAuthorization(
    { clientId, clientSecret }: OidcClient,
    startUrl: string,
  ): Promise<DeviceAuthorization> {
    const answer = await this.#post('/device_authorization', { clientId, clientSecret, startUrl });
    const page = textIn(answer, 'verificationUriComplete');
    // A browser is told to open it.
    if (!page.startsWith('https://')) throw new OidcError(found`its page has no https`);
    return {
      deviceCode: textIn(answer, 'deviceCode'),
      userCode: textIn(answer, 'userCode'),
      verificationUriComplete: page,
      expiresIn: numberIn(answer, 'expiresIn'),
      interval: intervalIn(answer),
    };
  }

  /** Throws an `OidcError` named `authorization_pending` until somebody has confirmed the code. */
  async createToken(
    { clientId, clientSecret }: OidcClient,
    { deviceCode }: DeviceAuthorization,
  ): Promise<SsoToken> {
    const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
    const answer = await this.#post('/token', { clientId, clientSecret, grantType, deviceCode });
    const { refreshToken } = answer;
    return {
      accessToken: textIn(answer, 'accessToken'),
      expiresIn: numberIn(answer, 'expiresIn'),
      refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined,
    };
  }

  async #post(path: string, content: object): Promise<Readonly<Record<string, unknown>>> {
    const text = JSON.stringify(content);
    const bytes = Buffer.from(text);
    const answer = await exchange(
      {
        method: 'POST',
        endpoint: this.#endpoint,
        target: this.#endpoint.pathname.replace(/\/$/, '') + path,
        headers: {
          host: this.#endpoint.host,
          'content-type': 'application/json',
          'content-length': String(bytes.byteLength),
          'user-agent': 's3-backup',
        },
        body: {
          bytes,
          send: into => {
            into.end(bytes);
            return Promise.resolve();
          },
        },
      },
      this.#transport,
      this.#signal,
    );
    const parsed = parse(Buffer.from(await collectBounded(answer)).toString());
    const { statusCode: status = 0 } = answer;
    if (status >= 200 && status < 300) return parsed;
    const { error, error_description: description } = parsed;
    const said = typeof description === 'string' ? description : `status ${String(status)}`;
    throw new OidcError(said, typeof error === 'string' ? error : '');
  }
}

/** What the service answers that is no success; `name` is its own word for it. */
export class OidcError extends Error {
  constructor(
    readonly said: string | Found,
    name = 'unexpected_answer',
  ) {
    super(typeof said === 'string' ? said : said.message);
    this.name = name;
  }
}

/** Where single sign-on is asked, as AWS's command line finds it. */
export function oidcEndpoint(region: string): URL {
  const named = process.env['AWS_ENDPOINT_URL_SSO_OIDC'];
  if (named !== undefined && named !== '') return new URL(named);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(`https://oidc.${region}.${domain}`);
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // The parser's error would repeat a piece of the text, which may be a token.
  }
  throw new OidcError(found`its answer is no JSON`);
}

function textIn(answer: Readonly<Record<string, unknown>>, name: string): string {
  const value = answer[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new OidcError(found`its answer has no ${name}`);
}

/** RFC 8628, section 3.2; without a time between them, the questions would be a flood. */
function intervalIn({ interval }: Readonly<Record<string, unknown>>): number {
  const isTime = typeof interval === 'number' && interval > 0 && interval <= maxIntervalS;
  return isTime ? interval : 5;
}

/** What an hour has: timers take no more than 24 days, and begin at once with more. */
const maxIntervalS = 3600;

function numberIn(answer: Readonly<Record<string, unknown>>, name: string): number {
  const value = answer[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new OidcError(found`its answer has no ${name}`);
}
