import { describeContractParts } from '../../s3/bucketContract';
import type { Capability, OpenStore } from '../../s3/contract/harness';
import { judgeCapabilities, type CapabilityTest } from './judgeCapabilities';

/** What a store made of the bucket contract, nothing of which was left out because it is known. */
export interface ContractOutcome {
  readonly parts: readonly ContractPart[];
  /** False where a test that takes the capability has failed; not there where none was run. */
  readonly capabilities: Readonly<Partial<Record<Capability, boolean>>>;
  readonly failures: readonly ContractFailure[];
}

export interface ContractPart {
  readonly name: string;
  readonly passed: number;
  readonly tried: number;
}

export interface ContractFailure {
  readonly title: string;
  readonly message: string;
  /** What the test takes; none where every store should keep the promise. */
  readonly takes: readonly Capability[];
}

/** Runs every part on an open store, but for the tests that take one of `untried`. */
export async function runContract(
  store: OpenStore,
  untried: readonly Capability[],
): Promise<ContractOutcome> {
  // Mocha is an ES module.
  const { default: Mocha } = await import('mocha');
  // It would print each test; the table says it all.
  const quiet = class extends Mocha.reporters.Base {
    override epilogue(): void {
      // Nothing to add.
    }
  };
  const mocha = new Mocha({ ui: 'bdd', timeout: testTimeoutMs, reporter: quiet });
  // Gives this process `describe` and `it`, as a file of tests has them.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  const takes = new Map<object | undefined, readonly Capability[]>();
  describeContractParts({
    bucket: () => store.bucket,
    opened: () => store,
    itWhere(capabilities, title, test) {
      const all = [capabilities].flat();
      if (all.some(capability => untried.includes(capability))) it.skip(title);
      else takes.set(it(title, test).fn, all);
    },
  });
  const parts = new Map<string, { name: string; passed: number; tried: number }>();
  const tests: CapabilityTest[] = [];
  const failures: ContractFailure[] = [];
  const note = (test: Mocha.Runnable, passed: boolean) => {
    const [name = ''] = test.titlePath();
    const part = parts.get(name) ?? { name, passed: 0, tried: 0 };
    parts.set(name, part);
    part.tried++;
    if (passed) part.passed++;
    tests.push({ takes: takes.get(test.fn) ?? [], passed });
  };
  await new Promise<void>(resolve => {
    mocha
      .run(() => {
        resolve();
      })
      .on('pass', test => {
        note(test, true);
      })
      .on('fail', (test, error: Error) => {
        note(test, false);
        const taken = takes.get(test.fn) ?? [];
        failures.push({ title: test.fullTitle(), message: error.message, takes: taken });
      });
  });
  const capabilities = {
    ...judgeCapabilities(tests),
    ...(store.versionedBucket === undefined && { versions: false }),
  };
  return { parts: [...parts.values()], capabilities, failures };
}

const testTimeoutMs = 60_000;
