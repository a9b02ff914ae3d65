import { l10n, type WorkspaceFolder, type LogOutputChannel } from 'vscode';
import { inspectPrefix, listBuckets, type BucketSummary } from '../../protocol/buckets';
import type { FolderSetup } from '../../protocol/folders';
import type { EngineClient } from '../client/engineClient';
import { setConnection } from '../contributions/settings';
import { Failed, toFailureRecord, failureLine } from '../failures/failed';
import { showTargetHints, type TargetHintsDeps } from '../hints/targetHints';
import { inputStep } from '../quickInput/inputStep';
import { pickStep } from '../quickInput/pickStep';
import { runSteps, type Step } from '../quickInput/steps';
import { folderSetup, type FolderSetupDeps } from '../targets/folderSetup';
import type { Profiles } from '../targets/profiles';
import { targetText, type Target } from '../targets/target';
import { folderId, localFolders, type Targets } from '../targets/targets';
import {
  bucketItems,
  itemsAfterFailure,
  ownItems,
  placeholderAfterFailure,
  type BucketChoice,
} from './bucketChoices';
import type { Choice } from './choice';
import { choosePrefix } from './choosePrefix';
import type { AccessKeyDeps } from './enterAccessKey';
import { copyPolicy } from './copyPolicy';
import { nameNewBucket, type NameNewBucketDeps } from './nameNewBucket';
import { offeredEndpoint, offerEndpoint } from './offerEndpoint';
import { endpointOf, offerOtherFolders } from './offerOtherFolders';
import { openCredentialsFile } from './openCredentialsFile';
import { credentials, otherStore } from './otherStore';
import { refusal } from './refusal';
import { refreshEndpoint, type RefreshEndpointDeps } from './refreshEndpoint';
import { existingBucketFault, readAddress, typedAddress } from './typedBucket';

export interface ChooseBucketDeps
  extends TargetHintsDeps, FolderSetupDeps, RefreshEndpointDeps, NameNewBucketDeps, AccessKeyDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly targets: Targets;
  readonly profiles: Profiles;
}

/**
 * Lets the user choose where a folder is backed up, and remembers it. Returns `undefined` if the
 * user chose nothing.
 */
export function chooseBucket(
  deps: ChooseBucketDeps,
  folders: readonly WorkspaceFolder[],
): Promise<FolderSetup | undefined> {
  return chooseBy(deps, folders, folder => pickBucket(deps, folder));
}

/** Like `chooseBucket`, but asks first for another store than that of the settings. */
export function chooseStore(
  deps: ChooseBucketDeps,
  folders: readonly WorkspaceFolder[],
): Promise<FolderSetup | undefined> {
  return chooseBy(deps, folders, folder =>
    otherStore(deps, folder, () => pickBucket(deps, folder)),
  );
}

async function chooseBy(
  deps: ChooseBucketDeps,
  folders: readonly WorkspaceFolder[],
  first: (folder: WorkspaceFolder) => Step<Choice>,
): Promise<FolderSetup | undefined> {
  const [only] = folders;
  if (only === undefined) return undefined;
  const endpoint = endpointOf(deps, only);
  const choice = await runSteps(
    folders.length > 1 ? chooseFolder(deps, folders, first) : first(only),
  );
  const others = localFolders().filter(each => each !== choice?.folder);
  void offerOtherFolders(deps, others, endpoint);
  if (choice === undefined) return undefined;
  const { folder, target, movedFrom, created } = choice;
  const before = currentTarget(deps, folder);
  if (movedFrom === undefined) deps.targets.choose(folder, target);
  else deps.targets.adoptRecord(folder, target, movedFrom);
  deps.log.info(`${folder.name} is backed up to ${targetText(target)} from now on.`);
  void showTargetHints(deps, { folder, target, before, created });
  return folderSetup(deps, folder, target);
}

function chooseFolder(
  deps: ChooseBucketDeps,
  folders: readonly WorkspaceFolder[],
  next: (folder: WorkspaceFolder) => Step<Choice>,
): Step<Choice> {
  return position =>
    pickStep(position, {
      title: l10n.t('Choose a Bucket'),
      total: position.number + 2,
      placeholder: l10n.t('For which folder?'),
      items: folders.map(folder => {
        const status = deps.targets.statusOf(folder);
        const description =
          status.kind === 'known' ? targetText(status.target) : l10n.t('no bucket yet');
        return { label: folder.name, description, detail: folder.uri.fsPath, value: folder };
      }),
      accept: ([folder]) =>
        Promise.resolve(
          folder === undefined ? { kind: 'cancelled' } : { kind: 'next', step: next(folder) },
        ),
    });
}

/** Shows the list at once and loads it page by page; items that need no list come first. */
function pickBucket(deps: ChooseBucketDeps, folder: WorkspaceFolder): Step<Choice> {
  const settings = deps.profiles.settings(folder);
  const id = folderId(folder);
  const title = l10n.t('Choose a Bucket for “{0}”', folder.name);
  const listing = l10n.t('Listing your buckets…');
  const current = currentTarget(deps, folder);
  return position =>
    pickStep<BucketChoice, Choice>(position, {
      title,
      total: position.number + 1,
      placeholder: listing,
      items: [...ownItems, ...bucketItems({ ...deps, current }, folder, [])],
      async load(list, token) {
        const attempts = deps.engine.onDidChangeState(state => {
          if (state.kind !== 'connecting' || state.folder !== id) return;
          const { attempt, attempts: all } = state;
          list.placeholder = l10n.t('Listing your buckets, attempt {0} of {1}…', attempt, all);
        });
        await refreshEndpoint(deps, folder);
        const buckets = new Map<string, BucketSummary>();
        const visited = new Set<string>();
        let pagesInVain = 0;
        let after: string | undefined;
        try {
          for (;;) {
            const request = { folder: id, settings, ...(after === undefined ? {} : { after }) };
            const page = await deps.engine.sendRequest(listBuckets, request, token);
            const before = buckets.size;
            for (const each of page.buckets) buckets.set(each.name, each);
            pagesInVain = buckets.size > before ? 0 : pagesInVain + 1;
            const shown = bucketItems({ ...deps, current }, folder, [...buckets.values()]);
            list.items = [...ownItems, ...shown];
            after = page.next;
            if (after === undefined) break;
            // A store that ignores where a page is to begin may name a new place each time.
            if (visited.has(after) || pagesInVain >= maxPagesInVain) {
              throw Failed.of('store-error', '', 'a list whose pages run in a circle');
            }
            visited.add(after);
          }
          list.placeholder = placeholder([...buckets.values()], current);
        } catch (error) {
          const failure = toFailureRecord(error);
          if (failure.code === 'cancelled') return;
          deps.log.error(`Buckets not listed: ${failureLine(failure)}`);
          list.placeholder = placeholderAfterFailure(failure);
          const known = bucketItems({ ...deps, current }, folder, [...buckets.values()]);
          list.items = [...itemsAfterFailure(failure), ...known];
        } finally {
          attempts.dispose();
        }
      },
      async accept([choice], typed) {
        // Whether another folder's files are in the way depends on it.
        await refreshEndpoint(deps, folder);
        switch (choice?.kind) {
          case 'bucket': {
            const step = choosePrefix(deps, {
              folder,
              bucket: choice.name,
              created: undefined,
            });
            return { kind: 'next', step };
          }
          case 'create':
            return { kind: 'next', step: nameNewBucket(deps, folder, nameTyped(typed)) };
          case 'enter-name':
            return { kind: 'next', step: enterName(deps, folder, typed) };
          case 'use-endpoint':
            await setConnection({ endpoint: choice.endpoint });
            return { kind: 'next', step: pickBucket(deps, folder) };
          case 'other-store':
            return {
              kind: 'next',
              step: otherStore(deps, folder, () => pickBucket(deps, folder)),
            };
          case 'copy-policy':
            await copyPolicy({ folder, settings, proposed: typedAddress(typed) ?? current });
            return { kind: 'cancelled' };
          case 'credentials':
            return {
              kind: 'next',
              step: credentials(deps, folder, () => pickBucket(deps, folder)),
            };
          case 'credentials-file':
            await openCredentialsFile(deps);
            return { kind: 'cancelled' };
          case 'retry':
          case undefined:
            return { kind: 'refused', because: listing };
        }
      },
    });
}

/** A page may be empty, since some stores go on to what the user may not see. */
const maxPagesInVain = 10;

function placeholder(buckets: readonly BucketSummary[], current: Target | undefined): string {
  if (buckets.length === 0) {
    return l10n.t(
      'These credentials cannot list any buckets; you can still create one or enter its name',
    );
  }
  return current === undefined
    ? l10n.t('In which bucket?')
    : l10n.t('Currently in {0}; files there will stay', targetText(current));
}

function currentTarget({ targets }: ChooseBucketDeps, folder: WorkspaceFolder): Target | undefined {
  const status = targets.statusOf(folder);
  return status.kind === 'known' ? status.target : undefined;
}

/** Not what was typed to find the row itself. */
function nameTyped(typed: string): string {
  const isFilter = l10n.t('Create New Bucket…').toLowerCase().includes(typed.toLowerCase());
  return isFilter ? '' : typed;
}

/** For identities that may use a bucket but not list them. Takes a name or an `s3://` address. */
function enterName(deps: ChooseBucketDeps, folder: WorkspaceFolder, typed: string): Step<Choice> {
  return position =>
    inputStep<Choice>(position, {
      title: l10n.t('Choose a Bucket for “{0}”', folder.name),
      total: position.number + 1,
      prompt: l10n.t('Name of an existing bucket, or s3://bucket/prefix'),
      value: typed,
      validate: value => Promise.resolve(existingBucketFault(readAddress(value).bucket)),
      async accept(value, token) {
        const { bucket, prefix } = readAddress(value);
        try {
          const settings = deps.profiles.settings(folder);
          await deps.engine.sendRequest(inspectPrefix, { settings, bucket, prefix }, token);
        } catch (error) {
          const failure = toFailureRecord(error);
          const offered = offeredEndpoint(failure);
          if (offered === undefined) return refusal(error);
          const next = enterName(deps, folder, value);
          return { kind: 'next', step: offerEndpoint(failure, { offered, next }) };
        }
        const proposed = prefix === '' ? {} : { proposed: prefix };
        const step = choosePrefix(deps, { folder, bucket, created: undefined, ...proposed });
        return { kind: 'next', step };
      },
    });
}
