import { ConfigurationTarget, workspace, type ConfigurationChangeEvent, type Uri } from 'vscode';
import type { RawSettings } from '../../protocol/folders';
import { section, type SettingName } from './manifest';

/** Returns the settings that the engine applies, unchecked: the engine checks them. */
export function rawSettings(scope: Uri | undefined): RawSettings {
  const configuration = workspace.getConfiguration(section, scope);
  const entries = [...engineSettings, ...trafficSettings].map(
    name => [name, configuration.get<unknown>(name)] as const,
  );
  const system = workspace.getConfiguration().get<unknown>(systemCertificates);
  // VS Code returns objects as proxies, which cannot be sent to a worker.
  return JSON.parse(
    JSON.stringify({ ...Object.fromEntries(entries), [systemCertificates]: system }),
  ) as RawSettings;
}

/** Sets the endpoint for this machine, which counts before what profiles and variables say. */
export async function setEndpoint(endpoint: string): Promise<void> {
  const configuration = workspace.getConfiguration(section);
  await configuration.update(
    'endpoint' satisfies SettingName,
    endpoint,
    ConfigurationTarget.Global,
  );
}

/** Whether the change may affect where the folder is backed up. */
export function concernsTarget(event: ConfigurationChangeEvent, scope: Uri): boolean {
  return targetSettings.some(name => event.affectsConfiguration(`${section}.${name}`, scope));
}

/** Whether the change affects how the folder is compared. */
export function concernsEngine(event: ConfigurationChangeEvent, scope: Uri): boolean {
  return (
    event.affectsConfiguration(systemCertificates) ||
    engineSettings.some(name => event.affectsConfiguration(`${section}.${name}`, scope))
  );
}

/** Whether the change affects how much of the network batches may use. */
export function concernsTraffic(event: ConfigurationChangeEvent): boolean {
  return trafficSettings.some(name => event.affectsConfiguration(`${section}.${name}`));
}

/** VS Code's own setting; its patch of Node's modules, which heeds it, does not reach the engine. */
const systemCertificates = 'http.systemCertificates';

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
