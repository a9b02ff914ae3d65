import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';

import type { S3Backup } from '../../../src/extension';
import { noWatcherReason } from '../../support/suite/testEnvironment';
import { answerWith } from '../../support/vscode/answers';
import {
  activateWithTarget,
  filesIn,
  setUserSetting,
  untilState,
  uriOf,
} from '../../support/vscode/extensionUnderTest';

describe('Changes on the disk', () => {
  let api: S3Backup;

  before(async function () {
    if (noWatcherReason() !== undefined) this.skip();
    await mkdir(uriOf('watched').fsPath);
    await writeFile(uriOf('watched/kept.txt').fsPath, 'kept');
    await writeFile(uriOf('watched/changed.txt').fsPath, 'before');
    await writeFile(uriOf('watched/deleted.txt').fsPath, 'deleted');
    api = await activateWithTarget('changes/');
    const answers = answerWith('Back Up');
    await api.backUp();
    answers.restore();
    await untilState(api, state => filesIn(state, 'missing-in-cloud') === 0);
  });
  after(async () => {
    await rm(uriOf('watched').fsPath, { recursive: true, force: true });
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });

  it('move a created file to Missing in Cloud', async () => {
    await writeFile(uriOf('watched/created.txt').fsPath, 'created');
    await untilState(api, state => filesIn(state, 'missing-in-cloud') === 1);
    assert.equal(filesIn(api.state, 'out-of-date'), 0);
  });

  it('move a changed file to Out of Date', async () => {
    await writeFile(uriOf('watched/changed.txt').fsPath, 'after');
    await untilState(api, state => filesIn(state, 'out-of-date') === 1);
    assert.equal(filesIn(api.state, 'missing-in-cloud'), 1);
  });

  it('move a deleted file to Only in Cloud', async () => {
    const before = filesIn(api.state, 'only-in-cloud');
    await rm(uriOf('watched/deleted.txt').fsPath);
    await untilState(api, state => filesIn(state, 'only-in-cloud') === before + 1);
    assert.equal(filesIn(api.state, 'out-of-date'), 1);
  });

  it('move all files of a deleted folder', async () => {
    const before = filesIn(api.state, 'only-in-cloud');
    await rm(uriOf('watched').fsPath, { recursive: true });
    // One after the other: its files may be seen to go before it has gone itself.
    await untilState(api, state => {
      const rest = filesIn(state, 'out-of-date') + filesIn(state, 'missing-in-cloud');
      return rest === 0 && filesIn(state, 'only-in-cloud') >= before + 2;
    });
    assert.equal(filesIn(api.state, 'only-in-cloud'), before + 2);
  });

  it('void a comparison whose target has changed', async () => {
    await setUserSetting('prefix', 'changes-elsewhere/');
    await untilState(api, state => state.comparisons.length === 0);
    assert.equal(api.state.kind, 'idle');
  });
});
