import { workspace, type ConfigurationChangeEvent, type Uri } from 'vscode';
import type { RawSettings } from '../../protocol/folders';
import { section, type SettingName } from './manifest';

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
