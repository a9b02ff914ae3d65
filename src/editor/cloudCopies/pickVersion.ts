import { posix } from 'node:path';
import { l10n, ThemeIcon, type QuickInputButton } from 'vscode';
import type { CloudVersion, CloudVersions } from '../../protocol/cloudCopies';
import { pickStep, type PickItem } from '../quickInput/pickStep';
import { formatTime } from '../format/pointInTime';
import { formatBytes, formatCount } from '../format/quantity';
import { runSteps, type Step } from '../quickInput/steps';

/** What to do with one version. */
export type VersionAction = 'open' | 'compare' | 'restore';

export interface VersionChoice {
  readonly version: CloudVersion;
  readonly action: VersionAction;
}

/** Lets the user choose a version and an action, by its buttons or by a second list. */
export function pickVersion(
  path: string,
  versions: CloudVersions,
  actions: readonly VersionAction[],
): Promise<VersionChoice | undefined> {
  return runSteps(versionStep(path, versions, actions));
}

function versionStep(
  path: string,
  { versions, areAll }: CloudVersions,
  actions: readonly VersionAction[],
): Step<VersionChoice> {
  const buttons = new Map(actions.map(action => [action, buttonOf(action)]));
  const count = formatCount(versions.length);
  return place =>
    pickStep<CloudVersion, VersionChoice>(place, {
      title: l10n.t('Cloud Versions of {0}', posix.basename(path)),
      total: 2,
      placeholder: areAll
        ? l10n.t('{0} in the bucket, newest first', count)
        : l10n.t('The newest {0}; the bucket has more', count),
      items: versions.map(version => itemOf(version, [...buttons.values()])),
      onItemButton: (version, pressed) => {
        const action = actions.find(each => buttons.get(each) === pressed);
        return action === undefined
          ? { kind: 'cancelled' }
          : { kind: 'done', result: { version, action } };
      },
      accept: ([version]) =>
        Promise.resolve(
          version === undefined
            ? { kind: 'cancelled' }
            : { kind: 'next', step: actionStep(version, actions) },
        ),
    });
}

/** Does by keyboard what the buttons on rows do by mouse. */
function actionStep(version: CloudVersion, actions: readonly VersionAction[]): Step<VersionChoice> {
  return place =>
    pickStep<VersionAction, VersionChoice>(place, {
      title: l10n.t('Version of {0}', formatTime(version.modifiedAtMs)),
      total: 2,
      placeholder: l10n.t('What to do with this version'),
      items: actions.map(action => {
        const { tooltip = '', iconPath } = buttonOf(action);
        return { label: tooltip, iconPath, value: action };
      }),
      accept: ([action]) =>
        Promise.resolve(
          action === undefined
            ? { kind: 'cancelled' }
            : { kind: 'done', result: { version, action } },
        ),
    });
}

/** A delete marker is shown, but cannot be chosen. */
function itemOf(
  version: CloudVersion,
  buttons: readonly QuickInputButton[],
): PickItem<CloudVersion> {
  const { kind, isLatest, size, modifiedAtMs: modifiedAt } = version;
  const time = formatTime(modifiedAt);
  const latest = isLatest ? [l10n.t('latest')] : [];
  if (kind === 'version') {
    return {
      label: time,
      description: [formatBytes(size), ...latest].join(' · '),
      iconPath: new ThemeIcon('cloud'),
      buttons,
      value: version,
    };
  }
  return {
    label: time,
    description: [l10n.t('deleted in the cloud'), ...latest].join(' · '),
    iconPath: new ThemeIcon('trash'),
  };
}

function buttonOf(action: VersionAction): QuickInputButton & { readonly iconPath: ThemeIcon } {
  switch (action) {
    case 'open':
      return { iconPath: new ThemeIcon('go-to-file'), tooltip: l10n.t('Open') };
    case 'compare':
      return { iconPath: new ThemeIcon('diff'), tooltip: l10n.t('Compare with Local File') };
    case 'restore':
      return { iconPath: new ThemeIcon('cloud-download'), tooltip: l10n.t('Restore This Version') };
  }
}
