import { l10n, window, type Disposable, type Memento } from 'vscode';
import { replacementWords, outcomeOfReplaced } from '../batch/replacementWords';
import type { EngineClient } from '../client/engineClient';
import { namedFiles } from '../format/namedFiles';
import { askBeforeLoss } from '../quickInput/askBeforeLoss';
import { formatCount, formatFiles } from '../format/quantity';
import { folderId, type Targets } from '../targets/targets';
import type { FolderSetup } from '../../protocol/folders';
import {
  type PlanRequest,
  type PlanSummary,
  type Scope,
  filesThatWouldEmpty,
  leaveOut,
} from '../../protocol/plans';
import { askAboutSecrets } from './askAboutSecrets';
import { askAboutUnsaved } from './askAboutUnsaved';
import { placeKey } from './placeKey';
import { showPlan } from './showPlan';

interface ConfirmBackUpDeps {
  readonly engine: EngineClient;
  /** Of this user, over all windows. */
  readonly memory: Memento;
}

type WriteAnswer = 'back-up' | 'choose' | 'look' | 'cancel';

/** What the user says to a plan; one that runs may have become smaller. */
type PlanAnswer =
  | { readonly kind: 'back-up'; readonly plan: PlanSummary }
  | { readonly kind: Exclude<WriteAnswer, 'back-up'> };

/**
 * Asks the user to confirm everything in a plan that needs it, the gravest first.
 * @param seen How many files the user saw when asking for it; `undefined` where nobody counted them.
 */
export async function confirmBackUp(
  deps: ConfirmBackUpDeps,
  summary: PlanSummary,
  scopes: PlanRequest['folders'],
  seen: number | undefined,
): Promise<PlanAnswer> {
  const plan = await askAboutSecrets(deps, summary, scopes);
  if (plan === undefined) return { kind: 'cancel' };
  const answer = await confirmWrites(deps, plan, scopes, seen);
  if (answer !== 'back-up') return { kind: answer };
  const { engine } = deps;
  // Saving comes first, because it may fill an empty file.
  const isAgreed = (await askAboutUnsaved(engine, plan)) && (await askAboutEmptying(engine, plan));
  return isAgreed ? { kind: 'back-up', plan } : { kind: 'cancel' };
}

/**
 * Shows the first plan of a whole folder, each large one, and one that has grown since the user saw
 * how many files it would have; asks before copies of unknown origin are replaced.
 */
async function confirmWrites(
  deps: ConfirmBackUpDeps,
  summary: PlanSummary,
  scopes: PlanRequest['folders'],
  seen: number | undefined,
): Promise<WriteAnswer> {
  // The decisions about conflicts have already said what is replaced.
  if (scopes.every(({ scope }) => scope.kind === 'mine')) return 'back-up';
  // What is shown of the others, which have nothing in it, would count as seen.
  const concerned = scopes.filter(({ setup }) => summary.preview.folders.includes(setup.id));
  const whole = concerned.filter(({ scope }) => scope.kind === 'all').map(({ setup }) => setup);
  const setups = scopes.map(({ setup }) => setup);
  if (await isFirstPlan(deps, whole)) return confirmFirstPlan(deps, summary, whole);
  if (summary.files <= mostUnshown(scopes, seen)) return confirmReplacing(deps, summary, setups);
  const answer = await showPlan(deps.engine, summary, concerned);
  // What is replaced without a record stands in the plan.
  const isAsked = answer !== 'back-up' || summary.unknownOrigin.files > 0;
  return isAsked ? answer : confirmReplacing(deps, summary, setups);
}

/** How many files a plan may have, so that it need not be shown. */
function mostUnshown(scopes: PlanRequest['folders'], seen: number | undefined): number {
  const isUnseen = scopes.some(({ scope }) => unseen.has(scope.kind));
  const grown = seen === undefined ? Infinity : seen + Math.max(leastGrowth, seen / 10);
  return Math.min(isUnseen ? maxUnshown : Infinity, grown);
}

/** A folder that is worked in has some more files at any time. */
const leastGrowth = 100;

/** Of these, nobody may have seen how many files they hold by now. */
const unseen: ReadonlySet<Scope['kind']> = new Set(['all', 'nodes', 'resources']);

/** A program may have made more files than these since somebody has looked. */
const maxUnshown = 1000;

/** Whether a whole folder among these would go to its target for the first time. */
async function isFirstPlan(
  { engine, memory }: ConfirmBackUpDeps,
  setups: readonly FolderSetup[],
): Promise<boolean> {
  for (const setup of setups) {
    if (memory.get(await memoryKey(engine, setup)) === undefined) return true;
  }
  return false;
}

/** Shows a plan; once it is confirmed, a target is not asked about again. */
async function confirmFirstPlan(
  deps: ConfirmBackUpDeps,
  summary: PlanSummary,
  setups: readonly FolderSetup[],
): Promise<WriteAnswer> {
  const { engine, memory } = deps;
  const scopes = setups.map(setup => ({ setup, scope: { kind: 'all' } as const }));
  const answer = await showPlan(engine, summary, scopes);
  if (answer !== 'back-up') return answer;
  for (const setup of setups) await memory.update(await memoryKey(engine, setup), Date.now());
  return 'back-up';
}

async function memoryKey(engine: EngineClient, setup: FolderSetup): Promise<string> {
  return `planConfirmed:${await placeKey(engine, setup)}`;
}

/**
 * Asks before a plan replaces cloud copies that this computer has no record of having written, or
 * whose local files were freed. For single files it asks once per place and window; for those of
 * freed files, and for larger plans, each time.
 */
async function confirmReplacing(
  { engine }: ConfirmBackUpDeps,
  plan: PlanSummary,
  setups: readonly FolderSetup[],
): Promise<WriteAnswer> {
  const { files, unknownOrigin, manyReplaced } = plan;
  if (unknownOrigin.files === 0) {
    const isGrave = manyReplaced !== undefined && !manyReplaced.keepsVersions;
    return !isGrave || (await confirmMany(manyReplaced.files, files)) ? 'back-up' : 'cancel';
  }
  // An original is asked about each time: nothing brings back what was in it.
  const mayAgree = files === 1 && unknownOrigin.originals === 0;
  const places = mayAgree ? await placesOf(engine, setups) : [];
  if (mayAgree && places.every(isAgreedPlace)) return 'back-up';
  const backUp = l10n.t('Back Up');
  const look = l10n.t('Open Diff');
  const answer = await askBeforeLoss({
    question: question(plan),
    detail: consequences(plan),
    keep: l10n.t('Keep Copies'),
    actions: [backUp, ...(files === 1 && setups.length === 1 ? [look] : [])],
  });
  if (answer === look) return 'look';
  if (answer !== backUp) return 'cancel';
  for (const { folder, key } of places) {
    agreed.set(folder, new Set(agreed.get(folder)).add(key));
  }
  return 'back-up';
}

/** Asks before a batch replaces many copies in a bucket that keeps no versions. */
async function confirmMany(replaced: number, files: number): Promise<boolean> {
  const answer = await askBeforeLoss({
    question: l10n.t(
      'Back up {0} and replace {1} cloud copies?',
      formatFiles(files),
      formatCount(replaced),
    ),
    detail: outcomeOfReplaced(false),
    keep: l10n.t('Keep Copies'),
    actions: [l10n.t('Back Up')],
  });
  return answer !== undefined;
}

/** By folder, the places where the user has agreed to replace single files, in this window. */
const agreed = new Map<string, ReadonlySet<string>>();

interface AgreedPlace {
  readonly folder: string;
  readonly key: string;
}

function isAgreedPlace({ folder, key }: AgreedPlace): boolean {
  return agreed.get(folder)?.has(key) === true;
}

function placesOf(
  engine: EngineClient,
  setups: readonly FolderSetup[],
): Promise<readonly AgreedPlace[]> {
  return Promise.all(
    setups.map(async setup => ({ folder: setup.id, key: await placeKey(engine, setup) })),
  );
}

/** Has the user asked again where a folder has got another target, or none. */
export function watchForOtherTargets(targets: Pick<Targets, 'onDidChange'>): Disposable {
  return targets.onDidChange(folder => {
    agreed.delete(folderId(folder));
  });
}

function question({ files, unknownOrigin }: PlanSummary): string {
  if (files === 1 && unknownOrigin.originals === 1) {
    return l10n.t(
      'Back up “{0}” and replace its cloud copy? That copy is of another file with this name, not an earlier version of this one.',
      unknownOrigin.examples[0] ?? '',
    );
  }
  if (files === 1) {
    return l10n.t(
      'Back up “{0}” and replace its cloud copy? That copy is not known to be an earlier version of this file.',
      unknownOrigin.examples[0] ?? '',
    );
  }
  return unknownOrigin.files === 1
    ? l10n.t(
        'Back up {0} files and replace 1 cloud copy that is not known to be an earlier version of its file?',
        formatCount(files),
      )
    : l10n.t(
        'Back up {0} files and replace {1} cloud copies that are not known to be earlier versions of their files?',
        formatCount(files),
        formatCount(unknownOrigin.files),
      );
}

function consequences({ files, unknownOrigin }: PlanSummary): string {
  const { copies, kept } = replacementWords(unknownOrigin);
  if (files === 1) return kept;
  return [l10n.t('These would be replaced:'), ...copies, '', kept].join('\n');
}

/**
 * Asks before a plan replaces non-empty cloud copies with empty files, which are often emptied by
 * mistake. Returns `false` if the user cancels.
 */
async function askAboutEmptying(engine: EngineClient, plan: PlanSummary): Promise<boolean> {
  if (plan.wouldEmpty === 0) return true;
  const { planId } = plan;
  const files = await engine.sendRequest(filesThatWouldEmpty, planId);
  const [first] = files;
  if (first === undefined) return true;
  const isAll = files.length === plan.files;
  const skip = files.length === 1 ? l10n.t('Skip It') : l10n.t('Skip Them');
  const replace = files.length === 1 ? l10n.t('Replace It') : l10n.t('Replace Them');
  const text =
    files.length === 1
      ? l10n.t('“{0}” is empty here, and its cloud copy is not.', first.path)
      : l10n.t('{0} are empty here, and their cloud copies are not.', formatFiles(files.length));
  const kept = outcomeOfReplaced(plan.unknownOrigin.keepsVersions);
  const lines =
    files.length === 1 ? [kept] : [...namedFiles(files.map(({ path }) => path)), '', kept];
  const options = { modal: true, detail: lines.join('\n') };
  // Enter presses the first button. If there is nothing else, skipping means cancelling.
  const keep = isAll ? l10n.t('Keep Copies') : skip;
  const answer = await window.showWarningMessage(text, options, keep, replace);
  if (answer === undefined || (isAll && answer === keep)) return false;
  if (answer === skip) await engine.sendRequest(leaveOut, { planId, because: 'empty-here', files });
  return true;
}
