import {
  commands,
  ConfigurationTarget,
  env,
  workspace,
  type ConfigurationChangeEvent,
  type Uri,
} from 'vscode';
import type { RawSettings } from '../../protocol/folders';
import { machineSettings, section, type SettingName } from './manifest';

/** Returns the settings that the engine applies, unchecked: the engine checks them. */
export function rawSettings(scope: Uri | undefined): RawSettings {
  const configuration = workspace.getConfiguration(section, scope);
  const entries = [...engineSettings, ...trafficSettings].map(
    name => [name, configuration.get<unknown>(name)] as const,
  );
  const network = workspace.getConfiguration();
  const ofNetwork = networkSettings.map(name => [name, network.get<unknown>(name)] as const);
  // VS Code returns objects as proxies, which cannot be sent to a worker.
  return JSON.parse(JSON.stringify(Object.fromEntries([...entries, ...ofNetwork]))) as RawSettings;
}

/** Whether something that is off until the user wants it is wanted for what is at the URI. */
export function isSwitchedOn(name: 'backUpOnSave' | 'compareOnStartup', scope: Uri): boolean {
  return workspace.getConfiguration(section, scope).get<unknown>(name) === true;
}

/**
 * Sets for this machine where the store is, which counts before what profiles and variables say. What
 * is empty is no longer set.
 */
export async function setConnection(
  values: Readonly<
    Partial<Record<'endpoint' | 'region', string>> & { readonly forcePathStyle?: undefined }
  >,
): Promise<void> {
  const configuration = workspace.getConfiguration(section);
  for (const [name, value] of Object.entries(values)) {
    const set = value === '' ? undefined : value;
    await configuration.update(name, set, ConfigurationTarget.Global);
  }
}

/**
 * Opens the settings editor at a setting of ours, by its whole name, or at all of them. Where VS Code
 * works on another machine, what belongs to that machine is on a page of its own, and the page that
 * opens otherwise says that there is no such setting.
 */
export async function openSetting(name: string): Promise<void> {
  const isOfMachine = machineSettings.some(each => `${section}.${each}` === name);
  if (isOfMachine && env.remoteName !== undefined) {
    await commands.executeCommand('workbench.action.openRemoteSettings', { query: name });
    return;
  }
  await commands.executeCommand('workbench.action.openSettings', name);
}

/** Which files are marked in the Explorer and in tabs; none for a value that cannot be meant. */
export function explorerDecorations(): ExplorerDecorations {
  const value = workspace.getConfiguration(section).get<unknown>('explorerDecorations');
  return value === 'not-safe' || value === 'all' ? value : 'off';
}

export type ExplorerDecorations = 'off' | 'not-safe' | 'all';

/** Whether the change may affect where the folder is backed up. */
export function concernsTarget(event: ConfigurationChangeEvent, scope: Uri): boolean {
  return targetSettings.some(name => event.affectsConfiguration(`${section}.${name}`, scope));
}

/** Whether the change affects how the folder is compared. */
export function concernsEngine(event: ConfigurationChangeEvent, scope: Uri): boolean {
  return (
    [...networkSettings, whoseNetworkSettings].some(name => event.affectsConfiguration(name)) ||
    engineSettings.some(name => event.affectsConfiguration(`${section}.${name}`, scope))
  );
}

/** Whether the change affects how much of the network batches may use. */
export function concernsTraffic(event: ConfigurationChangeEvent): boolean {
  return trafficSettings.some(name => event.affectsConfiguration(`${section}.${name}`));
}

/** VS Code's own settings; its patch of Node's modules, which heeds them, does not reach the engine. */
const networkSettings = [
  'http.systemCertificates',
  'http.proxy',
  'http.proxySupport',
  'http.noProxy',
  'http.proxyAuthorization',
  'http.proxyStrictSSL',
];

/**
 * Where VS Code works on another machine, it says whose settings those are: VS Code goes by it before
 * it answers, and need not tell of the others where it changes.
 */
const whoseNetworkSettings = 'http.useLocalProxyConfiguration';

const targetSettings: readonly SettingName[] = ['bucket', 'prefix'];

const trafficSettings: readonly SettingName[] = ['concurrency', 'bandwidthLimit'];

const engineSettings: readonly SettingName[] = [
  'profile',
  'region',
  'endpoint',
  'forcePathStyle',
  'storageClass',
  'serverSideEncryption',
  'kmsKeyId',
  'compare.rule',
  'exclude',
  'useGitignore',
];
