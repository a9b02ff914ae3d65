import { readSharedFiles, stampOf } from '../config/sharedFiles';
import { resolveCredentials } from './credentials';
import type { Identity } from './credentialProcess';
import { Transport } from './transport';

export interface CredentialCacheOptions {
  /** Gets the credentials of a profile anew; without one, those of the default chain. */
  readonly resolve?: (profile: string | undefined) => Promise<Identity>;
  readonly now?: () => number;
}

/**
 * The credentials of each profile, shared by all connections of an engine. They are got by one
 * resolution at a time, since a program may ask a person for a code. What was got counts until a
 * store has refused it or its time is past. It is renewed in its last five minutes; where the source
 * has nothing newer then, the source is not asked again before the end.
 */
export class CredentialCache {
  readonly #resolve: (profile: string | undefined) => Promise<Identity>;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor({ resolve, now = Date.now }: CredentialCacheOptions = {}) {
    const transport = new Transport();
    this.#resolve = resolve ?? (profile => resolveCredentials(profile, transport.handler));
    this.#now = now;
  }

  /** Returns credentials that count. Throws a `Failure` where the profile gives none. */
  async get(profile: string | undefined): Promise<Identity> {
    const entry = this.#entry(profile);
    const { known } = entry;
    if (known !== undefined && this.#now() < known.freshUntilMs) return known.identity;
    const renewal = this.#renew(profile, entry);
    if (known === undefined || this.#now() >= known.endMs) return renewal;
    // Nobody has to wait for newer ones. Where there are none, the failure is told at the end.
    renewal.catch(() => undefined);
    return known.identity;
  }

  /** Forgets credentials that a store does not take, or no longer takes. */
  refused(profile: string | undefined, { accessKeyId, sessionToken }: UsedKeys): void {
    const entry = this.#entry(profile);
    const identity = entry.known?.identity;
    if (identity?.accessKeyId !== accessKeyId || identity.sessionToken !== sessionToken) return;
    entry.known = undefined;
  }

  /** Forgets what the shared files said before they were changed. */
  heedFiles(profile: string | undefined): void {
    const stamp = stampOfFiles();
    const entry = this.#entry(profile);
    if (entry.stamp === stamp) return;
    this.#entries.set(keyOf(profile), { stamp, known: undefined, renewal: undefined });
  }

  #renew(profile: string | undefined, entry: Entry): Promise<Identity> {
    const { known } = entry;
    entry.renewal ??= this.#resolve(profile)
      .then(
        identity => {
          entry.known = this.#knownOf(identity);
          return identity;
        },
        (error: unknown) => {
          if (known !== undefined && entry.known === known) {
            entry.known = { ...known, freshUntilMs: known.endMs };
          }
          throw error;
        },
      )
      .finally(() => {
        entry.renewal = undefined;
      });
    return entry.renewal;
  }

  #knownOf(identity: Identity): Known {
    const endMs = identity.expiration?.getTime() ?? Infinity;
    const early = endMs - renewalMs;
    return { identity, endMs, freshUntilMs: early > this.#now() ? early : endMs };
  }

  #entry(profile: string | undefined): Entry {
    const key = keyOf(profile);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { stamp: stampOfFiles(), known: undefined, renewal: undefined };
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

interface Entry {
  readonly stamp: string;
  known: Known | undefined;
  renewal: Promise<Identity> | undefined;
}

interface Known {
  readonly identity: Identity;
  readonly endMs: number;
  /** Until then nobody asks for newer ones. */
  readonly freshUntilMs: number;
}

/** As long before the end as the SDK renews credentials. */
const renewalMs = 5 * 60_000;

function keyOf(profile: string | undefined): string {
  return profile === undefined ? 'chain' : `profile ${profile}`;
}

function stampOfFiles(): string {
  const { credentials, config } = readSharedFiles(process.env);
  return `${stampOf(credentials)} ${stampOf(config)}`;
}
