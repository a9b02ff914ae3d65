import { newStore, newStoreWithVersions, requestCosts, honouringStore } from '../dev/requestCosts';
import {
  costOfWrite,
  costOfWrites,
  totalOf,
  type PlannedWrite,
  type Requests,
} from '../src/engine/backup/writeCosts';
import { markdownTable } from './markdownTable';

const begin = '<!-- This table is written by `npm run generate`. -->';
const end = '<!-- It ends here. -->';

/** The page about costs with its tables made anew. Throws where it has no place for one of them. */
export function costPage(text: string): string {
  let page = '';
  let rest = text;
  for (const table of [planTable(), costTable()]) {
    const [from, to] = [rest.indexOf(begin), rest.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`The text has no lines “${begin}” and “${end}”.`);
    page += `${rest.slice(0, from)}${begin}\n\n${table}\n\n${end}`;
    rest = rest.slice(to + end.length);
  }
  return page + rest;
}

const large = 100 << 20;

/** The most that a plan counts for one file, and for what is found out once. */
function planTable(): string {
  const small: PlannedWrite = { size: 1, condition: 'absent', hasOtherReceipt: false, cutOff: 0 };
  const rows: readonly (readonly [string, PlannedWrite])[] = [
    ['a small file', small],
    [
      'a small file, of which this computer has recorded another copy',
      { ...small, hasOtherReceipt: true },
    ],
    ['a file of 100 MiB', { ...small, size: large }],
    ['a file of 100 MiB, begun earlier and cut off', { ...small, size: large, cutOff: 1 }],
  ];
  const stores = [honouringStore, newStore, newStoreWithVersions];
  const many = Array.from({ length: 10_000 }, () => small);
  return markdownTable([
    ['at the most', 'conditions honoured', 'not, or not known', 'and versions kept'],
    ...rows.map(([what, write]) => [
      what,
      ...stores.map(store => String(totalOf(costOfWrite(write, store)))),
    ]),
    [
      '10,000 small files, nothing known of the store',
      '',
      ...stores.slice(1).map(store => totalOf(costOfWrites(many, store)).toLocaleString('en')),
    ],
  ]);
}

function costTable(): string {
  const files = 10_000;
  const rows: readonly (readonly [string, Requests])[] = [
    ['the first backup', requestCosts.firstBackUp(files)],
    ['a comparison, nothing changed', requestCosts.compare(files)],
    ['a backup, one small file is new', requestCosts.backUpSmall(files)],
    ['a backup, one small file has changed', requestCosts.backUpSmall(files + 1)],
    ['a backup, the large file is new', requestCosts.backUpLarge(files + 1, large)],
    ['a restore of all small files', requestCosts.restoreSmall(files)],
    ['a restore of the large file', requestCosts.restoreLarge(large)],
  ];
  return markdownTable([
    ['', 'list', 'put', 'part', 'head', 'begin and complete', 'get'],
    ...rows.map(([what, { LIST, PUT, 'PUT part': part, HEAD, POST, GET }]) => [
      what,
      ...[LIST, PUT, part, HEAD, POST, GET].map(count => count?.toLocaleString('en') ?? ''),
    ]),
  ]);
}
