import type { RawSettings } from '../protocol';
import { Failure } from './failure';

/** How to reach the store. */
export interface ConnectionSettings {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  /** A URL without a trailing slash; AWS where it is left out. */
  readonly endpoint: string | undefined;
  /** Whether the bucket's name goes into the path instead of the host name. */
  readonly forcePathStyle: boolean;
}

/** What a comparison goes by. */
export interface CompareSettings {
  /** Patterns in the syntax of gitignore, from the setting `s3Backup.exclude`. */
  readonly exclude: readonly string[];
}

/** Throws `invalid-setting`, naming the setting, where a value cannot be meant. */
export function parseConnectionSettings(raw: RawSettings): ConnectionSettings {
  const endpoint = parseEndpoint(raw);
  return {
    profile: optionalText(raw, 'profile'),
    region: optionalText(raw, 'region'),
    endpoint,
    // Stores other than AWS seldom have a host name for each bucket.
    forcePathStyle: optionalFlag(raw, 'forcePathStyle') ?? endpoint !== undefined,
  };
}

/** Throws `invalid-setting`, naming the setting, where a value cannot be meant. */
export function parseCompareSettings(raw: RawSettings): CompareSettings {
  const exclude = raw['exclude'] ?? [];
  if (!Array.isArray(exclude) || !exclude.every(pattern => typeof pattern === 'string')) {
    throw invalid('exclude', 'it takes a list of patterns');
  }
  return { exclude };
}

function parseEndpoint(raw: RawSettings): string | undefined {
  const text = optionalText(raw, 'endpoint');
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalid('endpoint', 'it takes a URL that begins with https:// or http://');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('endpoint', 'a URL with a user name or password is not used');
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalid('endpoint', 'a URL with a query or fragment is not used');
  }
  return text.replace(/\/+$/, '');
}

function optionalText(raw: RawSettings, name: string): string | undefined {
  const value = raw[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(name, 'it takes a text');
  const text = value.trim();
  return text === '' ? undefined : text;
}

function optionalFlag(raw: RawSettings, name: string): boolean | undefined {
  const value = raw[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw invalid(name, 'it takes true or false');
  return value;
}

function invalid(name: string, why: string): Failure {
  return new Failure('invalid-setting', `s3Backup.${name}`, why);
}
