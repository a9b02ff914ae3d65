import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { FolderRecords } from '../../../src/editor/targets/folderRecords';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { recordsIn } from '../../support/vscode/recordsIn';

describe('The records of folders', () => {
  const place = { store: 'AWS', bucket: 'b', prefix: 'p/' };
  let temporary: TemporaryFolder;

  beforeEach(async () => {
    temporary = await temporaryFolder('records');
  });
  afterEach(() => temporary.remove());

  it('are seen by another window as soon as they are kept', () => {
    const folder = join(temporary.path, 'not', 'there', 'yet');
    const one = recordsIn(folder);
    const other = recordsIn(folder);
    assert.deepEqual(other.all(), []);
    one.save({ uri: 'file:///a', name: 'a', places: [place] });
    other.save({ uri: 'file:///b', name: 'b', places: [] });
    assert.deepEqual(
      one
        .all()
        .map(({ uri }) => uri)
        .sort(),
      ['file:///a', 'file:///b'],
    );
    assert.notEqual(one.get('file:///a')?.id, one.get('file:///b')?.id);
  });

  it('leave nothing half written behind', async () => {
    const records = recordsIn(temporary.path);
    records.save({ uri: 'file:///a', name: 'a', places: [] });
    records.save({ uri: 'file:///a', name: 'renamed', places: [place] });
    assert.equal((await readdir(temporary.path)).length, 1);
    assert.equal(records.get('file:///a')?.name, 'renamed');
  });

  it('warn of a broken one, and read the others', async () => {
    const warnings: string[] = [];
    const records = new FolderRecords(temporary.path, {
      warn: message => warnings.push(message),
    });
    records.save({ uri: 'file:///a', name: 'a', places: [] });
    await writeFile(join(temporary.path, 'torn.json'), '{"id": "x"');
    await writeFile(join(temporary.path, 'strange.json'), '[]');
    assert.deepEqual(
      records.all().map(({ uri }) => uri),
      ['file:///a'],
    );
    assert.equal(warnings.length, 2);
  });
});
