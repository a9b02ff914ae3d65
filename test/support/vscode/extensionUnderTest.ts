import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  ConfigurationTarget,
  extensions,
  Uri,
  workspace,
  type Extension,
  type WorkspaceFolder,
} from 'vscode';

import type { S3Backup } from '../../../src/extension';
import type { ComparisonTotals } from '../../../src/protocol/comparisons';
import type { WorkerData } from '../../../src/protocol/host';
import type { State } from '../../../src/protocol/state';
import type { Group } from '../../../src/protocol/verdicts';
import { testVariable } from '../suite/testEnvironment';

/** The extension as others see it. */
export function extension(): Extension<S3Backup> {
  const found = extensions.getExtension<S3Backup>('s3-backup.s3-backup');
  assert.ok(found, 'VS Code knows the extension.');
  return found;
}

export function workspaceFolder(): WorkspaceFolder {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder, 'The window has a folder.');
  return folder;
}

/** A file of the open folder. */
export function uriOf(path: string): Uri {
  return Uri.joinPath(workspaceFolder().uri, path);
}

export function workerFile(): string {
  return join(extension().extensionPath, 'dist', 'engine.js');
}

/** For an engine beside the extension's own: it keeps its receipts apart. */
export function workerData(): WorkerData {
  const storage = join(tmpdir(), `s3-backup-receipts-${String(process.pid)}`);
  return {
    recordsFile: `${storage}.sqlite`,
    journalsFolder: `${storage}-staging-journals`,
    locksFolder: `${storage}-engine-locks`,
  };
}

/** Writes nothing where it has this value: VS Code takes a tenth of a second for that, too. */
export async function setUserSetting(name: string, value: unknown): Promise<void> {
  const settings = workspace.getConfiguration('s3Backup');
  if (isDeepStrictEqual(settings.inspect(name)?.globalValue, value)) return;
  await settings.update(name, value, ConfigurationTarget.Global);
}

/** The extension, backing up the open folder to the suite's bucket under the prefix. */
export async function activateWithTarget(prefix: string): Promise<S3Backup> {
  const api = await extension().activate();
  await setUserSetting('bucket', testVariable('embeddedBucket'));
  await setUserSetting('prefix', prefix);
  return api;
}

/** The one comparison there is. */
export function onlyComparison(state: State): ComparisonTotals {
  const [comparison, ...others] = state.comparisons;
  assert.ok(comparison, 'There is a comparison.');
  assert.equal(others.length, 0);
  return comparison;
}

export function filesIn(state: State, group: Group): number {
  return onlyComparison(state).groups[group].files;
}

/** Waits until the state is as it should be, without asking for it again and again. */
export async function untilState(
  api: Pick<S3Backup, 'state' | 'onDidChangeState'>,
  isReached: (state: State) => boolean,
): Promise<void> {
  if (isReached(api.state)) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      listening.dispose();
      reject(new Error(`The state stayed ${JSON.stringify(api.state)}.`));
    }, 10_000);
    const listening = api.onDidChangeState(state => {
      if (!isReached(state)) return;
      clearTimeout(timer);
      listening.dispose();
      resolve();
    });
  });
}

/** Puts an object where the extension will find it; the suite's server checks no signatures. */
export async function putObject(key: string, body: string | Buffer): Promise<void> {
  await ask('PUT', key, body);
}

/** Takes an object away, as somebody else may. */
export async function removeObject(key: string): Promise<void> {
  await ask('DELETE', key);
}

/** Puts an object whose ETag tells nothing of its content: the parts are of no usual size. */
export async function putUncomparableObject(key: string, parts: readonly string[]): Promise<void> {
  const started = await (await ask('POST', `${key}?uploads`)).text();
  const uploadId = /<UploadId>([^<]+)</.exec(started)?.[1] ?? '';
  const stored: string[] = [];
  for (const [index, body] of parts.entries()) {
    const number = String(index + 1);
    const answer = await ask('PUT', `${key}?partNumber=${number}&uploadId=${uploadId}`, body);
    const etag = answer.headers.get('etag') ?? '';
    stored.push(`<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`);
  }
  const list = `<CompleteMultipartUpload>${stored.join('')}</CompleteMultipartUpload>`;
  await ask('POST', `${key}?uploadId=${uploadId}`, list);
}

async function ask(method: string, target: string, body?: string | Buffer): Promise<Response> {
  const [key = '', query] = target.split('?');
  const path = key.split('/').map(encodeURIComponent).join('/');
  const bucket = `${testVariable('embeddedEndpoint')}/${testVariable('embeddedBucket')}`;
  const url = `${bucket}/${path}${query === undefined ? '' : `?${query}`}`;
  const answer = await fetch(url, { method, ...(body === undefined ? {} : { body }) });
  assert.ok(answer.ok, `${url}: ${String(answer.status)}`);
  return answer;
}
