import { BlockList, isIP } from 'node:net';
import type { RawSettings } from '../../protocol/folders';
import { Failure } from '../failures/failure';
import { found } from '../failures/found';
import { keepSecret } from '../failures/secrets';

/** Through which proxies requests go, unchecked; see `proxyOf`. */
export interface ProxySettings {
  /** VS Code's `http.proxy`, which counts before what the environment says. */
  readonly set: NamedProxy | undefined;
  readonly https: NamedProxy | undefined;
  readonly http: NamedProxy | undefined;
  /** Hosts that are asked directly. */
  readonly bypass: readonly string[];
  /** The whole header `Proxy-Authorization` (VS Code's `http.proxyAuthorization`). */
  readonly authorization: string | undefined;
  /** Whether the certificate of the proxy itself has to be trusted (VS Code's `http.proxyStrictSSL`). */
  readonly isStrict: boolean;
}

/** What somebody has written down, and the setting or variable where it stands. */
interface NamedProxy {
  readonly text: string;
  readonly source: string;
}

/** The proxy for one request. */
export interface Proxy {
  /** Without user name and password. */
  readonly url: string;
  /** The setting or variable that names it. */
  readonly source: string;
  readonly authorization: string | undefined;
  readonly isStrict: boolean;
}

/**
 * Returns what settings and environment say of proxies; `undefined` where they name none. As in VS
 * Code, a request over https goes by HTTPS_PROXY or else HTTP_PROXY, and the list of the setting
 * counts instead of NO_PROXY. Over http only HTTP_PROXY counts, as for the AWS CLI.
 */
export function proxySettings(raw: RawSettings, env: NodeJS.ProcessEnv): ProxySettings | undefined {
  if (raw['http.proxySupport'] === 'off') return undefined;
  const set = textOf(raw['http.proxy']);
  const http = fromVariable(env, 'http_proxy');
  const https = fromVariable(env, 'https_proxy') ?? http;
  if (set === undefined && https === undefined) return undefined;
  const noProxy = listOf(raw['http.noProxy']);
  const noProxyVariable = fromVariable(env, 'no_proxy')?.text.split(/[\s,]+/) ?? [];
  const authorization = textOf(raw['http.proxyAuthorization']);
  keepSecret(authorization);
  keepSecret(authorization?.split(' ').at(-1));
  return {
    set: set === undefined ? undefined : { text: set, source: 'http.proxy' },
    https,
    http,
    bypass: (noProxy.length > 0 ? noProxy : noProxyVariable).filter(each => each !== ''),
    authorization,
    isStrict: raw['http.proxyStrictSSL'] !== false,
  };
}

/**
 * Returns the proxy for requests to this URL; `undefined` where it is asked directly. Throws
 * `invalid-setting` where what is written down cannot be used.
 */
export function proxyOf(settings: ProxySettings | undefined, url: URL): Proxy | undefined {
  if (settings === undefined) return undefined;
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? '443' : '80') : url.port;
  if (bypasses([...ownHosts, ...settings.bypass], url.hostname, port)) return undefined;
  const named = settings.set ?? (isSecure ? settings.https : settings.http);
  return named === undefined ? undefined : readProxy(named, settings);
}

/** This computer itself: VS Code asks it directly, too. */
const ownHosts = ['localhost', '127.0.0.0/8', '::1'];

function readProxy({ text, source }: NamedProxy, settings: ProxySettings): Proxy {
  let url: URL;
  try {
    // curl and the AWS CLI take a host alone, too.
    url = new URL(text.includes('://') ? text : `http://${text}`);
  } catch {
    throw new Failure('invalid-setting', source, found`it takes a URL that begins with http://`);
  }
  if (url.protocol.startsWith('socks')) {
    throw new Failure(
      'invalid-setting',
      source,
      found`a SOCKS proxy is not supported, only one that begins with http:// or https://`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Failure('invalid-setting', source, found`it takes a URL that begins with http://`);
  }
  const { authorization = basicAuthorization(url), isStrict } = settings;
  return { url: `${url.protocol}//${url.host}`, source, authorization, isStrict };
}

/** RFC 7617, section 2. */
function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const [user, secret] = [decoded(username), decoded(password)];
  keepSecret(secret);
  const token = Buffer.from(`${user}:${secret}`).toString('base64');
  keepSecret(token);
  return `Basic ${token}`;
}

/** A percent sign that nobody has encoded stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Whether one of the patterns is for this host and port. A pattern is `*` for all hosts, a host that
 * stands for those below it, too, with or without `.` or `*.` before it, an address, or a range of
 * addresses as in 10.0.0.0/8. All but ranges may end in a port. An IPv6 address may be in brackets,
 * and is where a port follows.
 */
export function bypasses(patterns: readonly string[], hostname: string, port: string): boolean {
  const host = normalHost(hostname);
  return patterns.some(pattern => {
    const text = pattern.trim().toLowerCase();
    if (text === '') return false;
    if (text === '*') return true;
    if (text.includes('/')) return isInRange(host, text);
    const { name, port: wanted } = splitPort(text);
    if (wanted !== undefined && wanted !== port) return false;
    const suffix = normalHost(name.replace(/^\*?\./, ''));
    if (suffix === '') return false;
    if (isIP(suffix) !== 0 || isIP(host) !== 0) return isSameAddress(host, suffix);
    return host === suffix || host.endsWith(`.${suffix}`);
  });
}

function splitPort(text: string): { readonly name: string; readonly port: string | undefined } {
  const bare = text.replace(/^\[([^\]]*)\]$/, '$1');
  // The colons of an IPv6 address without brackets are its own.
  if (isIP(bare) === 6) return { name: bare, port: undefined };
  const [, name = text, port] = /^(.*):(\d+)$/.exec(text) ?? [];
  return { name, port };
}

function normalHost(text: string): string {
  return text
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '');
}

function isSameAddress(host: string, other: string): boolean {
  const family = isIP(host);
  if (family === 0 || isIP(other) !== family) return false;
  return family === 4 ? host === other : isInRange(host, `${other}/128`);
}

function isInRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.replace(/[[\]]/g, '').split('/');
  const [family, wanted] = [isIP(host), isIP(network)];
  if (family === 0 || wanted === 0 || !/^\d{1,3}$/.test(bits)) return false;
  const length = Number(bits);
  if (length > (wanted === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, length, wanted === 4 ? 'ipv4' : 'ipv6');
  // It also knows IPv4 addresses that are written as IPv6 ones.
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** Names in lower case count first, as everywhere. */
function fromVariable(env: NodeJS.ProcessEnv, name: string): NamedProxy | undefined {
  for (const source of [name, name.toUpperCase()]) {
    const text = textOf(env[source]);
    if (text !== undefined) return { text, source };
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

function listOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter(each => typeof each === 'string');
}
