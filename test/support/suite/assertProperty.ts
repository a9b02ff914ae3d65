import fc from 'fast-check';

import { seeds, seedsVariable } from './seeds';
import { testVariables } from './testEnvironment';

/** What the tests say of a property's runs; the seeds are not theirs to choose. */
type PropertyRuns<T> = Pick<fc.Parameters<T>, 'numRuns' | 'examples'>;

/** Checks a property with each seed of this run, which share the number of runs. */
export function assertProperty<T>(
  property: fc.IAsyncPropertyWithHooks<T>,
  runs?: PropertyRuns<T>,
): Promise<void>;
export function assertProperty<T>(property: fc.IPropertyWithHooks<T>, runs?: PropertyRuns<T>): void;
export function assertProperty<T>(
  property: fc.IAsyncPropertyWithHooks<T> | fc.IPropertyWithHooks<T>,
  runs: PropertyRuns<T> = {},
): Promise<void> | undefined {
  const numRuns = Math.ceil((runs.numRuns ?? usualRuns) / seeds.length);
  const checks = seeds.map(
    seed => () => fc.check(property, { ...runs, numRuns, seed, endOnFailure }),
  );
  if (property.isAsync()) return checkInTurn(checks as readonly AsyncCheck<T>[]);
  for (const check of checks as readonly SyncCheck<T>[]) report(check());
  return undefined;
}

/** Checks a property with what a failure has named: its seed, and the path to the values. */
export async function assertReplayed<T>(
  property: fc.IAsyncPropertyWithHooks<T>,
  { seed, path }: { readonly seed: number; readonly path: string },
): Promise<void> {
  report(await fc.check(property, { seed, path, numRuns: 1, endOnFailure }));
}

type AsyncCheck<T> = () => Promise<fc.RunDetails<T>>;
type SyncCheck<T> = () => fc.RunDetails<T>;

const endOnFailure = process.env[testVariables.unshrunk] !== undefined;

/** As fast-check has it. */
const usualRuns = 100;

async function checkInTurn<T>(checks: readonly AsyncCheck<T>[]): Promise<void> {
  for (const check of checks) report(await check());
}

function report<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const told = fc.defaultReportMessage(details) ?? '';
  throw new Error(`With ${seedsVariable}=${String(details.seed)}: ${told}`, {
    cause: details.errorInstance,
  });
}
