import { l10n, QuickPickItemKind, type WorkspaceFolder } from 'vscode';
import type { BucketSummary } from '../../protocol/buckets';
import type { FailureRecord } from '../../protocol/failures';
import { concernsCredentials, failureMessage } from '../failures/failureMessage';
import type { PickItem } from '../quickInput/pickStep';
import type { Target } from '../targets/target';
import type { Targets } from '../targets/targets';
import { offeredEndpoint } from './offerEndpoint';

/** What can be chosen in the list of buckets. */
export type BucketChoice =
  | { readonly kind: 'bucket'; readonly name: string }
  | { readonly kind: 'create' }
  | { readonly kind: 'enter-name' }
  | { readonly kind: 'other-store' }
  | { readonly kind: 'copy-policy' }
  | { readonly kind: 'use-endpoint'; readonly endpoint: string }
  | { readonly kind: 'credentials' }
  | { readonly kind: 'credentials-file' }
  | { readonly kind: 'retry' };

/** The items that need no list. */
export const ownItems: readonly PickItem<BucketChoice>[] = [
  item(`$(add) ${l10n.t('Create New Bucket…')}`, { kind: 'create' }),
  item(`$(edit) ${l10n.t('Enter a Bucket Name…')}`, { kind: 'enter-name' }),
  {
    ...item(`$(globe) ${l10n.t('Other Store…')}`, { kind: 'other-store' }),
    description: l10n.t('AWS, R2, B2, Wasabi, Google, Spaces, Scaleway, MinIO and others'),
  },
  {
    ...item(`$(copy) ${l10n.t('Copy the Smallest Policy…')}`, { kind: 'copy-policy' }),
    description: l10n.t('the rights to ask for, filled in'),
  },
];

/**
 * Returns what can be done where the buckets could not be listed, the likeliest first, with the
 * reason. Without credentials no bucket can be created or looked at either.
 */
export function itemsAfterFailure(failure: FailureRecord): readonly PickItem<BucketChoice>[] {
  const [first, ...others] = waysOut(failure);
  const reason = { detail: failureMessage(failure).what };
  const isPossible = ({ value }: PickItem<BucketChoice>): boolean =>
    !concernsCredentials(failure.code) || value?.kind === 'other-store';
  return [
    ...(first === undefined ? [] : [{ ...first, ...reason }]),
    ...others,
    ...ownItems.filter(isPossible),
  ];
}

/** Says in the input itself what came of the list. */
export function placeholderAfterFailure({ code }: FailureRecord): string {
  if (code === 'no-credentials') return l10n.t('There are no credentials yet');
  return concernsCredentials(code)
    ? l10n.t('These credentials cannot be used')
    : l10n.t('Not all buckets could be listed');
}

function waysOut(failure: FailureRecord): readonly PickItem<BucketChoice>[] {
  const retry = item(`$(refresh) ${l10n.t('Retry')}`, { kind: 'retry' });
  const endpoint = offeredEndpoint(failure);
  if (endpoint !== undefined) {
    const use = item(`$(link) ${l10n.t('Use {0}', endpoint)}`, { kind: 'use-endpoint', endpoint });
    return [use, retry];
  }
  if (!concernsCredentials(failure.code)) return [retry];
  return [
    item(`$(key) ${l10n.t('Choose Credentials…')}`, { kind: 'credentials' }),
    item(`$(go-to-file) ${l10n.t('Open Credentials File')}`, { kind: 'credentials-file' }),
    retry,
  ];
}

function item(label: string, value: BucketChoice): PickItem<BucketChoice> {
  return { label, alwaysShow: true, value };
}

/** Returns the recently chosen buckets and then all others, each group under a heading. */
export function bucketItems(
  { targets, current }: { readonly targets: Targets; readonly current: Target | undefined },
  folder: WorkspaceFolder,
  buckets: readonly BucketSummary[],
): readonly PickItem<BucketChoice>[] {
  const recent = targets.recentBuckets(folder).slice(0, recentCount);
  const regions = new Map(buckets.map(({ name, region }) => [name, region]));
  const others = buckets.map(({ name }) => name).filter(name => !recent.includes(name));
  const bucketItem = (name: string): PickItem<BucketChoice> => {
    const notes = [regions.get(name), name === current?.bucket ? l10n.t('current') : undefined];
    return {
      label: name,
      description: notes.filter(note => note !== undefined && note !== '').join(' · '),
      value: { kind: 'bucket', name },
    };
  };
  return [
    ...headed(l10n.t('Recent'), recent.map(bucketItem)),
    ...headed(l10n.t('Buckets'), others.map(bucketItem)),
  ];
}

const recentCount = 5;

function headed<V>(label: string, items: readonly PickItem<V>[]): readonly PickItem<V>[] {
  return items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
}
