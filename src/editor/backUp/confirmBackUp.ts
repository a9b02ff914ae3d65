import { l10n, window, type Memento } from 'vscode';
import { replacementWords, outcomeOfReplaced } from '../batch/replacementWords';
import { accountText } from '../client/accountText';
import type { EngineClient } from '../client/engineClient';
import { namedFiles } from '../format/namedFiles';
import { askBeforeLoss } from '../quickInput/askBeforeLoss';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import type { FolderSetup } from '../../protocol/folders';
import {
  type PlanRequest,
  type PlanSummary,
  filesThatWouldEmpty,
  leaveOut,
} from '../../protocol/plans';
import { askAboutSecrets } from './askAboutSecrets';
import { askAboutUnsaved } from './askAboutUnsaved';
import { placeKey } from './placeKey';

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

/** Asks the user to confirm everything in a plan that needs it, the gravest first. */
export async function confirmBackUp(
  deps: ConfirmBackUpDeps,
  summary: PlanSummary,
  scopes: PlanRequest['folders'],
): Promise<PlanAnswer> {
  const plan = await askAboutSecrets(deps, summary, scopes);
  if (plan === undefined) return { kind: 'cancel' };
  const answer = await confirmWrites(deps, plan, scopes);
  if (answer !== 'back-up') return { kind: answer };
  const { engine } = deps;
  // Saving comes first, because it may fill an empty file.
  const isAgreed = (await askAboutUnsaved(engine, plan)) && (await askAboutEmptying(engine, plan));
  return isAgreed ? { kind: 'back-up', plan } : { kind: 'cancel' };
}

/** Shows the first plan of a whole folder; asks before copies of unknown origin are replaced. */
async function confirmWrites(
  deps: ConfirmBackUpDeps,
  summary: PlanSummary,
  scopes: PlanRequest['folders'],
): Promise<WriteAnswer> {
  // The decisions about conflicts have already said what is replaced.
  if (scopes.every(({ scope }) => scope.kind === 'mine')) return 'back-up';
  const whole = scopes.filter(({ scope }) => scope.kind === 'all').map(({ setup }) => setup);
  if (await isFirstPlan(deps, whole)) return confirmFirstPlan(deps, summary, whole);
  const folders = scopes.map(({ setup }) => setup.id);
  return confirmReplacing(summary, folders);
}

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

/**
 * Shows what a plan would upload, and where: uploading gigabytes of the wrong folder is the most
 * common first mistake. Once confirmed, a target is not asked about again.
 */
async function confirmFirstPlan(
  { engine, memory }: ConfirmBackUpDeps,
  summary: PlanSummary,
  setups: readonly FolderSetup[],
): Promise<WriteAnswer> {
  const backUp = l10n.t('Back Up');
  const choose = l10n.t('Choose Files…');
  const { files, bytes } = summary;
  const whose = await whoseText(engine, setups);
  const answer = await window.showWarningMessage(
    l10n.t('Back up {0} ({1}) to {2}?', formatFiles(files), formatBytes(bytes), whereTo(setups)),
    { modal: true, detail: [...whose, detail(summary, setups)].join('\n\n') },
    backUp,
    choose,
  );
  if (answer === choose) return 'choose';
  if (answer !== backUp) return 'cancel';
  for (const setup of setups) await memory.update(await memoryKey(engine, setup), Date.now());
  return 'back-up';
}

async function memoryKey(engine: EngineClient, setup: FolderSetup): Promise<string> {
  return `planConfirmed:${await placeKey(engine, setup)}`;
}

function whereTo(setups: readonly FolderSetup[]): string {
  return setups.map(({ bucket, prefix }) => `s3://${bucket}/${prefix}`).join(', ');
}

/** Says into which accounts the files would go, as far as that is told. */
async function whoseText(
  engine: EngineClient,
  setups: readonly FolderSetup[],
): Promise<readonly string[]> {
  const asked = setups.map(({ settings }) => accountText(engine, { settings, mayAskStore: true }));
  const told = (await Promise.all(asked)).filter(account => account !== undefined);
  return told.length === 0 ? [] : [l10n.t('Account: {0}', [...new Set(told)].join(', '))];
}

function detail(
  { preview, unknownOrigin, files }: PlanSummary,
  setups: readonly FolderSetup[],
): string {
  const { requests, largest, bulky } = preview;
  const nameOf = (folder: string): string => {
    const name = setups.find(({ id }) => id === folder)?.name;
    return setups.length === 1 || name === undefined ? '' : `${name}/`;
  };
  const parts: string[][] = [
    [l10n.t('This takes about {0} requests to the store.', formatCount(requests))],
  ];
  if (bulky.length > 0) {
    parts.push([
      l10n.t(
        'These folders look like build output or downloads that can be recreated. To leave them out, name them in a file “.s3backupignore” or in the setting “s3Backup.exclude”:',
      ),
      ...bulky.map(
        ({ folder, path, kind, files: count, bytes }) =>
          `• ${nameOf(folder)}${path} (${kindText(kind)}): ${formatFiles(count)}, ${formatBytes(bytes)}`,
      ),
    ]);
  }
  // Of thousands of small files none is large.
  const areTelling = files <= largest.length || largest.some(({ bytes }) => bytes >= minLargeBytes);
  if (files > 1 && areTelling) {
    parts.push([
      l10n.t('The largest files:'),
      ...largest.map(({ folder, path, bytes }) => {
        return `• ${nameOf(folder)}${path}: ${formatBytes(bytes)}`;
      }),
    ]);
  }
  if (unknownOrigin.files > 0) {
    const { copies, kept } = replacementWords(unknownOrigin);
    parts.push([
      unknownOrigin.files === 1
        ? l10n.t(
            'This replaces 1 cloud copy that is not known to be an earlier version of its file:',
          )
        : l10n.t(
            'This replaces {0} cloud copies that are not known to be earlier versions of their files:',
            formatCount(unknownOrigin.files),
          ),
      ...copies,
      kept,
    ]);
  }
  return parts.map(lines => lines.join('\n')).join('\n\n');
}

const minLargeBytes = 1 << 20;

function kindText(kind: 'build-output' | 'dependencies'): string {
  return kind === 'dependencies' ? l10n.t('dependencies') : l10n.t('build output');
}

/**
 * Asks before a plan replaces cloud copies that this computer has no record of having written, or
 * whose local files were freed. For single files it asks once per folder and window; for those of
 * freed files, and for larger plans, each time.
 */
async function confirmReplacing(
  plan: PlanSummary,
  folders: readonly string[],
): Promise<WriteAnswer> {
  const { files, unknownOrigin, manyReplaced } = plan;
  if (unknownOrigin.files === 0) {
    const isGrave = manyReplaced !== undefined && !manyReplaced.keepsVersions;
    return !isGrave || (await confirmMany(manyReplaced.files, files)) ? 'back-up' : 'cancel';
  }
  // An original is asked about each time: nothing brings back what was in it.
  const mayAgree = files === 1 && unknownOrigin.originals === 0;
  if (mayAgree && folders.every(folder => agreed.has(folder))) return 'back-up';
  const backUp = l10n.t('Back Up');
  const look = l10n.t('Open Diff');
  const answer = await window.showWarningMessage(
    question(plan),
    { modal: true, detail: consequences(plan) },
    backUp,
    ...(files === 1 && folders.length === 1 ? [look] : []),
  );
  if (answer === look) return 'look';
  if (answer !== backUp) return 'cancel';
  if (mayAgree) for (const folder of folders) agreed.add(folder);
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

/** The folders whose single files the user has agreed to replace, in this window. */
const agreed = new Set<string>();

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
