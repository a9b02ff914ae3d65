import { requestCosts, type Requests } from '../dev/requestCosts';
import { markdownTable } from './markdownTable';

const begin = '<!-- This table is written by `npm run generate`. -->';
const end = '<!-- It ends here. -->';

/** The page about costs with its table made anew. Throws where it has no place for that. */
export function costPage(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The text has no lines “${begin}” and “${end}”.`);
  return `${text.slice(0, from)}${begin}\n\n${costTable()}\n\n${text.slice(to)}`;
}

function costTable(): string {
  const [files, large] = [10_000, 100 << 20];
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
