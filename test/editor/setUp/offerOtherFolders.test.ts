import assert from 'node:assert/strict';
import { commands, Uri, type WorkspaceFolder } from 'vscode';

import { offerOtherFolders } from '../../../src/editor/setUp/offerOtherFolders';
import { listenTo } from '../../support/vscode/messages';

describe('Another store, in a window with several folders', () => {
  const { executeCommand } = commands;
  afterEach(() => {
    Object.assign(commands, { executeCommand });
  });

  const folder = (name: string): WorkspaceFolder => {
    return { name, uri: Uri.file(`/${name}`), index: 0 };
  };

  async function offered(before: string, now: string): Promise<readonly string[]> {
    const chosen: string[] = [];
    Object.assign(commands, {
      executeCommand: (command: string, ...rest: readonly unknown[]) => {
        if (command !== 's3Backup.chooseBucket') return executeCommand(command, ...rest);
        chosen.push(`${command} ${(rest[0] as Uri).path}`);
        return Promise.resolve();
      },
    });
    const told = listenTo('showWarningMessage', 'Choose Bucket…');
    const deps = {
      profiles: { settings: () => ({ endpoint: now }) },
      targets: {
        statusOf: ({ name }: WorkspaceFolder) => ({ kind: name === 'new' ? 'none' : 'known' }),
      },
    };
    try {
      const others = [folder('old'), folder('new'), folder('older')];
      await offerOtherFolders(deps as never, others, before);
    } finally {
      told.restore();
    }
    return [...told.texts.map(text => String(text.includes('“old”, “older”'))), ...chosen];
  }

  it('has the user choose the buckets of the others again, since it counts for all', async () => {
    assert.deepEqual(await offered('', 'https://s3.example.com'), [
      'true',
      's3Backup.chooseBucket /old',
      's3Backup.chooseBucket /older',
    ]);
  });

  it('says nothing where the store is still the same, however it is spelled', async () => {
    assert.deepEqual(await offered('https://s3.example.com', 'https://S3.example.com:443/'), []);
  });
});
