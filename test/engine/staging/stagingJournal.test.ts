import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { newStagedFile } from '../../../src/engine/disk/stagedFile';
import {
  openAbandonedJournals,
  SqliteStagingJournal,
} from '../../../src/engine/staging/stagingJournal';
import type { FilePath } from '../../../src/protocol/folders';

describe('A staging journal', () => {
  let folder: TemporaryFolder;
  let journals: string;

  beforeEach(async () => {
    folder = await temporaryFolder('journal');
    journals = join(folder.path, 'journals');
  });
  afterEach(() => folder.remove());

  const files = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      newStagedFile('temporary', '/project', `${String(index)}.txt` as FilePath),
    );

  /** What a journal would leave if its engine ended now. */
  function left(): readonly string[] {
    const copies = join(folder.path, `copy-${String(readdirSync(folder.path).length)}`);
    cpSync(journals, copies, { recursive: true });
    const found: string[] = [];
    for (const journal of openAbandonedJournals(copies, () => undefined)) {
      found.push(...journal.files.map(({ path }) => path));
      journal.close(() => undefined);
    }
    return found.sort();
  }

  it('has noted each file that was begun together with others', async () => {
    const journal = new SqliteStagingJournal(journals);
    const begun = files(20);
    await Promise.all(begun.map(file => journal.beginTogether(file)));
    assert.deepEqual(left(), begun.map(({ path }) => path).sort());
    journal.close();
  });

  it('writes down what has ended with what is begun next, and at the end', async () => {
    const journal = new SqliteStagingJournal(journals);
    const [one, other, third] = files(3);
    await journal.beginTogether(one!);
    journal.end(one!);
    await journal.beginTogether(other!);
    assert.deepEqual(left(), [other!.path]);
    journal.begin(third!);
    for (const file of [other!, third!]) journal.end(file);
    journal.close();
    assert.deepEqual(readdirSync(journals), []);
  });

  it('lets no file be made that could not be noted', async () => {
    writeFileSync(journals, 'not a folder');
    const journal = new SqliteStagingJournal(journals);
    const outcomes = await Promise.allSettled(files(3).map(file => journal.beginTogether(file)));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    journal.close();
    assert.ok(existsSync(journals));
  });
});
