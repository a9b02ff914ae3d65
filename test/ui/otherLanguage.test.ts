import assert from 'node:assert/strict';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { writeTree } from '../support/disk/localTree';
import { cloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import {
  makePseudoExtension,
  pseudo,
  pseudoLanguage,
  untranslated,
} from '../support/vscode/pseudoExtension';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';

const bucket = 'ploc-tests';
const names = ['almanac', bucket, 'S3 Backup', 'moon.txt', 'sun.txt', '.env', 'KB', 'MB'];

/** What VS Code adds to lists, in its own language. */
const ofVsCode = /^\d+ Results?$/;

/** In a language in which every sentence of ours stands in brackets, the others show. */
describe('In another language', () => {
  let temporary: TemporaryFolder;
  let session: UiSession;

  before(async function () {
    this.timeout(240_000);
    temporary = await temporaryFolder('language');
    const extension = join(temporary.path, 's3-backup');
    await makePseudoExtension(extension);
    const folder = join(temporary.path, 'almanac');
    await writeTree(folder, { 'moon.txt': 'full', '.env': 'KEY=1', 'node_modules/a.js': '1' });
    session = await startUiSession({
      workspace: folder,
      buckets: [bucket],
      extensions: [extension],
      language: pseudoLanguage,
    });
    const cloud = cloudContents(session.s3.endpoint, bucket);
    await cloud.put('almanac/sun.txt', 'up');
    cloud.close();
  });
  after(async () => {
    await session.stop();
    await temporary.remove();
  });

  function assertTranslated(texts: readonly string[]): void {
    assert.ok(
      texts.some(text => text.includes('⟦')),
      texts.join('\n'),
    );
    const rests = texts.map(text => untranslated(text, names));
    assert.deepEqual(
      rests.filter(rest => rest !== '' && !ofVsCode.test(rest)),
      [],
    );
  }

  it('the view welcomes', async () => {
    const { workbench } = session;
    await workbench.showViewContainer('S3 Backup');
    await eventually(async () => {
      assertTranslated([await workbench.welcomeText()]);
    });
  });

  it('the choice of a bucket asks', async () => {
    const { workbench } = session;
    await workbench.runCommand(`S3 Backup: ${pseudo('Choose Bucket…')}`);
    const { quickPick } = workbench;
    await eventually(async () => {
      assertTranslated(await quickPick.lines());
    });
    await quickPick.choose(bucket);
    await eventually(async () => {
      const lines = await quickPick.lines();
      assert.ok(lines.some(line => line.includes('almanac/')));
      assertTranslated(lines);
    });
    await quickPick.choose('almanac/');
    await quickPick.choose(pseudo('Same Project, Continue'));
  });

  it('the rows say what they are, also to a screen reader', async () => {
    const { workbench } = session;
    const tree = workbench.tree(pseudo('Files'));
    await tree.waitForRow(pseudo('Missing in Cloud'));
    await tree.expand(pseudo('Missing in Cloud'));
    await tree.waitForRow('moon.txt');
    const rows = await tree.rows();
    assertTranslated(
      rows.flatMap(({ label, description, ariaLabel }) => [label, description, ariaLabel]),
    );
    await eventually(async () => {
      assertTranslated([await workbench.viewMessage()]);
    });
    assertTranslated(await tree.contextMenu('moon.txt'));
  });

  it('a back-up asks about secrets and tells what it did', async () => {
    const { workbench } = session;
    const { dialog } = workbench;
    await workbench.runCommand(`S3 Backup: ${pseudo('Back Up All')}`);
    await eventually(async () => {
      assert.match(await dialog.text(), /⟦/);
    });
    assertTranslated([await dialog.text()]);
    await workbench.screenshot('other-language');
    const buttons = await dialog.buttons();
    assertTranslated(buttons.filter(text => text !== 'Cancel'));
  });
});
