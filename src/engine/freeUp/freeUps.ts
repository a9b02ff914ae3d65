import type { FailureCode } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import {
  keptReasons,
  type FreeUpChoice,
  type FreeUpScope,
  type FreeUpSummary,
  type FreeUpMethod,
} from '../../protocol/freeUp';
import { runBatch, type BatchEvents, type Outcome } from '../batch/batch';
import { Semaphore } from '../concurrency/semaphore';
import type { Comparisons } from '../comparison/comparisons';
import type { RecentReports } from '../batch/reports';
import { planStore } from '../batch/planStore';
import { versioningOf } from '../batch/versioningOf';
import { freeableEntries } from './freeableEntries';
import { freeFile } from './freeFile';
import type { FreeUpResult, FreeUpStep, FreeUpTools } from './freeStep';
import { listedCopies } from './listedCopies';
import { selectFreeable, type FreeSelection } from './selectFreeable';
import type { ComparisonJob } from '../comparison/job';

/** What freeing space works with, beside what it is asked for. */
export interface FreeUpsDeps extends Pick<
  FreeUpTools,
  'journal' | 'editor' | 'memory' | 'traffic'
> {
  readonly comparisons: Comparisons;
  readonly reports: RecentReports;
  /** Called with the files that were examined and have stayed. */
  readonly onStayed: (outcomes: readonly FreeUpOutcome[]) => void;
}

/** What a user confirms is what goes, and nothing else. */
export interface FreeUpPlan {
  readonly id: number;
  readonly steps: readonly FreeUpStep[];
  readonly way: FreeUpMethod;
}

export type FreeUpOutcome = Outcome<FreeUpStep, FreeUpResult>;

/** The plans to free space that were shown, each until it is run or dropped. */
export interface FreeUps {
  /** What of one folder would go. */
  select(job: ComparisonJob, scope: FreeUpScope, signal: AbortSignal): Promise<FreeSelection>;
  /** Keeps what was selected as one plan, and sums it up. */
  hold(
    planId: number,
    selections: readonly FreeSelection[],
    signal: AbortSignal,
  ): Promise<FreeUpSummary>;
  choose(choice: FreeUpChoice): void;
  /** Gives a plan away, to be run; `undefined` where there is none whose way was chosen. */
  take(planId: number): FreeUpPlan | undefined;
  drop(planId: number): void;
  run(
    plan: FreeUpPlan,
    events: BatchEvents<FreeUpStep, FreeUpResult>,
    signal: AbortSignal,
  ): Promise<readonly FreeUpOutcome[]>;
}

export function freeUps({ comparisons, reports, onStayed, ...tools }: FreeUpsDeps): FreeUps {
  const plans = planStore<Omit<FreeUpPlan, 'way'> & { readonly way: FreeUpMethod | undefined }>();
  const known = { comparisons, reports };
  const reading = new Semaphore({ places: filesReadAtOnce, bytes: 0 });
  return {
    async select(job, scope, signal) {
      return selectFreeable(job, await freeableEntries(known, job, scope, signal));
    },
    async hold(id, selections, signal) {
      const steps = selections.flatMap(selection => selection.steps);
      const versioning = await versioningOf(steps, signal);
      if (steps.length > 0) plans.add({ id, steps, way: undefined });
      return {
        planId: id,
        files: steps.length,
        bytes: steps.reduce((sum, { local }) => sum + local.size, 0),
        largest: largestOf(steps),
        kept: keptOf(selections),
        keepsVersions: versioning.every(kind => kind === 'enabled'),
      };
    },
    choose({ planId, method: way }) {
      plans.change(planId, plan => ({ ...plan, way }));
    },
    take(planId) {
      const plan = plans.take(planId);
      return plan?.way === undefined ? undefined : { ...plan, way: plan.way };
    },
    drop: plans.drop,
    async run({ id, steps, way }, events, signal) {
      const examined = new Set<FreeUpStep>();
      const findListed = listedCopies(steps, signal);
      const outcomes = await runBatch({
        ...events,
        onStarted: step => {
          examined.add(step);
          events.onStarted(step);
        },
        work: workOf(way),
        planId: id,
        steps,
        traffic: tools.traffic,
        signal,
        bytesOf: ({ local }) => local.size,
        run: (step, onBytes) =>
          freeFile(step, way, { ...tools, reading, findListed, signal, onBytes }),
        isSkipped: ({ code }) => reasonsToStay.has(code),
      });
      const stayed = outcomes.filter(({ kind, step }) => kind !== 'done' && examined.has(step));
      if (stayed.length > 0) onStayed(stayed);
      return outcomes;
    },
  };
}

export function workOf(way: FreeUpMethod): 'free-up' | 'trash' {
  return way === 'delete' ? 'free-up' : 'trash';
}

/** Disks are slower when more of them are read side by side. */
const filesReadAtOnce = 4;

/** What is no failure: the file, or its copy, is not what would let it go. */
const reasonsToStay = new Set<FailureCode>([
  'not-proved',
  'differs-here',
  'copy-differs',
  'copy-damaged',
  'copy-unreadable',
  'no-such-key',
  'not-listed',
  'copy-expires',
  'attributes-differ',
  'proof-expired',
  'archived',
  'hard-link',
  'unsaved',
  'file-changing',
  'file-vanished',
  'not-a-file',
]);

function largestOf(steps: readonly FreeUpStep[]): FreeUpSummary['largest'] {
  return [...steps]
    .sort((one, other) => other.local.size - one.local.size)
    .slice(0, mostExamples)
    .map(({ path, local }) => ({ path, bytes: local.size }));
}

function keptOf(selections: readonly FreeSelection[]): FreeUpSummary['kept'] {
  return keptReasons.flatMap(because => {
    const paths = selections.flatMap(({ kept }): readonly FilePath[] => kept.get(because) ?? []);
    return paths.length === 0
      ? []
      : [{ because, files: paths.length, examples: paths.slice(0, mostExamples) }];
  });
}

const mostExamples = 5;
