import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { posix } from 'node:path';
import { ConfigurationTarget, Uri, workspace, type WorkspaceFolder } from 'vscode';

import { EngineClient } from '../../../src/editor/client/engineClient';
import { Failed } from '../../../src/editor/failures/failed';
import type { FolderRecords } from '../../../src/editor/targets/folderRecords';
import { refreshEndpoint } from '../../../src/editor/setUp/refreshEndpoint';
import { folderSetup } from '../../../src/editor/targets/folderSetup';
import { Profiles } from '../../../src/editor/targets/profiles';
import { folderId, Targets } from '../../../src/editor/targets/targets';
import { ownPrefix, workspaceNamePrefix } from '../../../src/editor/targets/targetSettings';
import { awsFiles } from '../../support/disk/awsFiles';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { untilEngineEnds } from '../../support/vscode/engineThreads';
import {
  setUserSetting,
  uriOf,
  workerData,
  workerFile,
  workspaceFolder,
} from '../../support/vscode/extensionUnderTest';
import { recordsIn } from '../../support/vscode/recordsIn';
import { memento, testLog } from '../../support/vscode/treeUnderTest';

describe('A folder’s target', () => {
  let temporary: TemporaryFolder;
  let records: FolderRecords;
  let targets: Targets;

  beforeEach(async () => {
    temporary = await temporaryFolder('targets');
    records = recordsIn(temporary.path);
    targets = new Targets(records);
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });
  afterEach(async () => {
    targets.dispose();
    await temporary.remove();
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
    await setInWorkspace('bucket', undefined);
    await setInWorkspace('prefix', undefined);
    await rm(uriOf('.vscode').fsPath, { recursive: true, force: true });
  });

  async function setInWorkspace(name: string, value: unknown): Promise<void> {
    const configuration = workspace.getConfiguration('s3Backup', workspaceFolder().uri);
    await configuration.update(name, value, ConfigurationTarget.Workspace);
  }

  it('is none at first', () => {
    assert.deepEqual(targets.statusOf(workspaceFolder()), { kind: 'none' });
  });

  it('comes from the user’s settings, with the folder’s name for a prefix', async () => {
    await setUserSetting('bucket', 'mine');
    const name = posix.basename(workspaceFolder().uri.path);
    assert.deepEqual(targets.statusOf(workspaceFolder()), {
      kind: 'known',
      target: { bucket: 'mine', prefix: `${name}/` },
    });
  });

  it('is none once it was stopped, whatever settings say, until one is chosen again', async () => {
    const folder = workspaceFolder();
    await setUserSetting('bucket', 'mine');
    targets.choose(folder, { bucket: 'mine', prefix: 'p/' });
    const before = targets.recordId(folder);
    targets.stop(folder, 0);
    assert.deepEqual(targets.statusOf(folder), { kind: 'none' });
    // Another window reads what this one has written.
    assert.deepEqual(new Targets(recordsIn(temporary.path)).statusOf(folder), { kind: 'none' });
    targets.choose(folder, { bucket: 'mine', prefix: 'p/' });
    assert.equal(targets.statusOf(folder).kind, 'known');
    assert.notEqual(targets.recordId(folder), before);
  });

  it('leaves nothing behind when it was stopped and no settings name one', () => {
    const folder = workspaceFolder();
    targets.choose(folder, { bucket: 'mine', prefix: 'p/' });
    targets.stop(folder, 0);
    assert.deepEqual(targets.statusOf(folder), { kind: 'none' });
    assert.deepEqual(records.all(), []);
  });

  it('is found under the same id again where conflicts were open when it was stopped', () => {
    const folder = workspaceFolder();
    targets.choose(folder, { bucket: 'mine', prefix: 'p/' });
    const before = targets.recordId(folder);
    targets.stop(folder, 1);
    assert.deepEqual(targets.statusOf(folder), { kind: 'none' });
    assert.equal(targets.hasBeenAt(folder, { bucket: 'mine', prefix: 'p/' }), false);
    targets.choose(folder, { bucket: 'mine', prefix: 'p/' });
    assert.equal(targets.recordId(folder), before);
  });

  it('is part of an outer folder’s, where that is backed up in the same bucket', async () => {
    await setUserSetting('bucket', 'b');
    const [outer, inner, beside] = ['/w', '/w/x/app', '/w-app'].map((path, index) => ({
      uri: Uri.from({ scheme: 'file', path }),
      name: path,
      index,
    })) as [WorkspaceFolder, WorkspaceFolder, WorkspaceFolder];
    const own = (folder: WorkspaceFolder) => {
      const status = targets.statusOf(folder);
      return status.kind === 'known' ? status.target.prefix : status.kind;
    };
    assert.equal(own(inner), 'app/');
    targets.choose(outer, { bucket: 'b', prefix: 'backups/w/' });
    const part = { bucket: 'b', prefix: 'backups/w/x/app/' };
    assert.deepEqual([own(inner), own(beside)], [part.prefix, 'w-app/']);
    assert.equal(targets.outerPlace(inner, 'b')?.prefix, part.prefix);
    assert.equal(targets.outerPlace(inner, 'other'), undefined);

    // It is no other folder's place, from neither of the two; any other place above or below is.
    assert.equal(targets.clash(inner, part), undefined);
    targets.recordPlace(inner, part);
    assert.equal(own(inner), part.prefix);
    assert.equal(targets.clash(outer, { bucket: 'b', prefix: 'backups/w/' }), undefined);
    assert.equal(targets.clash(outer, { bucket: 'b', prefix: 'backups/' })?.relation, 'around');
    assert.equal(
      targets.clash(inner, { bucket: 'b', prefix: 'backups/w/app/' })?.relation,
      'inside',
    );
    assert.equal(targets.clash(beside, part)?.relation, 'inside');

    const kinOf = (folder: WorkspaceFolder, prefix: string) =>
      targets.kin(folder, { bucket: 'b', prefix });
    assert.deepEqual(kinOf(inner, part.prefix), [
      { folderId: targets.recordId(outer), prefix: 'backups/w/' },
    ]);
    assert.deepEqual(kinOf(outer, 'backups/w/'), [
      { folderId: targets.recordId(inner), prefix: part.prefix },
    ]);
    assert.deepEqual(kinOf(inner, 'app/'), []);
  });

  it('stays where it was, and where the settings say, inside an outer folder', async () => {
    await setUserSetting('bucket', 'b');
    const [outer, inner] = ['/w', '/w/app'].map((path, index) => ({
      uri: Uri.from({ scheme: 'file', path }),
      name: path,
      index,
    })) as [WorkspaceFolder, WorkspaceFolder];
    targets.recordPlace(inner, { bucket: 'b', prefix: 'app/' });
    targets.choose(outer, { bucket: 'b', prefix: 'w/' });
    const target = { bucket: 'b', prefix: 'app/' };
    assert.deepEqual(targets.statusOf(inner), { kind: 'known', target });
    await setUserSetting('prefix', 'mine');
    assert.deepEqual(targets.statusOf({ ...inner, uri: Uri.file('/w/other') }), {
      kind: 'known',
      target: { bucket: 'b', prefix: 'mine/' },
    });
  });

  it('has a folder left out of another one where both have a target', () => {
    const shown = Object.getOwnPropertyDescriptor(workspace, 'workspaceFolders');
    const [outer, inner, other] = ['/w', '/w/app', '/w2/app'].map((path, index) => ({
      uri: Uri.from({ scheme: 'file', path }),
      name: path,
      index,
    })) as [WorkspaceFolder, WorkspaceFolder, WorkspaceFolder];
    const folders = [outer, inner, other];
    Object.defineProperty(workspace, 'workspaceFolders', { ...shown, get: () => folders });
    try {
      const profiles = new Profiles(memento());
      const target = { bucket: 'b', prefix: 'w/' };
      const innerRoots = () => folderSetup({ targets, profiles }, outer, target).innerRoots;
      assert.deepEqual(innerRoots(), []);
      targets.choose(inner, { bucket: 'b', prefix: 'app/' });
      assert.deepEqual(innerRoots(), [inner.uri.fsPath]);
      assert.deepEqual(folderSetup({ targets, profiles }, inner, target).innerRoots, []);
    } finally {
      Object.defineProperty(workspace, 'workspaceFolders', shown ?? {});
    }
  });

  it('goes by the folder’s name on the disk, whatever a workspace calls it', async () => {
    await setUserSetting('bucket', 'mine');
    const folder = workspaceFolder();
    const own = `${posix.basename(folder.uri.path)}/`;
    for (const name of ['App', 'other/../x', 'a//b', '..', '/etc', 'a\u0007b', '']) {
      const target = { bucket: 'mine', prefix: own };
      assert.deepEqual(targets.statusOf({ ...folder, name }), { kind: 'known', target }, name);
    }
  });

  it('offers a workspace’s name for a folder where it can be a prefix', () => {
    const folder = workspaceFolder();
    const offered = ['App ✨', 'x/y', '/lead/', 'other/../x', 'a//b', '..', 'a\u0007b', ''].map(
      name => workspaceNamePrefix({ ...folder, name }),
    );
    const none = undefined;
    assert.deepEqual(offered, ['App ✨/', 'x/y/', 'lead/', none, none, none, none, none]);
    const same = posix.basename(folder.uri.path);
    assert.equal(workspaceNamePrefix({ ...folder, name: same }), undefined);
  });

  it('is named as wrong where the folder’s own name can be no prefix', async () => {
    await setUserSetting('bucket', 'mine');
    for (const path of ['/w/a\\b', '/w/a\u0007b', '/']) {
      const folder = { uri: Uri.from({ scheme: 'file', path }), name: 'fine', index: 0 };
      const status = targets.statusOf(folder);
      assert.ok(status.kind === 'invalid', path);
      assert.equal(status.failure.code, 'invalid-setting');
      assert.equal(status.failure.subject, 's3Backup.prefix');
      assert.equal(ownPrefix(folder), undefined);
    }
  });

  it('has a prefix that ends in one slash, or none at all', async () => {
    await setUserSetting('bucket', 'mine');
    for (const [setting, prefix] of [
      ['a/b', 'a/b/'],
      ['/a//', 'a/'],
      ['/', ''],
    ]) {
      await setUserSetting('prefix', setting);
      const status = targets.statusOf(workspaceFolder());
      assert.ok(status.kind === 'known');
      assert.equal(status.target.prefix, prefix);
    }
  });

  it('is what the user chose, before all settings of the user', async () => {
    await setUserSetting('bucket', 'mine');
    const target = { bucket: 'chosen', prefix: 'here/' };
    targets.choose(workspaceFolder(), target);
    assert.deepEqual(targets.statusOf(workspaceFolder()), { kind: 'known', target });
  });

  it('is asked about where the workspace names it, and again when it names another', async () => {
    targets.choose(workspaceFolder(), { bucket: 'chosen', prefix: 'here/' });
    await setInWorkspace('bucket', 'theirs');
    const asked = targets.statusOf(workspaceFolder());
    assert.ok(asked.kind === 'to-confirm');
    assert.equal(asked.target.bucket, 'theirs');

    targets.choose(workspaceFolder(), asked.target);
    const settled = targets.statusOf(workspaceFolder());
    assert.deepEqual(settled, { kind: 'known', target: asked.target });

    await setInWorkspace('prefix', 'elsewhere/');
    assert.equal(targets.statusOf(workspaceFolder()).kind, 'to-confirm');
  });

  it('gives the folder an id that it keeps, and remembers the places before', () => {
    const folder = workspaceFolder();
    targets.choose(folder, { bucket: 'first', prefix: 'a/' });
    const id = records.get(folderId(folder))?.id;
    targets.choose(folder, { bucket: 'second', prefix: 'a/' });
    assert.equal(records.get(folderId(folder))?.id, id);
    assert.ok(targets.hasBeenAt(folder, { bucket: 'first', prefix: 'a/' }));
    assert.ok(targets.hasBeenAt(folder, { bucket: 'second', prefix: 'a/' }));
    assert.ok(!targets.hasBeenAt(folder, { bucket: 'first', prefix: '' }));
    // Another window reads the same.
    const elsewhere = recordsIn(temporary.path);
    assert.deepEqual(elsewhere.get(folderId(folder)), records.get(folderId(folder)));
    assert.deepEqual(targets.recentBuckets(folder), ['second']);
  });

  it('is not where another folder’s files are, nor above or below them', () => {
    const folder = workspaceFolder();
    const other = folderNamed('other');
    targets.choose(other, { bucket: 'shared', prefix: 'a/b/' });
    const relation = (bucket: string, prefix: string) =>
      targets.clash(folder, { bucket, prefix })?.relation;
    assert.equal(relation('shared', 'a/b/'), 'same');
    assert.equal(relation('shared', 'a/b/c/'), 'inside');
    assert.equal(relation('shared', 'a/'), 'around');
    assert.equal(relation('shared', ''), 'around');
    assert.equal(relation('shared', 'a/bc/'), undefined);
    assert.equal(relation('another', 'a/b/'), undefined);
    assert.equal(targets.clash(other, { bucket: 'shared', prefix: 'a/b/' }), undefined);
    assert.equal(targets.clash(folder, { bucket: 'shared', prefix: 'a/b/' })?.record.name, 'other');
  });

  it('is where another folder’s files are in whatever way the store is spelled', () => {
    const places = [
      ['https://S3.Example.com:443/', 's3.example.com'],
      ['https://s3.eu-west-1.amazonaws.com', 'AWS'],
    ] as const;
    for (const [earlier, now] of places) {
      const folder = workspaceFolder();
      const [of, bucket] = [folderNamed(`at ${now}`), now.toLowerCase()];
      records.save({
        uri: folderId(of),
        name: of.name,
        places: [{ store: earlier, bucket, prefix: 'a/' }],
      });
      targets.rememberStore(folder, now);
      targets.rememberStore(of, now);
      assert.equal(targets.clash(folder, { bucket, prefix: 'a/b/' })?.relation, 'inside');
      assert.deepEqual(targets.recentBuckets(folder), [bucket]);
      assert.ok(targets.hasBeenAt(of, { bucket, prefix: 'a/' }));
      targets.recordPlace(of, { bucket, prefix: 'a/' });
      assert.equal(records.get(folderId(of))?.places.length, 1);
    }
  });

  it('is judged by the store that its profile leads to', async () => {
    const aws = await awsFiles();
    const store = (port: number) =>
      `[profile at-${String(port)}]\nendpoint_url = http://127.0.0.1:${String(port)}\n`;
    await aws.write({
      config: `${store(1)}${store(2)}[profile also-1]\nendpoint_url = HTTP://127.1:1//\n`,
    });
    const endpoint = workspace.getConfiguration('s3Backup').inspect('endpoint')?.globalValue;
    await setUserSetting('endpoint', undefined);
    const log = testLog();
    const engine = new EngineClient(workerFile(), workerData(), { log });
    const profiles = new Profiles(memento());
    const folders = ['at-1', 'at-2', 'also-1'].map(folderNamed);
    const [one, two, also] = folders as [WorkspaceFolder, WorkspaceFolder, WorkspaceFolder];
    try {
      for (const folder of folders) {
        await profiles.choose(folder, { kind: 'profile', name: folder.name });
        await refreshEndpoint({ engine, log, profiles, targets }, folder);
      }
      targets.choose(one, { bucket: 'mine', prefix: 'a/' });
      assert.equal(targets.clash(two, { bucket: 'mine', prefix: 'a/b/' }), undefined);
      assert.deepEqual(targets.recentBuckets(two), []);
      assert.equal(targets.clash(also, { bucket: 'mine', prefix: 'a/b/' })?.relation, 'inside');
      assert.deepEqual(targets.recentBuckets(also), ['mine']);
    } finally {
      await untilEngineEnds(() => {
        engine.dispose();
      });
      log.dispose();
      await aws.remove();
      await setUserSetting('endpoint', endpoint);
    }
  });

  it('of the settings is refused where another folder is backed up', async () => {
    const folder = workspaceFolder();
    const target = { bucket: 'mine', prefix: `${folder.name}/` };
    targets.recordPlace(folder, target);
    targets.recordPlace(folder, target);
    const twin = folderNamed(folder.name);
    assert.throws(
      () => {
        targets.recordPlace(twin, target);
      },
      (error: unknown) => error instanceof Failed && error.record.code === 'prefix-in-use',
    );
    assert.equal(records.get(folderId(twin)), undefined);
    await setUserSetting('bucket', 'mine');
    assert.equal(targets.statusOf(folder).kind, 'known');
  });

  it('moves with its id to where the folder is now', () => {
    const before = folderNamed('before');
    const after = workspaceFolder();
    const target = { bucket: 'mine', prefix: 'before/' };
    targets.choose(before, target);
    const record = records.get(folderId(before));
    assert.ok(record);
    targets.adoptRecord(after, target, record);
    assert.equal(records.get(folderId(before)), undefined);
    assert.equal(records.get(folderId(after))?.id, record.id);
    assert.deepEqual(targets.statusOf(after), { kind: 'known', target });
    assert.equal(targets.clash(after, target), undefined);
  });

  it('names a setting that cannot be meant', async () => {
    await setUserSetting('bucket', 5);
    const status = targets.statusOf(workspaceFolder());
    assert.ok(status.kind === 'invalid');
    assert.equal(status.failure.code, 'invalid-setting');
    assert.equal(status.failure.subject, 's3Backup.bucket');
  });
});

/** A folder that is not in the window. */
function folderNamed(name: string): WorkspaceFolder {
  return { uri: Uri.file(`/elsewhere/${name}`), name, index: 1 };
}
