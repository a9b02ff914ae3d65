import { existsSync } from 'node:fs';
import { l10n, Uri, type CancellationToken, type WorkspaceFolder } from 'vscode';
import { inspectPrefix, type CreatedBucket, type PrefixContents } from '../../protocol/buckets';
import type { EngineClient } from '../client/engineClient';
import { formatCount, formatObjects } from '../format/quantity';
import { inputStep } from '../quickInput/inputStep';
import { pickStep, type PickItem } from '../quickInput/pickStep';
import type { AcceptResult, Step } from '../quickInput/steps';
import { normalPrefix, numberedPrefix, prefixFault, prefixWords } from '../targets/prefix';
import type { Profiles } from '../targets/profiles';
import { targetText, type Target } from '../targets/target';
import type { Clash, Targets } from '../targets/targets';
import { ownPrefix, settingPrefix, workspaceNamePrefix } from '../targets/targetSettings';
import type { Choice } from './choice';
import {
  placeItem,
  prefixesInBucket,
  typeItem,
  withPrefixesInBucket,
  type PrefixChoice,
} from './prefixesInBucket';

/** What the user has chosen before the prefix. */
export interface ChosenBucket {
  readonly folder: WorkspaceFolder;
  readonly bucket: string;
  readonly created: CreatedBucket | undefined;
  /** A prefix that the user entered together with the bucket. */
  readonly proposed?: string;
  /** The prefix in which the user looks for another one. */
  readonly within?: string;
}

export interface ChoosePrefixDeps {
  readonly engine: EngineClient;
  readonly targets: Targets;
  readonly profiles: Profiles;
}

/** Asks for the prefix of the folder's keys in the bucket. */
export function choosePrefix(deps: ChoosePrefixDeps, chosen: ChosenBucket): Step<Choice> {
  return position =>
    pickStep<PrefixChoice, Choice>(position, {
      title: l10n.t('Where in “{0}”?', chosen.bucket),
      total: position.number,
      placeholder: l10n.t('The prefix for the files of “{0}”', chosen.folder.name),
      items: prefixItems(deps, chosen),
      async load(list, token) {
        list.items = withPrefixesInBucket(
          list.items,
          await prefixesInBucket(deps, chosen, token),
          prefix => clashDetail(deps.targets, chosen, prefix),
        );
      },
      onItemButton: choice => ({
        kind: 'next',
        step: choosePrefix(deps, {
          ...chosen,
          ...(choice.kind === 'prefix' ? { within: choice.prefix } : {}),
        }),
      }),
      async accept([choice], _typed, token) {
        switch (choice?.kind) {
          case 'prefix':
            return acceptPrefix(deps, chosen, choice.prefix, token);
          case 'type-prefix':
          case undefined:
            return { kind: 'next', step: typePrefix(deps, chosen) };
        }
      },
    });
}

function prefixItems(
  { targets }: ChoosePrefixDeps,
  { folder, bucket, proposed, within }: ChosenBucket,
): readonly PickItem<PrefixChoice>[] {
  if (within !== undefined)
    return [placeItem(within, l10n.t('this folder of the bucket')), typeItem()];
  const status = targets.statusOf(folder);
  const current = status.kind === 'known' ? status.target : undefined;
  const outer = targets.outerPlace(folder, bucket);
  const offers: readonly (readonly [string | undefined, string])[] = [
    [proposed, l10n.t('as entered')],
    [current?.bucket === bucket ? current.prefix : undefined, l10n.t('current')],
    [settingPrefix(folder), l10n.t('from the settings')],
    [outer?.prefix, l10n.t('where its files are as part of “{0}”', outer?.record.name ?? '')],
    [ownPrefix(folder), l10n.t('the folder’s name')],
    [workspaceNamePrefix(folder), l10n.t('the folder’s name in this workspace')],
    ['', l10n.t('files go to the root of the bucket')],
  ];
  const seen = new Set<string>();
  const items: PickItem<PrefixChoice>[] = [];
  for (const [prefix, description] of offers) {
    if (prefix === undefined || seen.has(prefix)) continue;
    seen.add(prefix);
    // What is both the settings' and the folder's own needs no word on the settings.
    const isOwn = prefix === ownPrefix(folder) && description === l10n.t('from the settings');
    items.push({
      ...placeItem(prefix, isOwn ? l10n.t('the folder’s name') : description),
      ...clashDetail(targets, { folder, bucket }, prefix),
    });
  }
  return [...items, typeItem()];
}

/** Says why a prefix cannot be chosen, if it cannot. */
function clashDetail(
  targets: Targets,
  { folder, bucket }: Pick<ChosenBucket, 'folder' | 'bucket'>,
  prefix: string,
): { readonly detail?: string } {
  const clash = targets.clash(folder, { bucket, prefix });
  const refusal = clash === undefined ? undefined : refusalOf(clash);
  return refusal === undefined ? {} : { detail: `$(circle-slash) ${refusal}` };
}

function typePrefix(deps: ChoosePrefixDeps, chosen: ChosenBucket): Step<Choice> {
  const { folder, bucket } = chosen;
  let typed = ownPrefix(folder) ?? '';
  return position =>
    inputStep<Choice>(position, {
      title: l10n.t('Where in “{0}”?', bucket),
      total: position.number,
      prompt: l10n.t('The prefix for the files’ names, such as backups/laptop/'),
      value: typed,
      validate(value) {
        const prefix = normalPrefix(value);
        const fault = prefixFault(prefix);
        const clash = deps.targets.clash(folder, { bucket, prefix });
        return Promise.resolve(
          fault === undefined ? clash && refusalOf(clash) : prefixWords(fault),
        );
      },
      accept(value, token) {
        typed = value;
        return acceptPrefix(deps, chosen, normalPrefix(value), token);
      },
    });
}

/** Accepts a prefix that is free, and asks about one that is occupied. */
async function acceptPrefix(
  deps: ChoosePrefixDeps,
  chosen: ChosenBucket,
  prefix: string,
  token: CancellationToken,
): Promise<AcceptResult<Choice>> {
  const { folder, bucket, created } = chosen;
  const target = { bucket, prefix };
  const clash = deps.targets.clash(folder, target);
  const refusal = clash === undefined ? undefined : refusalOf(clash);
  if (refusal !== undefined) return { kind: 'refused', because: refusal };
  const done = { kind: 'done', result: { folder, target, movedFrom: undefined, created } } as const;
  if (deps.targets.hasBeenAt(folder, target)) return done;
  // It is known whose the files there are: the folder's own, sent with the one above.
  if (deps.targets.kin(folder, target).length > 0) return done;
  const settings = deps.profiles.settings(folder);
  const contents = await deps.engine.sendRequest(inspectPrefix, { settings, ...target }, token);
  const isFree = contents.kind === 'unknown' || contents.count === 0;
  if (clash === undefined && isFree) return done;
  const other = await freePrefix(deps, chosen, prefix, token);
  return { kind: 'next', step: askWhose(deps, chosen, { target, contents, clash, other }) };
}

/** What was found at the place that the user chose. */
interface Occupied {
  readonly target: Target;
  readonly contents: PrefixContents;
  readonly clash: Clash | undefined;
  /** A similar prefix that is free. */
  readonly other: string | undefined;
}

type WhoseChoice = 'same' | 'moved' | 'other-prefix' | 'type-prefix';

/** Asks before two folders share a prefix: one project on two computers may, two projects not. */
function askWhose(deps: ChoosePrefixDeps, chosen: ChosenBucket, occupied: Occupied): Step<Choice> {
  const { folder, created } = chosen;
  const { target, contents, clash, other } = occupied;
  const result = { folder, target, movedFrom: undefined, created };
  const examples = contents.kind === 'unknown' ? '' : contents.examples.join(', ');
  return position =>
    pickStep<WhoseChoice, Choice>(position, {
      title: occupiedText(target, contents),
      total: position.number,
      placeholder:
        clash === undefined
          ? l10n.t('Is it an earlier backup of “{0}”, perhaps from another computer?', folder.name)
          : l10n.t('“{0}” is backed up there', clash.record.name),
      items: [
        clash === undefined || stillExists(clash)
          ? {
              label: l10n.t('Same Project, Continue'),
              detail:
                examples === '' ? l10n.t('Both folders will share the files there.') : examples,
              value: 'same',
            }
          : {
              label: l10n.t('Moved Here'),
              detail: l10n.t('It was at {0}, where it no longer is.', pathOf(clash)),
              value: 'moved',
            },
        ...(other === undefined
          ? []
          : [
              {
                label: l10n.t('Use {0}', `“${other}”`),
                description: l10n.t('nothing is there yet'),
                value: 'other-prefix' as const,
              },
            ]),
        { label: l10n.t('Other…'), value: 'type-prefix' },
      ],
      async accept([choice = 'type-prefix'], _typed, token) {
        switch (choice) {
          case 'same':
            return { kind: 'done', result };
          case 'moved':
            return { kind: 'done', result: { ...result, movedFrom: clash?.record } };
          case 'other-prefix':
            return acceptPrefix(deps, chosen, other ?? target.prefix, token);
          case 'type-prefix':
            return { kind: 'next', step: typePrefix(deps, chosen) };
        }
      },
    });
}

function occupiedText(target: Target, contents: PrefixContents): string {
  const where = targetText(target);
  switch (contents.kind) {
    case 'counted':
      return l10n.t('“{0}” already holds {1}', where, formatObjects(contents.count));
    case 'more-than':
      return l10n.t(
        '“{0}” already holds more than {1} objects',
        where,
        formatCount(contents.count),
      );
    case 'unknown':
      return l10n.t('“{0}” is in use', where);
  }
}

/** Returns the wanted prefix with the first number that neither folders nor objects use. */
async function freePrefix(
  deps: ChoosePrefixDeps,
  { folder, bucket }: ChosenBucket,
  wanted: string,
  token: CancellationToken,
): Promise<string | undefined> {
  const settings = deps.profiles.settings(folder);
  const base = wanted === '' ? ownPrefix(folder) : wanted;
  if (base === undefined) return undefined;
  for (let number = 2; number < 10; number++) {
    const prefix = numberedPrefix(base, number);
    if (deps.targets.clash(folder, { bucket, prefix }) !== undefined) continue;
    const request = { settings, bucket, prefix };
    const contents = await deps.engine.sendRequest(inspectPrefix, request, token);
    if (contents.kind === 'counted' && contents.count === 0) return prefix;
  }
  return undefined;
}

/** Returns why a prefix is refused. An equal one is not: the user is asked about it. */
function refusalOf({ relation, record }: Clash): string | undefined {
  const theirs = targetText(record.places[0] ?? { bucket: '', prefix: '' });
  switch (relation) {
    case 'inside':
      return l10n.t('This is inside the backup of “{0}”, {1}.', record.name, theirs);
    case 'around':
      return l10n.t('This would contain the backup of “{0}”, {1}.', record.name, theirs);
    case 'same':
      return undefined;
  }
}

function stillExists(clash: Clash): boolean {
  return existsSync(pathOf(clash));
}

function pathOf({ record }: Clash): string {
  return Uri.parse(record.uri).fsPath;
}
