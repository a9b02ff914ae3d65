import {
  sourceIn,
  type ConnectionSettings,
  type CredentialSource,
  type ResolvedSource,
} from '../config/settings';
import { readSharedFiles, stampOf } from '../config/sharedFiles';
import type { FailureCode } from '../../protocol/failures';
import { Failure } from '../failures/failure';
import { found } from '../failures/found';
import { keepSecret } from '../failures/secrets';
import { resolveCredentials } from './credentials';
import type { Identity } from './credentialProcess';
import { nobody, type PersonPort } from '../ports/personPort';
import { Transport, type TransportOptions } from './transport';

export interface CredentialCacheOptions {
  /** Gets the credentials of a profile or place anew; without one, those of the default chain. */
  readonly resolve?: (source: ResolvedSource) => Promise<Identity>;
  readonly now?: () => number;
  /** Has the codes and keys that no file has; without it, there is nobody. */
  readonly person?: PersonPort;
}

/**
 * The credentials of each profile, shared by all connections of an engine. They are got by one
 * resolution at a time, since a program may ask a person for a code. What was got counts until a
 * store has refused it or its time is past. It is renewed in its last five minutes; where the source
 * has nothing newer then, the source is not asked again before the end. Where a program or a profile
 * has failed, it fails for all, without being run again, until a shared file changes or somebody asks
 * for it: a program may want a code each time. A person is asked for a code only where `tryAgain` has
 * just said that somebody wants something, since a box that opens by itself takes what is being typed.
 */
export class CredentialCache {
  readonly #resolve: (source: ResolvedSource) => Promise<Identity>;
  readonly #now: () => number;
  readonly #person: PersonPort;
  readonly #entries = new Map<string, Entry>();

  constructor({ resolve, now = Date.now, person = nobody }: CredentialCacheOptions = {}) {
    this.#resolve = resolve ?? (source => this.#resolveBy(source));
    this.#now = now;
    this.#person = person;
  }

  /** Returns credentials that count. Throws a `Failure` where the profile gives none. */
  async get(source: CredentialSource): Promise<Identity> {
    const entry = this.#entry(source);
    const { known } = entry;
    if (known !== undefined && this.#now() < known.freshUntilMs) {
      // Nobody had to be asked for what was wanted; what comes later is something else.
      entry.mayAsk = false;
      return known.identity;
    }
    const renewal = this.#renew(source, entry);
    if (known === undefined || known.isRefused || this.#now() >= known.endMs) return renewal;
    // Nobody has to wait for newer ones. Where there are none, the failure is told at the end.
    renewal.catch(() => undefined);
    return known.identity;
  }

  /**
   * Makes the next who asks wait for others than these, which a store does not take, or no longer
   * takes. Where there are none, they are given out again: another request may be taken with them.
   */
  refused(source: CredentialSource, used: UsedKeys): void {
    const entry = this.#entry(source);
    const { known } = entry;
    if (known === undefined || !areSameKeys(used, known.identity)) return;
    // The source has nothing else: however many requests fail by that, it is not asked for each.
    const nowMs = this.#now();
    if (nowMs < entry.askAgainAtMs && entry.rejected === undefined) return;
    entry.askAgainAtMs = nowMs + minRefusalMs;
    entry.known = { ...known, freshUntilMs: nowMs, isRefused: true };
  }

  /** Lets what has failed be tried again, and a person be asked, since that person wants it. */
  tryAgain(source: CredentialSource): void {
    const entry = this.#entry(source);
    if (isTyped(source)) {
      // No file tells that another key was typed in; to ask costs nothing. A renewal under way may
      // bring the key that was replaced: it ends in the entry that nobody looks at any more.
      this.#entries.set(keyOf(source), newEntry(entry));
      return;
    }
    entry.rejected = undefined;
    entry.mayAsk = true;
  }

  /** Goes by these settings from now on, and by what the shared files say now. */
  heed(settings: HeededSettings): void {
    const { trust, proxy } = settings;
    const network = { trust, proxy };
    const source = sourceIn(settings);
    const stamp = `${stampOfFiles()} ${JSON.stringify(network)}`;
    const before = this.#entries.get(keyOf(source));
    if (before?.stamp === stamp) return;
    this.#entries.set(keyOf(source), {
      ...newEntry({ stamp, network }),
      mayAsk: before?.mayAsk === true,
    });
  }

  #resolveBy(source: ResolvedSource): Promise<Identity> {
    const entry = this.#entry(source);
    const transport = new Transport(entry.network);
    const person: Pick<PersonPort, 'mfaCode'> = {
      mfaCode: question =>
        entry.mayAsk ? this.#person.mfaCode(question) : Promise.resolve(undefined),
    };
    return resolveCredentials(source, transport.handler, person).finally(() => {
      transport.close();
    });
  }

  async #typedKey(folder: string): Promise<Identity> {
    const key = await this.#person.accessKey(folder);
    if (key !== undefined) return key;
    throw new Failure(
      'no-credentials',
      '',
      found`the access key that was typed in for this folder`,
    );
  }

  #renew(source: CredentialSource, entry: Entry): Promise<Identity> {
    if (entry.renewal !== undefined) return entry.renewal;
    const stamp = stampOfFiles();
    if (entry.rejected?.stamp === stamp) {
      serveOn(entry);
      return Promise.reject(entry.rejected.failure);
    }
    entry.rejected = undefined;
    const identity = isTyped(source) ? this.#typedKey(source.accessKeyOf) : this.#resolve(source);
    entry.renewal = identity
      .then(
        identity => {
          keepSecret(identity.secretAccessKey);
          keepSecret(identity.sessionToken);
          entry.known = this.#knownOf(identity);
          return identity;
        },
        (error: unknown) => {
          if (error instanceof Failure && keptCodes.has(error.code)) {
            entry.rejected = { failure: error, stamp };
          }
          serveOn(entry);
          throw error;
        },
      )
      .finally(() => {
        entry.renewal = undefined;
        entry.mayAsk = false;
      });
    return entry.renewal;
  }

  #knownOf(identity: Identity): Known {
    const endMs = identity.expiration?.getTime() ?? Infinity;
    const early = endMs - renewalMs;
    const freshUntilMs = early > this.#now() ? early : endMs;
    return { identity, endMs, freshUntilMs, isRefused: false };
  }

  #entry(source: CredentialSource): Entry {
    const key = keyOf(source);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = newEntry({ stamp: '', network: {} });
      this.#entries.set(key, entry);
    }
    return entry;
  }
}

/** What a refused request was signed with. */
export interface UsedKeys {
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
}

export function areSameKeys(used: UsedKeys, others: Partial<UsedKeys> | undefined): boolean {
  return used.accessKeyId === others?.accessKeyId && used.sessionToken === others.sessionToken;
}

interface Entry {
  readonly stamp: string;
  readonly network: NetworkOptions;
  known: Known | undefined;
  /** Until then a refusal changes nothing. */
  askAgainAtMs: number;
  renewal: Promise<Identity> | undefined;
  rejected: Rejected | undefined;
  /** Whether a person wants something just now, and may be asked for a code. */
  mayAsk: boolean;
}

/** A renewal that has failed, and what the shared files were when it began. */
interface Rejected {
  readonly failure: Failure;
  readonly stamp: string;
}

/**
 * What is not tried again by itself. `sign-in-needed` is no part of it: it runs nothing and asks
 * nobody, and goes on by itself after a sign-in, which leaves the shared files as they are.
 */
const keptCodes = new Set<FailureCode>([
  'program-failed',
  'program-not-found',
  'profile-failed',
  'mfa-code-needed',
]);

/** Gives out what is known until its end, since there is nothing newer. */
function serveOn(entry: Entry): void {
  const { known } = entry;
  if (known === undefined) return;
  entry.known = { ...known, freshUntilMs: known.endMs, isRefused: false };
}

type HeededSettings = Pick<
  ConnectionSettings,
  'profile' | 'trust' | 'proxy' | 'accessKeyOf' | 'place'
>;

/** How requests for credentials go. */
type NetworkOptions = Pick<TransportOptions, 'trust' | 'proxy'>;

function newEntry({ stamp, network }: Pick<Entry, 'stamp' | 'network'>): Entry {
  return {
    stamp,
    network,
    known: undefined,
    askAgainAtMs: 0,
    renewal: undefined,
    rejected: undefined,
    mayAsk: false,
  };
}

interface Known {
  readonly identity: Identity;
  readonly endMs: number;
  /** Until then nobody asks for newer ones. */
  readonly freshUntilMs: number;
  /** Whether a store has refused them since they were got. */
  readonly isRefused: boolean;
}

/** Between two resolutions of what a store refuses. */
const minRefusalMs = 1_000;

/** As long before the end as the SDK renews credentials. */
const renewalMs = 5 * 60_000;

function keyOf(source: CredentialSource): string {
  if (isTyped(source)) return `typed ${source.accessKeyOf}`;
  if (typeof source === 'object') return `place ${source.place}`;
  return source === undefined ? 'chain' : `profile ${source}`;
}

function isTyped(source: CredentialSource): source is { readonly accessKeyOf: string } {
  return typeof source === 'object' && 'accessKeyOf' in source;
}

function stampOfFiles(): string {
  const { credentials, config } = readSharedFiles(process.env);
  return `${stampOf(credentials)} ${stampOf(config)}`;
}
