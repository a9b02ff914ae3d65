import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env, window, type InputBoxOptions } from 'vscode';

import { repositoryRoot } from '../../../dev/repositoryRoot';
import { copyPolicy, smallestPolicy } from '../../../src/editor/setUp/copyPolicy';
import { workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { listenTo, type ShownMessages } from '../../support/vscode/messages';

describe('The smallest policy', () => {
  let said: ShownMessages;
  const { showInputBox } = window;

  beforeEach(async () => {
    said = listenTo('showInformationMessage');
    await env.clipboard.writeText('before');
  });
  afterEach(() => {
    said.restore();
    Object.assign(window, { showInputBox });
  });

  it('is that of the documents', async () => {
    const page = await readFile(join(repositoryRoot, 'docs', 'rights.md'), 'utf8');
    const [, documented = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
    const policy = smallestPolicy({ bucket: 'BUCKET', prefix: 'PREFIX/' }, 'aws');
    assert.deepEqual(JSON.parse(policy), JSON.parse(documented));
  });

  /** Answers the box with what it proposes, changed. */
  function typing(change: (proposed: string) => string | undefined): void {
    const type = ({ value = '' }: InputBoxOptions) => Promise.resolve(change(value));
    Object.assign(window, { showInputBox: type });
  }

  it('is copied for the place of the folder, or for the one that is typed', async () => {
    const about = { folder: workspaceFolder(), settings: { region: 'cn-north-1' } };
    typing(proposed => proposed);
    await copyPolicy({ ...about, proposed: { bucket: 'b', prefix: 'notes/' } });
    const china = smallestPolicy({ bucket: 'b', prefix: 'notes/' }, 'aws-cn');
    assert.equal(await env.clipboard.readText(), china);
    typing(() => ' s3://other/here/there ');
    await copyPolicy({ ...about, settings: {}, proposed: undefined });
    const other = smallestPolicy({ bucket: 'other', prefix: 'here/there/' }, 'aws');
    assert.equal(await env.clipboard.readText(), other);
    assert.equal(said.texts.length, 2);
  });

  it('is not copied where the user gives up', async () => {
    typing(() => undefined);
    await copyPolicy({ folder: workspaceFolder(), settings: {}, proposed: undefined });
    assert.deepEqual([await env.clipboard.readText(), said.texts], ['before', []]);
  });
});
