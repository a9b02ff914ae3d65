import type { CredentialPlace } from '../../protocol/credentials';
import type { RawSettings } from '../../protocol/folders';
import { readEndpoint, type Endpoint } from '../../protocol/endpoint';
import type { ConnectionDefaults } from './connectionDefaults';
import { places } from './credentialPlaces';
import { Failure } from '../failures/failure';
import { found, type Found } from '../failures/found';
import { proxySettings, type ProxySettings } from './proxy';

/** How to reach the store. */
export interface ConnectionSettings {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  /** A URL in its normal form; `undefined` for AWS, unless a special way leads there. */
  readonly endpoint: string | undefined;
  /** Whether requests name the bucket in the path instead of the host name. */
  readonly forcePathStyle: boolean;
  readonly trust?: TrustSettings;
  readonly proxy?: ProxySettings;
  /** The folder whose access key counts that was typed in, instead of all profiles. */
  readonly accessKeyOf?: string;
  /** The place whose credentials count, instead of all profiles. */
  readonly place?: CredentialPlace;
  readonly storage?: StorageSettings;
}

/** How the store is to keep what is uploaded; the bucket decides what is left out. */
export interface StorageSettings {
  readonly storageClass?: string;
  readonly encryption?: Encryption;
  /** ARN, ID or alias. */
  readonly kmsKeyId?: string;
}

export type Encryption = 'AES256' | 'aws:kms' | 'aws:kms:dsse';

/** Whose credentials: of a profile, of the default chain, of a place, or typed in for a folder. */
export type CredentialSource = ResolvedSource | { readonly accessKeyOf: string };

/** What is looked for on this machine; `undefined` is the default chain. */
export type ResolvedSource = string | undefined | { readonly place: CredentialPlace };

export function sourceIn({
  profile,
  accessKeyOf,
  place,
}: Pick<ConnectionSettings, 'profile' | 'accessKeyOf' | 'place'>): CredentialSource {
  if (accessKeyOf !== undefined) return { accessKeyOf };
  return place === undefined ? profile : { place };
}

/** Whose certificates count, besides those of the authorities that Node knows. */
export interface TrustSettings {
  /** Whether those of this computer count, too (VS Code's `http.systemCertificates`). */
  readonly system: boolean;
  /** A file with more, and the variable or file that names it. */
  readonly bundle: { readonly path: string; readonly source: string } | undefined;
}

/**
 * What decides a verdict. `smart`: receipts, then name and time, then content if these leave a doubt.
 * `time`: name and time alone, without hashing. `content`: receipts, else content.
 */
export type CompareRule = 'smart' | 'time' | 'content';

/** The settings of a comparison. */
export interface CompareSettings {
  readonly rule: CompareRule;
  /** Patterns in the syntax of gitignore, from the setting `s3Backup.exclude`. */
  readonly exclude: readonly string[];
  /** Names of files with more patterns, besides `.s3backupignore`. */
  readonly ignoreFiles: readonly string[];
}

/** How much of the network batches may use. */
export interface TrafficSettings {
  /** The maximum of requests in flight; `undefined` if the engine chooses. */
  readonly concurrency: number | undefined;
  /** Bytes per second; `undefined` for no limit. */
  readonly bandwidthLimit: number | undefined;
}

/** Throws `invalid-setting` with the setting's name if a value is not valid. */
export function parseConnectionSettings(
  raw: RawSettings,
  defaultsOf: (profile: string | undefined) => Partial<ConnectionDefaults> = () => ({}),
  env: NodeJS.ProcessEnv = {},
): ConnectionSettings {
  const profile = optionalText(raw, 'profile');
  const defaults = defaultsOf(profile);
  const proxy = proxySettings(raw, env);
  const named = parseEndpoint(raw) ?? checkedDefault(defaults.endpoint);
  // Without an endpoint, each bucket is asked for at the host of its own region.
  const endpoint = named?.usual === undefined ? named?.url : undefined;
  return {
    profile,
    region: optionalText(raw, 'region') ?? named?.region ?? defaults.region,
    endpoint,
    // Stores other than AWS seldom have a host name for each bucket.
    forcePathStyle:
      optionalFlag(raw, 'forcePathStyle') ?? defaults.forcePathStyle ?? endpoint !== undefined,
    ...accessKeyChosen(raw),
    ...placeChosen(raw),
    ...storageAsked(raw),
    trust: { system: raw['http.systemCertificates'] !== false, bundle: defaults.caBundle },
    ...(proxy === undefined ? {} : { proxy }),
  };
}

function storageAsked(raw: RawSettings): Pick<ConnectionSettings, 'storage'> {
  const storageClass = optionalText(raw, 'storageClass');
  if (storageClass !== undefined && !/^\w+$/.test(storageClass)) {
    throw invalid('storageClass', found`it takes the name of a class, as in “STANDARD_IA”`);
  }
  const text = optionalText(raw, 'serverSideEncryption');
  const encryption = encryptions.find(each => each === text);
  if (encryption === undefined && text !== undefined) {
    throw invalid('serverSideEncryption', found`it takes ${encryptions.join(', ')}`);
  }
  const kmsKeyId = optionalText(raw, 'kmsKeyId');
  if (kmsKeyId !== undefined && encryption !== 'aws:kms' && encryption !== 'aws:kms:dsse') {
    throw invalid('kmsKeyId', found`it needs “aws:kms” in s3Backup.serverSideEncryption`);
  }
  if (storageClass === undefined && encryption === undefined) return {};
  return {
    storage: {
      ...(storageClass === undefined ? {} : { storageClass }),
      ...(encryption === undefined ? {} : { encryption }),
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    },
  };
}

const encryptions: readonly Encryption[] = ['AES256', 'aws:kms', 'aws:kms:dsse'];

/** No setting of VS Code has that name: the editor adds it where the user has chosen so. */
function accessKeyChosen(raw: RawSettings): Pick<ConnectionSettings, 'accessKeyOf'> {
  const folder = optionalText(raw, 'accessKeyOf');
  return folder === undefined ? {} : { accessKeyOf: folder };
}

/** The editor adds it, too. */
function placeChosen(raw: RawSettings): Pick<ConnectionSettings, 'place'> {
  const text = optionalText(raw, 'place');
  const place = places.find(each => each === text);
  if (place === undefined && text !== undefined)
    throw invalid('place', found`it takes ${places.join(', ')}`);
  return place === undefined ? {} : { place };
}

/** Throws `invalid-setting` with the setting's name if a value is not valid. */
export function parseCompareSettings(raw: RawSettings): CompareSettings {
  const exclude = raw['exclude'] ?? [];
  if (!Array.isArray(exclude) || !exclude.every(pattern => typeof pattern === 'string')) {
    throw invalid('exclude', found`it takes a list of patterns`);
  }
  const ignoreFiles = optionalFlag(raw, 'useGitignore') === true ? ['.gitignore'] : [];
  return { rule: parseRule(raw), exclude, ignoreFiles };
}

function parseRule(raw: RawSettings): CompareRule {
  const rule = raw['compare.rule'] ?? 'smart';
  if (rule === 'smart' || rule === 'time' || rule === 'content') return rule;
  throw invalid('compare.rule', found`it takes smart, time or content`);
}

/** Throws `invalid-setting` with the setting's name if a value is not valid. */
export function parseTrafficSettings(raw: RawSettings): TrafficSettings {
  return { concurrency: parseConcurrency(raw), bandwidthLimit: parseBandwidth(raw) };
}

/** More is found by itself where it helps. */
const maxConcurrency = 64;

function parseConcurrency(raw: RawSettings): number | undefined {
  const name = 'concurrency';
  const value = raw[name];
  const text = typeof value === 'number' ? String(value) : optionalText(raw, name);
  if (text === undefined || text.toLowerCase() === 'auto') return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > maxConcurrency) {
    throw invalid(name, found`it takes “auto” or a number from 1 to ${String(maxConcurrency)}`);
  }
  return number;
}

/** At a lower rate, requests would seem to have stalled. */
const minBandwidthBytesPerSecond = 1024;

const units: Readonly<Record<string, number>> = { '': 1, K: 1 << 10, M: 1 << 20, G: 1 << 30 };

function parseBandwidth(raw: RawSettings): number | undefined {
  const name = 'bandwidthLimit';
  const value = raw[name];
  const text = typeof value === 'number' ? String(value) : optionalText(raw, name);
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(?:([KMG]?)i?B(?:\/s)?)?$/i.exec(text);
  const unit = units[match?.[2]?.toUpperCase() ?? ''];
  if (match === null || unit === undefined) {
    throw invalid(name, found`it takes bytes per second, as in “500 KB” or “2 MB”`);
  }
  const bytes = Math.round(Number(match[1]) * unit);
  if (bytes === 0) return undefined;
  if (bytes < minBandwidthBytesPerSecond)
    throw invalid(name, found`it takes at least “1 KB”, or 0 for no limit`);
  return bytes;
}

function parseEndpoint(raw: RawSettings): Endpoint | undefined {
  const text = optionalText(raw, 'endpoint');
  return text === undefined ? undefined : checkedEndpoint(text, 's3Backup.endpoint');
}

function checkedDefault(endpoint: ConnectionDefaults['endpoint']): Endpoint | undefined {
  return endpoint === undefined ? undefined : checkedEndpoint(endpoint.url, endpoint.source);
}

function checkedEndpoint(text: string, source: string): Endpoint {
  const endpoint = readEndpoint(text);
  if (endpoint === undefined) throw invalidAt(source, urlWanted(text));
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw invalidAt(source, found`a URL with a user name or password is not used`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalidAt(source, found`a URL with a query or fragment is not used`);
  }
  return endpoint;
}

/** Never repeats all of the text, in which a password may stand. */
function urlWanted(text: string): Found {
  if (/^https?:\/\/[^[@/]*:[^[@/]*:/i.test(text)) {
    return found`it takes an IPv6 address in brackets, as in http://[::1]:9000`;
  }
  const meant = text.includes('://') ? undefined : readEndpoint(`https://${text}`)?.url;
  return meant === undefined
    ? found`it takes a URL that begins with https:// or http://`
    : found`it takes a URL that begins with https:// or http://, as in ${meant}`;
}

function optionalText(raw: RawSettings, name: string): string | undefined {
  const value = raw[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(name, found`it must be text`);
  const text = value.trim();
  return text === '' ? undefined : text;
}

function optionalFlag(raw: RawSettings, name: string): boolean | undefined {
  const value = raw[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw invalid(name, found`it takes true or false`);
  return value;
}

/** `name` goes without the prefix `s3Backup.` of all settings. */
function invalid(name: string, why: Found): Failure {
  return invalidAt(`s3Backup.${name}`, why);
}

/** `source` is the full name of a setting, an environment variable or the path of a file. */
function invalidAt(source: string, why: Found): Failure {
  return new Failure('invalid-setting', source, why);
}
