import { l10n, type WorkspaceFolder } from 'vscode';
import { storeEndpoint } from '../../protocol/credentials';
import { readEndpoint } from '../../protocol/endpoint';
import type { EngineClient } from '../client/engineClient';
import { setConnection } from '../contributions/settings';
import { inputStep } from '../quickInput/inputStep';
import type { Step } from '../quickInput/steps';
import type { Profiles } from '../targets/profiles';
import { chooseProfile, type ChooseProfileDeps } from './chooseProfile';
import { refusal } from './refusal';

interface OtherStoreDeps extends ChooseProfileDeps {
  readonly engine: EngineClient;
  readonly profiles: Profiles;
}

/**
 * Asks for the store to use instead of the one of the settings: its endpoint, its region, and whose
 * credentials. What is typed goes into the settings of the machine that VS Code works on, wherever
 * its window is. Goes on with `next`.
 */
export function otherStore<R>(
  deps: OtherStoreDeps,
  folder: WorkspaceFolder,
  next: () => Step<R>,
): Step<R> {
  const { engine, profiles } = deps;
  const settings = profiles.settings(folder);
  return position =>
    inputStep<R>(position, {
      title: l10n.t('Use Another S3 Store'),
      total: position.number + 2,
      prompt: l10n.t('The store’s address, for this and all other folders; leave it empty for AWS'),
      placeholder: l10n.t('for example {0}', 'https://s3.example.com'),
      value: textOf(settings['endpoint']),
      validate: typed =>
        Promise.resolve(
          typed === '' || readEndpoint(withScheme(typed)) !== undefined
            ? undefined
            : l10n.t('This cannot be the address of a store.'),
        ),
      async accept(typed, token) {
        const endpoint = typed === '' ? '' : withScheme(typed);
        try {
          await engine.sendRequest(storeEndpoint, { ...settings, endpoint }, token);
        } catch (error) {
          return refusal(error);
        }
        return { kind: 'next', step: enterRegion(deps, folder, { endpoint, next }) };
      },
    });
}

interface ChosenEndpoint<R> {
  readonly endpoint: string;
  readonly next: () => Step<R>;
}

function enterRegion<R>(
  deps: OtherStoreDeps,
  folder: WorkspaceFolder,
  { endpoint, next }: ChosenEndpoint<R>,
): Step<R> {
  return position =>
    inputStep<R>(position, {
      title: l10n.t('Use Another S3 Store'),
      total: position.number + 1,
      prompt: l10n.t('Its region; leave it empty if the store has none'),
      placeholder: l10n.t('for example {0}', 'eu-central-1'),
      value: textOf(deps.profiles.settings(folder)['region']),
      validate: typed =>
        Promise.resolve(
          /^[\w-]*$/.test(typed) ? undefined : l10n.t('A region has only letters, digits and “-”.'),
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
