import { l10n, type WorkspaceFolder } from 'vscode';
import { storeEndpoint } from '../../protocol/credentials';
import { readEndpoint, storeOf } from '../../protocol/endpoint';
import { storePresets, type StoreAddress, type StorePreset } from '../../protocol/storePresets';
import type { EngineClient } from '../client/engineClient';
import { setConnection } from '../contributions/settings';
import { inputStep } from '../quickInput/inputStep';
import { pickStep } from '../quickInput/pickStep';
import type { AcceptResult, Step } from '../quickInput/steps';
import type { Profiles } from '../targets/profiles';
import { chooseProfile, type ChooseProfileDeps } from './chooseProfile';
import { refusal } from './refusal';

interface OtherStoreDeps extends ChooseProfileDeps {
  readonly engine: EngineClient;
  readonly profiles: Profiles;
}

/**
 * Asks for the store to use instead of the one of the settings: which one, what its address follows
 * from, and whose credentials. What is chosen goes into the settings of the machine that VS Code
 * works on, wherever its window is. Goes on with `next`, which tries it.
 */
export function otherStore<R>(
  deps: OtherStoreDeps,
  folder: WorkspaceFolder,
  next: () => Step<R>,
): Step<R> {
  const way = { folder, next };
  const bySettings = deps.profiles.settings(folder);
  const set = textOf(bySettings['endpoint']);
  return position =>
    pickStep<StoreChoice, R>(position, {
      title: title(),
      total: position.number + 2,
      placeholder: l10n.t('Which store? It is used for all folders.'),
      items: [
        ...storePresets.map(preset => ({
          label: preset.name,
          ...(isAt(preset, set) ? { description: l10n.t('current') } : {}),
          value: { kind: 'preset', preset } as const,
        })),
        { label: 'MinIO', value: { kind: 'address', example: 'http://localhost:9000' } },
        {
          label: l10n.t('Other…'),
          description: l10n.t('any S3-compatible store, by its address'),
          value: { kind: 'address', example: 'https://s3.example.com' },
        },
      ],
      async accept([choice]) {
        if (choice === undefined) return { kind: 'cancelled' };
        if (choice.kind === 'address') {
          return { kind: 'next', step: enterAddress(deps, way, choice.example) };
        }
        const { preset } = choice;
        if (preset.asks !== 'nothing') {
          return { kind: 'next', step: enterAnswer(deps, way, preset) };
        }
        return useStore(deps, way, preset.addressOf(''));
      },
    });
}

type StoreChoice =
  | { readonly kind: 'preset'; readonly preset: StorePreset }
  | { readonly kind: 'address'; readonly example: string };

/** For which folder it is asked, and how it goes on. */
interface Way<R> {
  readonly folder: WorkspaceFolder;
  readonly next: () => Step<R>;
}

function title(): string {
  return l10n.t('Use Another S3 Store');
}

/** Whether the endpoint of the settings is one of this store. */
function isAt({ example, addressOf }: StorePreset, endpoint: string): boolean {
  const own = /\.[a-z0-9-]+\.[a-z]+$/.exec(addressOf(example)?.endpoint ?? '')?.[0];
  if (own === undefined) return endpoint === '';
  return readEndpoint(endpoint)?.url.endsWith(own) === true;
}

/** Asks for the one thing that the address of a known store follows from. */
function enterAnswer<R>(deps: OtherStoreDeps, way: Way<R>, preset: StorePreset): Step<R> {
  const { name, asks, example, addressOf } = preset;
  const isAccount = asks === 'account';
  return position =>
    inputStep<R>(position, {
      title: title(),
      total: position.number + 1,
      prompt: isAccount
        ? l10n.t('Your account ID at {0}', name)
        : l10n.t('The region of your buckets at {0}', name),
      placeholder: l10n.t('for example {0}', example),
      value: '',
      validate: typed =>
        Promise.resolve(
          addressOf(typed.trim()) !== undefined
            ? undefined
            : isAccount
              ? l10n.t('The account ID has 32 digits and letters from a to f.')
              : l10n.t('A region contains only lowercase letters, digits and “-”.'),
        ),
      accept: typed => useStore(deps, way, addressOf(typed.trim())),
    });
}

async function useStore<R>(
  deps: OtherStoreDeps,
  { folder, next }: Way<R>,
  address: StoreAddress | undefined,
): Promise<AcceptResult<R>> {
  if (address === undefined) return { kind: 'cancelled' };
  // How buckets are asked for was set for another store, if at all.
  await setConnection({ ...address, forcePathStyle: undefined });
  return { kind: 'no-return', step: credentials(deps, folder, next) };
}

function enterAddress<R>(deps: OtherStoreDeps, way: Way<R>, example: string): Step<R> {
  const { engine, profiles } = deps;
  const settings = profiles.settings(way.folder);
  return position =>
    inputStep<R>(position, {
      title: title(),
      total: position.number + 2,
      prompt: l10n.t('The store’s address, used for all folders; leave it empty for AWS'),
      placeholder: l10n.t('for example {0}', example),
      value: textOf(settings['endpoint']),
      validate: typed =>
        Promise.resolve(
          typed === '' || readEndpoint(withScheme(typed)) !== undefined
            ? undefined
            : l10n.t('Enter an http or https address, such as https://s3.example.com.'),
        ),
      async accept(typed, token) {
        const endpoint = typed === '' ? '' : withScheme(typed);
        try {
          await engine.sendRequest(storeEndpoint, { ...settings, endpoint }, token);
        } catch (error) {
          return refusal(error);
        }
        return { kind: 'next', step: enterRegion(deps, way, endpoint) };
      },
    });
}

function enterRegion<R>(deps: OtherStoreDeps, { folder, next }: Way<R>, endpoint: string): Step<R> {
  const settings = deps.profiles.settings(folder);
  // That of another store means nothing here.
  const isSame = storeOf(endpoint) === storeOf(textOf(settings['endpoint']));
  return position =>
    inputStep<R>(position, {
      title: title(),
      total: position.number + 1,
      prompt: l10n.t('Region; leave it empty if the store has none'),
      placeholder: l10n.t('for example {0}', 'eu-central-1'),
      value: isSame ? textOf(settings['region']) : '',
      validate: typed =>
        Promise.resolve(
          /^[\w-]*$/.test(typed)
            ? undefined
            : l10n.t('A region contains only letters, digits and “-”.'),
        ),
      async accept(region) {
        await setConnection({ endpoint, region });
        return { kind: 'no-return', step: credentials(deps, folder, next) };
      },
    });
}

/** Asks whose credentials to use, and goes on. Leads nowhere where the user goes to type them. */
export function credentials<R>(
  deps: ChooseProfileDeps,
  folder: WorkspaceFolder,
  next: () => Step<R>,
): Step<R> {
  return async () => {
    const chosen = await chooseProfile(deps, [folder]);
    return chosen.length === 0 ? { kind: 'cancelled' } : { kind: 'next', step: next() };
  };
}

/** People type hosts; who means http says so, but for this computer. */
function withScheme(typed: string): string {
  if (/^[a-z]+:\/\//i.test(typed)) return typed;
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::|\/|$)/i.test(typed)
    ? `http://${typed}`
    : `https://${typed}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
