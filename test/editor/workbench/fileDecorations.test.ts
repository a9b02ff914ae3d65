import assert from 'node:assert/strict';
import type { Uri } from 'vscode';
import { EventEmitter, ThemeColor } from 'vscode';

import { iconUri } from '../../../src/editor/view/rowIcon';
import {
  FileDecorations,
  type FileDecorationsDeps,
} from '../../../src/editor/workbench/fileDecorations';
import { safetyDecoration } from '../../../src/editor/workbench/safetyDecoration';
import type { Safety, SafetyRequest } from '../../../src/protocol/safety';
import { setUserSetting, uriOf } from '../../support/vscode/extensionUnderTest';
import { fileNode, subfolderNode } from '../../support/vscode/cloudRows';
import { eventually } from '../../support/suite/eventually';

const missing: Safety = {
  kind: 'compared',
  verdict: { kind: 'missing-in-cloud' },
  provedAt: undefined,
};
const proved: Safety = {
  kind: 'compared',
  verdict: { kind: 'up-to-date', proof: 'uploaded' },
  provedAt: 0,
};
const byTime: Safety = {
  kind: 'compared',
  verdict: { kind: 'up-to-date', proof: 'name-and-time' },
  provedAt: undefined,
};

describe('The mark of a file', () => {
  const badge = (safety: Safety, shown: 'off' | 'not-safe' | 'all') =>
    safetyDecoration(safety, shown, 0)?.badge;

  it('is there for what is not safe, and for the rest only where all is wanted', () => {
    assert.deepEqual(
      [missing, proved, byTime].map(each => badge(each, 'not-safe')),
      ['N', undefined, '~'],
    );
    assert.deepEqual(
      [missing, proved, byTime].map(each => badge(each, 'all')),
      ['N', '✓', '~'],
    );
    assert.equal(badge(missing, 'off'), undefined);
  });

  it('of a folder is how many of its files are not backed up', () => {
    assert.equal(badge({ kind: 'folder', notBackedUp: 3 }, 'not-safe'), '3');
    assert.equal(badge({ kind: 'folder', notBackedUp: 5000 }, 'not-safe'), '99');
    assert.equal(badge({ kind: 'folder', notBackedUp: 0 }, 'all'), undefined);
  });

  it('says nothing of what nobody has compared', () => {
    assert.equal(badge({ kind: 'unknown' }, 'all'), undefined);
    assert.equal(
      badge({ kind: 'proved-earlier', provedAt: 0, hasChanged: true }, 'all'),
      undefined,
    );
  });
});

describe('The marks in the Explorer', () => {
  const refreshed = new EventEmitter<void>();
  const rows = new EventEmitter<{ folder: string; groups: [] }>();
  const states = new EventEmitter<never>();
  let answer: Safety;
  let asked: SafetyRequest[];
  let marks: FileDecorations;
  let told: (readonly Uri[] | undefined)[];

  beforeEach(async () => {
    await setUserSetting('explorerDecorations', 'not-safe');
    answer = missing;
    asked = [];
    told = [];
    const deps = {
      engine: {
        running: true,
        onDidChangeRows: rows.event,
        onDidChangeState: states.event,
        sendRequest: (_: unknown, request: SafetyRequest) => {
          asked.push(request);
          return Promise.resolve(request.paths.map(() => answer));
        },
      },
      targets: {
        statusOf: () => ({ kind: 'known', target: { bucket: 'b', prefix: '' } }),
        kin: () => [],
        recordId: () => 'f',
      },
      profiles: { settings: () => ({}) },
      refresh: { onDidRefresh: refreshed.event },
    };
    marks = new FileDecorations(deps as unknown as FileDecorationsDeps);
    marks.onDidChangeFileDecorations(uris => told.push(uris));
  });
  afterEach(async () => {
    marks.dispose();
    await setUserSetting('explorerDecorations', undefined);
  });

  const some = (count: number) =>
    Array.from({ length: count }, (_, index) => uriOf(`marked/${String(index)}.txt`));

  const show = (uris: readonly Uri[]) =>
    Promise.all(uris.map(uri => marks.provideFileDecoration(uri)));

  function change(to: Safety): void {
    answer = to;
    rows.fire({ folder: '', groups: [] });
    refreshed.fire();
  }

  it('cost one question for all files that are shown together', async () => {
    const shown = await show(some(20));
    assert.deepEqual([...new Set(shown.map(each => each?.badge))], ['N']);
    const ours = asked.filter(({ paths }) => paths.some(path => path.startsWith('marked/')));
    assert.equal(ours.length, 1);
  });

  it('are drawn again only where they have changed', async () => {
    await show(some(3));
    change(missing);
    change(proved);
    await eventually(() => {
      assert.equal(told.flat().filter(uri => uri?.path.includes('/marked/')).length, 3);
    });
  });

  it('are all drawn again where too many have changed for VS Code to be told one by one', async () => {
    await show(some(251));
    change(proved);
    await eventually(() => {
      assert.deepEqual(told, [undefined]);
    });
  });

  it('are none, and nothing is asked, until somebody wants them', async () => {
    await setUserSetting('explorerDecorations', undefined);
    asked = [];
    assert.deepEqual(await show(some(2)), [undefined, undefined]);
    assert.deepEqual(asked, []);
  });

  it('are those of their groups in our own view, where folders tell what else is in them', async () => {
    const { row } = fileNode('out-of-date', 'a.txt');
    const inRows = await marks.provideFileDecoration(iconUri('out-of-date', row));
    assert.equal(inRows?.badge, 'O');
    assert.deepEqual(inRows.color, new ThemeColor('s3Backup.outOfDateForeground'));
    const folder = { ...subfolderNode('up-to-date', 'docs').row, notBackedUp: 4 };
    const others = await marks.provideFileDecoration(iconUri('up-to-date', folder));
    assert.deepEqual([others?.badge, others?.color], ['4', undefined]);
    const missingFolder = iconUri('missing-in-cloud', folder);
    assert.equal(await marks.provideFileDecoration(missingFolder), undefined);
  });
});
