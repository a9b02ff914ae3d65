import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { commands, env, window } from 'vscode';

import { testVariable } from '../../support/suite/testEnvironment';
import { fileNode, groupNode, subfolderNode } from '../../support/vscode/cloudRows';
import { activateWithTarget, setUserSetting, uriOf } from '../../support/vscode/extensionUnderTest';

describe('Copy S3 URI', () => {
  let start: string;

  before(async () => {
    await activateWithTarget('uris/');
    start = `s3://${testVariable('embeddedBucket')}/uris/`;
    await mkdir(uriOf('set').fsPath, { recursive: true });
    await writeFile(uriOf('set/a b.txt').fsPath, 'a');
    await writeFile(uriOf('c.txt').fsPath, 'c');
  });
  after(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
    await rm(uriOf('set').fsPath, { recursive: true, force: true });
    await rm(uriOf('c.txt').fsPath, { force: true });
  });

  async function copied(...args: readonly unknown[]): Promise<readonly string[]> {
    await env.clipboard.writeText('');
    await commands.executeCommand('s3Backup.copyS3Uri', ...args);
    return (await env.clipboard.readText()).split('\n');
  }

  it('takes a file and all selected files and folders', async () => {
    const uris = [uriOf('set/a b.txt'), uriOf('set')];
    assert.deepEqual(await copied(uris[0], uris), [`${start}set/a b.txt`, `${start}set/`]);
    assert.deepEqual(await copied(uriOf('c.txt')), [`${start}c.txt`]);
  });

  it('takes rows, of files that are only in the cloud too', async () => {
    const nodes = [fileNode('only-in-cloud', 'gone.txt'), subfolderNode('lost', 'set')];
    assert.deepEqual(await copied(nodes[0], nodes), [`${start}gone.txt`, `${start}set/`]);
    assert.deepEqual(await copied(groupNode('up-to-date')), [start]);
  });

  it('takes the file in the editor where nothing is given', async () => {
    await window.showTextDocument(uriOf('c.txt'));
    assert.deepEqual(await copied(), [`${start}c.txt`]);
    await commands.executeCommand('workbench.action.closeAllEditors');
    assert.deepEqual(await copied(), ['']);
  });
});
