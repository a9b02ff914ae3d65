import assert from 'node:assert/strict';

import { judgeCapabilities } from '../support/stores/judgeCapabilities';
import { learnedWords } from '../../scripts/capabilityWords';
import { capabilityNames } from '../../src/protocol/buckets';
import {
  storesInShort,
  storesMarks,
  storesSection,
  withStoresSection,
  type StoreResult,
} from '../../scripts/storesTable';

const tried: StoreResult = {
  kind: 'tried',
  store: 'Some 1.2',
  date: '2026-11-28',
  contract: {
    parts: [
      { name: 'names', passed: 3, tried: 4 },
      { name: 'list', passed: 2, tried: 2 },
    ],
    capabilities: { backslashes: false, checksums: true },
    failures: [],
  },
  job: {
    files: 6,
    backedUp: 6,
    upToDate: 5,
    cameBack: 1,
    inTheEnd: { 'up-to-date': 1 },
    learned: [
      { name: 'create-if-absent', state: 'ignored' },
      { name: 'digest-etags', state: 'supported' },
    ],
    lost: [
      { path: 'a\\b', why: 'name-refused' },
      ...['1', '2', '3', '\u202e'].map(path => ({ path, why: 'changed-in-cloud' })),
    ],
  },
};

/** The cells of the first row that begins with that text. */
function row(section: string, first: string): readonly string[] {
  const line = section.split('\n').find(each => each.startsWith(`| ${first}`));
  assert.ok(line, first);
  return line
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim());
}

describe('The table of stores', () => {
  it('has for each store what came of the contract and of the main job', () => {
    const section = storesSection([tried]);
    assert.deepEqual(row(section, 'Some 1.2'), [
      ...['Some 1.2', '2026-11-28', '5 of 6', 'all 6', '5 of 6', '1 of 6'],
    ]);
    assert.deepEqual(row(section, 'names'), ['names', '3 of 4']);
    assert.deepEqual(row(section, 'list'), ['list', 'all 2']);
  });

  it('tells what a store can from what it cannot and from what was not tried', () => {
    const section = storesSection([tried]);
    assert.equal(row(section, 'takes CRC32s,')[1], 'yes');
    assert.equal(row(section, 'keeps a backslash')[1], '**no**');
    assert.equal(row(section, 'keeps versions')[1], 'not tried');
  });

  it('has every row that a user is shown of a bucket', () => {
    const section = storesSection([tried]);
    assert.equal(learnedWords.length, capabilityNames.length);
    for (const [, words] of learnedWords) assert.ok(row(section, words)[1], words);
    assert.equal(row(section, 'heeds `If-None-Match` of a put')[1], '**no**: ignored');
    assert.equal(row(section, 'gives the MD5')[1], 'yes');
    assert.equal(row(section, 'refuses no name')[1], 'not tried');
  });

  it('has a short form, with versions and days', () => {
    const short = storesInShort([tried, { kind: 'left-out', store: 'Other 3', reason: 'no Java' }]);
    assert.match(short, /2026-11-28.*Some 1\.2 \(1 of 6\)/);
    assert.ok(!short.includes('Other 3'));
  });

  it('names some of the files that did not come back, as one can read them', () => {
    const section = storesSection([tried]);
    assert.match(section, /^- Some 1\.2, `name-refused`: `"a\\\\b"`$/m);
    assert.match(section, /^- Some 1\.2, `changed-in-cloud`: `"1"`, `"2"`, `"3"` and 1 more$/m);
    const odd = { ...tried, job: { ...tried.job, lost: [{ path: '\u202e', why: 'failed' }] } };
    assert.match(storesSection([odd]), /`"\\u\{202e\}"`/);
  });

  it('has a line with the reason for a store that was left out', () => {
    const section = storesSection([{ kind: 'left-out', store: 'Other 3', reason: 'no Java' }]);
    assert.equal(section, 'Left out:\n\n- Other 3: no Java');
  });

  it('takes the place of the one before it, and leaves the rest of the page', () => {
    const page = `before\n\n${storesMarks.begin}\n${storesMarks.end}\n\nafter\n`;
    const first = withStoresSection(page, 'one');
    const second = withStoresSection(first, 'two');
    assert.equal(second, withStoresSection(page, 'two'));
    assert.equal(second, `before\n\n${storesMarks.begin}\n\ntwo\n\n${storesMarks.end}\n\nafter\n`);
    assert.throws(() => withStoresSection('no marks', 'one'));
  });
});

describe('What a store can, by the tests of the contract', () => {
  it('is what every test that takes it has shown', () => {
    const judged = judgeCapabilities([
      { takes: ['versions'], passed: true },
      { takes: ['checksums'], passed: true },
      { takes: ['checksums'], passed: false },
      { takes: ['checksums'], passed: true },
      { takes: [], passed: false },
    ]);
    assert.deepEqual(judged, { versions: true, checksums: false });
  });

  it('is not denied for a test that fails for lack of something else', () => {
    const judged = judgeCapabilities([
      { takes: ['pagesOfVersions', 'fileBesideFolder'], passed: false },
      { takes: ['fileBesideFolder'], passed: false },
      { takes: ['pagesOfVersions'], passed: true },
    ]);
    assert.deepEqual(judged, { fileBesideFolder: false, pagesOfVersions: true });
  });

  it('is denied for all that a test takes where nothing else tells which it is', () => {
    const judged = judgeCapabilities([{ takes: ['versions', 'listsParts'], passed: false }]);
    assert.deepEqual(judged, { versions: false, listsParts: false });
  });
});
