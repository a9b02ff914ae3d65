import {
  CancellationTokenSource,
  l10n,
  QuickPickItemKind,
  window,
  type QuickPickItem,
  type WorkspaceFolder,
} from 'vscode';
import { listBuckets, type BucketSummary, type FolderSetup } from '../protocol';
import { confirmTarget } from './confirmTarget';
import { toFailureRecord } from './failed';
import { failureMessage } from './failureMessage';
import type { Parts } from './parts';
import { configuredPrefix, ownPrefix, targetText, type Target } from './targets';

/**
 * Lets the user choose where a folder is backed up, and remembers it. `undefined` where the user
 * chose nothing.
 */
export async function chooseBucket(
  parts: Parts,
  folders: readonly WorkspaceFolder[],
): Promise<FolderSetup | undefined> {
  const folder = folders.length > 1 ? await pickFolder(parts, folders) : folders[0];
  if (folder === undefined) return undefined;
  const bucket = await pickBucket(parts, folder);
  if (bucket === undefined) return undefined;
  const target = { bucket, prefix: await choosePrefix(folder, bucket) };
  await parts.targets.settle(folder, target);
  parts.log.info(`${folder.name} is backed up to ${targetText(target)} from now on.`);
  return parts.profiles.setup(folder, target);
}

async function pickFolder(
  { targets }: Parts,
  folders: readonly WorkspaceFolder[],
): Promise<WorkspaceFolder | undefined> {
  const items = folders.map(folder => {
    const standing = targets.standing(folder);
    const description = standing.kind === 'settled' ? targetText(standing.target) : '';
    return { label: folder.name, description, detail: folder.uri.fsPath, folder };
  });
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Choose a Bucket'),
    placeHolder: l10n.t('For which folder?'),
  });
  return picked?.folder;
}

/** Where the workspace's settings want another prefix than the folder's own, the user decides. */
async function choosePrefix(folder: WorkspaceFolder, bucket: string): Promise<string> {
  const configured: Target = { bucket, prefix: configuredPrefix(folder) };
  const own = ownPrefix(folder);
  if (configured.prefix === own || (await confirmTarget(folder, configured))) {
    return configured.prefix;
  }
  return own;
}

type Choice =
  | { readonly kind: 'bucket'; readonly name: string }
  | { readonly kind: 'enter-name' }
  | { readonly kind: 'retry' };

/** An item is told apart by its choice, never by its label. */
interface ChoiceItem extends QuickPickItem {
  readonly choice?: Choice;
}

/** The list shows at once and is filled when the store answers. */
async function pickBucket(parts: Parts, folder: WorkspaceFolder): Promise<string | undefined> {
  const choice = await new Promise<Choice | undefined>(resolve => {
    const pick = window.createQuickPick<ChoiceItem>();
    const source = new CancellationTokenSource();
    pick.title = l10n.t('Choose a Bucket for “{0}”', folder.name);
    pick.matchOnDescription = true;
    pick.ignoreFocusOut = true;
    const fill = async (): Promise<void> => {
      pick.busy = true;
      pick.placeholder = l10n.t('Listing your buckets…');
      pick.items = [enterNameItem()];
      try {
        const settings = parts.profiles.settings(folder);
        const { buckets } = await parts.engine.request(listBuckets, { settings }, source.token);
        pick.items = [enterNameItem(), ...bucketItems(buckets, currentBucket(parts, folder))];
        pick.placeholder =
          buckets.length === 0
            ? l10n.t('These credentials see no buckets; a name can be entered all the same')
            : l10n.t('In which bucket?');
      } catch (error) {
        const failure = toFailureRecord(error);
        if (failure.code === 'cancelled') return;
        parts.log.error(
          `Buckets not listed: ${failure.code} ${failure.subject} ${failure.cause ?? ''}`,
        );
        const { what, next } = failureMessage(failure);
        pick.placeholder = what;
        pick.items = [retryItem(next), enterNameItem()];
      } finally {
        pick.busy = false;
      }
    };
    pick.onDidAccept(() => {
      const picked = pick.selectedItems[0]?.choice;
      if (picked?.kind === 'retry') {
        void fill();
        return;
      }
      resolve(picked);
      pick.hide();
    });
    pick.onDidHide(() => {
      source.cancel();
      source.dispose();
      pick.dispose();
      resolve(undefined);
    });
    pick.show();
    void fill();
  });
  switch (choice?.kind) {
    case 'bucket':
      return choice.name;
    case 'enter-name':
      return enterName(folder);
    case 'retry':
    case undefined:
      return undefined;
  }
}

function bucketItems(
  buckets: readonly BucketSummary[],
  current: string | undefined,
): readonly ChoiceItem[] {
  if (buckets.length === 0) return [];
  const items = buckets.map(({ name, region }): ChoiceItem => {
    const notes = [region, name === current ? l10n.t('current') : undefined];
    return {
      label: name,
      description: notes.filter(note => note !== undefined && note !== '').join(' · '),
      choice: { kind: 'bucket', name },
    };
  });
  return [{ label: l10n.t('Buckets'), kind: QuickPickItemKind.Separator }, ...items];
}

function enterNameItem(): ChoiceItem {
  return { label: `$(edit) ${l10n.t('Enter a Bucket Name…')}`, choice: { kind: 'enter-name' } };
}

function retryItem(detail: string | undefined): ChoiceItem {
  const label = `$(refresh) ${l10n.t('Try Again')}`;
  return { label, choice: { kind: 'retry' }, ...(detail === undefined ? {} : { detail }) };
}

function currentBucket({ targets }: Parts, folder: WorkspaceFolder): string | undefined {
  const standing = targets.standing(folder);
  return standing.kind === 'settled' ? standing.target.bucket : undefined;
}

async function enterName(folder: WorkspaceFolder): Promise<string | undefined> {
  const name = await window.showInputBox({
    title: l10n.t('Choose a Bucket for “{0}”', folder.name),
    prompt: l10n.t('The name of a bucket that exists'),
    ignoreFocusOut: true,
    validateInput: value =>
      value.trim() === '' || bucketName.test(value.trim())
        ? undefined
        : l10n.t('3 to 63 lowercase letters, digits, dots and hyphens, as S3 names buckets'),
  });
  const trimmed = name?.trim();
  return trimmed === '' ? undefined : trimmed;
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
