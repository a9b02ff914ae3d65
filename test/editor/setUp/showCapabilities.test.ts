import assert from 'node:assert/strict';

import { window, type QuickPickItem } from 'vscode';

import type { EngineClient } from '../../../src/editor/client/engineClient';
import { RunningOperations } from '../../../src/editor/client/runningOperations';
import { showCapabilities } from '../../../src/editor/setUp/showCapabilities';
import type { BucketCapabilities } from '../../../src/protocol/buckets';
import type { FolderSetup } from '../../../src/protocol/folders';
import { engineAnswering } from '../../support/vscode/engineAnswering';

describe('What a bucket can do', () => {
  it('is shown line by line, once for each bucket', async () => {
    const shown: (readonly QuickPickItem[])[] = [];
    const showQuickPick = window.showQuickPick.bind(window);
    Object.assign(window, {
      showQuickPick: (items: readonly QuickPickItem[]) => {
        shown.push(items);
        return Promise.resolve(undefined);
      },
    });
    const known: BucketCapabilities = {
      endpoint: 'https://s3.example.com',
      capabilities: [
        { name: 'create-if-absent', state: 'supported' },
        { name: 'replace-if-unchanged', state: 'ignored' },
        { name: 'checksum-of-upload', state: 'unsupported' },
        { name: 'encoded-lists', state: 'supported' },
        { name: 'digest-etags', state: 'unsupported' },
        { name: 'uploads-in-parts', state: 'unsupported' },
        { name: 'lists-parts', state: 'unsupported' },
        { name: 'all-names', state: 'unknown' },
      ],
      versioning: 'off',
    };
    const operations = new RunningOperations();
    try {
      const engine = engineAnswering({ bucketCapabilities: known }) as EngineClient;
      const setup = { bucket: 'b', settings: {} } as FolderSetup;
      await showCapabilities({ engine, operations }, [setup, setup]);
    } finally {
      Object.assign(window, { showQuickPick });
      operations.dispose();
    }
    assert.equal(shown.length, 1);
    const icons = shown[0]?.map(({ label }) => /^\$\(([a-z-]+)\)/.exec(label)?.[1]);
    assert.deepEqual(icons, [
      ...['check', 'warning', 'circle-slash'],
      ...['check', 'circle-slash', 'circle-slash', 'circle-slash', 'question'],
      'question',
    ]);
    // What a lack means is another thing for each.
    const lacks = shown[0]?.slice(2, -2).filter(({ label }) => label.startsWith('$(circle-slash)'));
    assert.equal(new Set(lacks?.map(({ description }) => description)).size, 4);
  });
});
