import { workspace, type ConfigurationChangeEvent, type Uri } from 'vscode';
import type { RawSettings } from '../protocol';

/** All settings, by their names without the section. */
export const settingNames = [
  'bucket',
  'prefix',
  'profile',
  'region',
  'endpoint',
  'forcePathStyle',
  'exclude',
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
  return Object.fromEntries(entries);
}

/** Whether a comparison of the folder would go by other settings now. */
export function concernsEngine(event: ConfigurationChangeEvent, scope: Uri): boolean {
  return [...engineSettings, ...targetSettings].some(name =>
    event.affectsConfiguration(`${section}.${name}`, scope),
  );
}

/** What a click on a file does that is out of date or missing in the cloud. */
export function clickAction(): 'upload' | 'open' {
  return workspace.getConfiguration(section).get('clickAction') === 'open' ? 'open' : 'upload';
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
  'exclude',
];
