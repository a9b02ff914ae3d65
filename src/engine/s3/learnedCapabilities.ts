import type { CapabilityName, CapabilityState, KnownCapability } from '../../protocol/buckets';
import type { CapabilityMemory } from '../ports/capabilityMemory';
import type { StoreCapabilities, Support, ConditionTreatment } from './storeCapabilities';

/**
 * What is known of one bucket, as a table: each capability has a name, one place in
 * `StoreCapabilities` where it is decided, and words for the user.
 */
const table: Readonly<Record<CapabilityName, Slot>> = {
  'create-if-absent': condition('put', 'absent'),
  'replace-if-unchanged': condition('put', 'unchanged'),
  'complete-if-absent': condition('completion', 'absent'),
  'complete-if-unchanged': condition('completion', 'unchanged'),
  'checksum-of-put': checksum('put'),
  'checksum-of-upload': checksum('upload'),
};

interface Slot {
  readonly read: (capabilities: StoreCapabilities) => ConditionTreatment | Support;
  /** Takes what was learned earlier, where nothing is known yet. */
  readonly adopt: (capabilities: StoreCapabilities, earlier: unknown) => void;
}

function condition(write: 'put' | 'completion', kind: 'absent' | 'unchanged'): Slot {
  return {
    read: ({ conditions }) => conditions[write][kind],
    adopt({ conditions }, earlier) {
      if (conditions[write][kind] === 'unknown' && isTreatment(earlier)) {
        conditions[write][kind] = earlier;
      }
    },
  };
}

function checksum(kind: 'put' | 'upload'): Slot {
  return {
    read: ({ checksums }) => checksums[kind],
    adopt({ checksums }, earlier) {
      if (checksums[kind] !== 'unknown') return;
      if (earlier === 'supported' || earlier === 'unsupported') checksums[kind] = earlier;
    },
  };
}

const treatments = ['honoured', 'doubted', 'ignored', 'refused', 'inverted'] as const;

function isTreatment(value: unknown): value is (typeof treatments)[number] {
  return treatments.some(each => each === value);
}

const names = Object.keys(table) as readonly CapabilityName[];

export interface LearnedCapabilitiesOptions {
  readonly memory: CapabilityMemory;
  readonly store: string;
  readonly bucket: string;
  readonly capabilities: StoreCapabilities;
  readonly now?: () => number;
}

/**
 * What was learned of one bucket, here or in an earlier window. It counts for a week, and only while
 * the store calls itself as it did: at the same address, another program may answer tomorrow. Of one
 * that does not say what it is nothing is kept.
 */
export class LearnedCapabilities {
  readonly #options: LearnedCapabilitiesOptions;
  readonly #now: () => number;
  #server: string | undefined;
  #learnedAtMs: number | undefined;
  #remembered: string | undefined;

  constructor(options: LearnedCapabilitiesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Takes what earlier windows have learned, as soon as it is known who answers. */
  heard(server: string | undefined): void {
    // Without a name, nothing tells another program from this one.
    if (server === undefined || server === '' || this.#server !== undefined) return;
    this.#server = server;
    const { memory, store, bucket, capabilities } = this.#options;
    const known = memory.recall(store, bucket);
    if (known?.server !== this.#server) return;
    const ageMs = this.#now() - known.learnedAtMs;
    if (ageMs < 0 || ageMs > maxAgeMs) return;
    const learned = parse(known.learned);
    for (const name of names) table[name].adopt(capabilities, learned[name]);
    if (learned['probe'] === 'done') capabilities.conditionProbe.state = 'done';
    this.#learnedAtMs = known.learnedAtMs;
    this.#remembered = this.#text();
  }

  /** Lets later windows know what there is to know now. */
  keep(): void {
    if (this.#server === undefined) return;
    const learned = this.#text();
    if (learned === (this.#remembered ?? nothing)) return;
    this.#remembered = learned;
    this.#learnedAtMs ??= this.#now();
    const { memory, store, bucket } = this.#options;
    memory.remember(store, bucket, {
      learned,
      server: this.#server,
      learnedAtMs: this.#learnedAtMs,
    });
  }

  list(): readonly KnownCapability[] {
    return names.map(name => ({
      name,
      state: stateOf(table[name].read(this.#options.capabilities)),
    }));
  }

  #text(): string {
    const { capabilities } = this.#options;
    const states = names.map(name => [name, table[name].read(capabilities)] as const);
    const known = states.filter(([, state]) => state !== 'unknown');
    const { state } = capabilities.conditionProbe;
    return JSON.stringify(
      Object.fromEntries([...known, ...(state === 'done' ? [['probe', state] as const] : [])]),
    );
  }
}

const nothing = '{}';

const maxAgeMs = 7 * 86_400_000;

function stateOf(known: ConditionTreatment | Support): CapabilityState {
  if (known === 'honoured') return 'supported';
  return known;
}

/** What cannot be read teaches nothing. */
function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
