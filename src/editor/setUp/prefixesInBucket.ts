import {
  l10n,
  QuickPickItemKind,
  ThemeIcon,
  type CancellationToken,
  type WorkspaceFolder,
} from 'vscode';
import { listPrefixes } from '../../protocol/buckets';
import type { EngineClient } from '../client/engineClient';
import { toFailureRecord } from '../failures/failed';
import type { PickItem } from '../quickInput/pickStep';
import type { Profiles } from '../targets/profiles';

/** What can be chosen in the list of prefixes. */
export type PrefixChoice =
  { readonly kind: 'prefix'; readonly prefix: string } | { readonly kind: 'type-prefix' };

interface PrefixesDeps {
  readonly engine: Pick<EngineClient, 'sendRequest'>;
  readonly profiles: Profiles;
}

/**
 * Returns the prefixes that the bucket holds, for whoever looks for an earlier backup on a new
 * computer; none where these credentials may not list them: the prefix is asked about in any case.
 */
export async function prefixesInBucket(
  { engine, profiles }: PrefixesDeps,
  chosen: { readonly folder: WorkspaceFolder; readonly bucket: string; readonly within?: string },
  token: CancellationToken,
): Promise<readonly string[]> {
  const { folder, bucket, within: prefix = '' } = chosen;
  const settings = profiles.settings(folder);
  try {
    return await engine.sendRequest(listPrefixes, { settings, bucket, prefix }, token);
  } catch (error) {
    const { code } = toFailureRecord(error);
    if (code === 'cancelled' || code === 'access-denied') return [];
    throw error;
  }
}

/** Adds them to the prefixes that are offered, and says of these which hold files. */
export function withPrefixesInBucket(
  offered: readonly PickItem<PrefixChoice>[],
  found: readonly string[],
  detailOf: (prefix: string) => { readonly detail?: string },
): readonly PickItem<PrefixChoice>[] {
  const inBucket = new Set(found);
  const known = offered.map(item => {
    if (item.value?.kind !== 'prefix' || !inBucket.delete(item.value.prefix)) return item;
    const notes = [item.description, l10n.t('holds files')];
    return { ...item, description: notes.filter(Boolean).join(' · '), buttons: [lookInside()] };
  });
  if (inBucket.size === 0) return known;
  return [
    ...known,
    { label: l10n.t('In the Bucket'), kind: QuickPickItemKind.Separator },
    ...[...inBucket].map(prefix => ({
      ...placeItem(prefix, ''),
      ...detailOf(prefix),
      buttons: [lookInside()],
    })),
  ];
}

export function placeItem(prefix: string, description: string): PickItem<PrefixChoice> {
  return {
    label: prefix === '' ? l10n.t('No prefix') : prefix,
    description,
    value: { kind: 'prefix', prefix },
  };
}

export function typeItem(): PickItem<PrefixChoice> {
  return {
    label: `$(edit) ${l10n.t('Type a Prefix…')}`,
    alwaysShow: true,
    value: { kind: 'type-prefix' },
  };
}

function lookInside(): { readonly iconPath: ThemeIcon; readonly tooltip: string } {
  return { iconPath: new ThemeIcon('folder-opened'), tooltip: l10n.t('Look Inside') };
}
