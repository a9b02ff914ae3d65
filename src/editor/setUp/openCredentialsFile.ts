import { constants } from 'node:fs';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { l10n, languages, Uri, window, workspace, type LogOutputChannel } from 'vscode';
import { credentialSources } from '../../protocol/credentials';
import type { EngineClient } from '../client/engineClient';
import { Failed } from '../failures/failed';

export interface OpenCredentialsFileDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
}

/** Opens the AWS credentials file. Creates it from a template if there is none. */
export async function openCredentialsFile({ engine, log }: OpenCredentialsFileDeps): Promise<void> {
  const { credentialsFile: path } = await engine.sendRequest(credentialSources, null);
  try {
    if (await created(path)) log.info(`Made ${path}, for its owner alone.`);
    await access(path, constants.R_OK);
  } catch (error) {
    throw Failed.of('credentials-unreadable', path, String(error));
  }
  const document = await workspace.openTextDocument(Uri.file(path));
  await window.showTextDocument(document, { preview: false });
  // VS Code cannot tell the language, because the name has no extension.
  const known = await languages.getLanguages();
  if (known.includes('ini')) await languages.setTextDocumentLanguage(document, 'ini');
}

/** Creates the file for its owner alone, with the modes that the AWS CLI uses. */
async function created(path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, template(), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function template(): string {
  const lines = [
    l10n.t('Access keys for AWS and other S3-compatible stores, one section for each profile.'),
    l10n.t('Remove the # of the three lines below, and put your own key pair there.'),
    l10n.t('Never share this file, and never put it into a repository.'),
  ];
  return [
    ...lines.map(line => `# ${line}`),
    '',
    '#[default]',
    '#aws_access_key_id = ',
    '#aws_secret_access_key = ',
    '',
  ].join('\n');
}
