import {
  capabilityNames,
  type CapabilityName,
  type CapabilityState,
  type KnownCapability,
} from '../../protocol/buckets';
import type { CapabilityMemory } from '../ports/capabilityMemory';
import type {
  ChecksumSupport,
  ConditionTreatment,
  ShownCapability,
  StoreCapabilities,
  Support,
} from './storeCapabilities';

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
  'encrypts-by-kms': shown('encrypts-by-kms'),
  'checksum-of-encrypted-put': checksum('sha256'),
  'checksum-of-encrypted-upload': checksum('crc64nvme'),
  'digest-etags': shown('digest-etags'),
  'encoded-lists': shown('encoded-lists'),
  'uploads-in-parts': shown('uploads-in-parts'),
  'lists-parts': shown('lists-parts'),
  'all-names': shown('all-names'),
};

interface Slot {
  readonly read: (capabilities: StoreCapabilities) => ConditionTreatment | Support;
  /**
   * Takes what was learned earlier, where nothing is known yet, and where it can do no harm: another
   * store may answer at the same address, under the same name, by now.
   */
  readonly adopt: (capabilities: StoreCapabilities, earlier: unknown) => void;
}

function condition(write: 'put' | 'completion', kind: 'absent' | 'unchanged'): Slot {
  return {
    read: ({ conditions }) => conditions[write][kind],
    adopt({ conditions }, earlier) {
      // Any other would spare the look or the condition, and so what keeps copies from being replaced.
      if (conditions[write][kind] !== 'unknown') return;
      if (earlier === 'ignored' || earlier === 'doubted') conditions[write][kind] = earlier;
    },
  };
}

/** Whatever is known of it, each answer has to show that the bytes have arrived. */
function checksum(kind: keyof ChecksumSupport): Slot {
  return {
    read: ({ checksums }) => checksums[kind],
    adopt({ checksums }, earlier) {
      if (checksums[kind] === 'unknown' && isSupport(earlier)) checksums[kind] = earlier;
    },
  };
}

function shown(name: ShownCapability): Slot {
  return {
    read: capabilities => capabilities.shown[name],
    adopt({ shown: known }, earlier) {
      if (known[name] === 'unknown' && isSupport(earlier)) known[name] = earlier;
    },
  };
}

const supports = ['supported', 'unsupported'] as const;

function isSupport(value: unknown): value is (typeof supports)[number] {
  return supports.some(each => each === value);
}

const treatments = ['honoured', 'doubted', 'ignored', 'refused', 'inverted'] as const;

function isTreatment(value: unknown): value is (typeof treatments)[number] {
  return treatments.some(each => each === value);
}

export interface LearnedCapabilitiesOptions {
  readonly memory: CapabilityMemory;
  readonly store: string;
  readonly bucket: string;
  readonly capabilities: StoreCapabilities;
  readonly now?: () => number;
}

/**
 * What was learned of one bucket, here or in an earlier window. It is told for a week, and only while
 * the store calls itself as it did: at the same address, another program may answer tomorrow. Of one
 * that does not say what it is nothing is kept. Two stores may call themselves the same, so what is
 * remembered may spare requests only where being wrong costs requests and nothing else; what lets
 * this window leave out a look has to be shown to this window.
 */
export class LearnedCapabilities {
  readonly #options: LearnedCapabilitiesOptions;
  readonly #now: () => number;
  #server: string | undefined;
  #learnedAtMs: number | undefined;
  #remembered: string | undefined;
  /** What earlier windows have learned, as they told it. */
  #earlier: Readonly<Record<string, unknown>> = {};

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
    this.#earlier = parse(known.learned);
    for (const name of capabilityNames) table[name].adopt(capabilities, this.#earlier[name]);
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
    return capabilityNames.map(name => ({ name, state: stateOf(this.#known(name)) }));
  }

  /** As this window knows it, or else an earlier one. */
  #known(name: CapabilityName): ConditionTreatment | Support {
    const known = table[name].read(this.#options.capabilities);
    if (known !== 'unknown') return known;
    const earlier = this.#earlier[name];
    return isTreatment(earlier) || isSupport(earlier) ? earlier : known;
  }

  #text(): string {
    const states = capabilityNames.map(name => [name, this.#known(name)] as const);
    return JSON.stringify(Object.fromEntries(states.filter(([, state]) => state !== 'unknown')));
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
