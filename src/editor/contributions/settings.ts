import { l10n, workspace, type ConfigurationChangeEvent, type Uri } from 'vscode';
import type { RawSettings } from '../../protocol/folders';
import { Failed } from '../failures/failed';

/** All settings, by their names without the section. */
export const settingNames = [
  'bucket',
  'prefix',
  'profile',
  'region',
  'endpoint',
  'forcePathStyle',
  'compare.rule',
  'exclude',
  'useGitignore',
  'clickAction',
  'concurrency',
  'bandwidthLimit',
] as const;

type SettingName = (typeof settingNames)[number];

export const section = 's3Backup';

/** The settings that the engine goes by, as they are: checking them is the engine's business. */
export function rawSettings(scope: Uri | undefined): RawSettings {
  const configuration = workspace.getConfiguration(section, scope);
  const entries = [...engineSettings, ...trafficSettings].map(
    name => [name, configuration.get<unknown>(name)] as const,
  );
  // VS Code gives out objects as proxies, which cannot be sent to a worker.
  return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as RawSettings;
}

/** Whether the folder may be backed up elsewhere now. */
export function concernsTarget(event: ConfigurationChangeEvent, scope: Uri): boolean {
  return targetSettings.some(name => event.affectsConfiguration(`${section}.${name}`, scope));
}

/** Whether a comparison of the folder would go by other settings now. */
export function concernsEngine(event: ConfigurationChangeEvent, scope: Uri): boolean {
  return engineSettings.some(name => event.affectsConfiguration(`${section}.${name}`, scope));
}

/**
 * What a click on a file does that is out of date or missing in the cloud. Throws
 * `invalid-setting` where the setting says none of these.
 */
export function clickAction(): 'upload' | 'diff' | 'open' {
  const value = workspace.getConfiguration(section).get<unknown>('clickAction') ?? 'upload';
  if (value === 'upload' || value === 'diff' || value === 'open') return value;
  const why = l10n.t('it takes “upload”, “diff” or “open”');
  throw Failed.of('invalid-setting', `${section}.clickAction`, why);
}

/** Whether uploads may take more or less of the network now. */
export function concernsTraffic(event: ConfigurationChangeEvent): boolean {
  return trafficSettings.some(name => event.affectsConfiguration(`${section}.${name}`));
}

const targetSettings: readonly SettingName[] = ['bucket', 'prefix'];

const trafficSettings: readonly SettingName[] = ['concurrency', 'bandwidthLimit'];

const engineSettings: readonly SettingName[] = [
  'profile',
  'region',
  'endpoint',
  'forcePathStyle',
  'compare.rule',
  'exclude',
  'useGitignore',
];
