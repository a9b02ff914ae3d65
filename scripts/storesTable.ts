import type { ContractOutcome } from '../test/support/stores/runContract';
import type { JobOutcome } from '../test/support/stores/mainJob';
import type { CapabilityState } from '../src/protocol/buckets';
import { capabilityWords, learnedWords } from './capabilityWords';
import { markdownTable } from './markdownTable';

/** What `npm run stores` has to say of one store. */
export type StoreResult =
  | {
      readonly kind: 'tried';
      /** With its version. */
      readonly store: string;
      /** The day, as `2026-11-28`. */
      readonly date: string;
      readonly contract: ContractOutcome;
      readonly job: JobOutcome;
    }
  | { readonly kind: 'left-out'; readonly store: string; readonly reason: string };

type TriedStore = Extract<StoreResult, { readonly kind: 'tried' }>;

export const storesMarks = {
  begin: '<!-- What follows is written by `npm run stores`. -->',
  end: '<!-- What `npm run stores` writes ends here. -->',
} as const;

/** The text with what stands between the marks replaced. Throws where it has no marks. */
export function withStoresSection(text: string, section: string): string {
  const begin = text.indexOf(storesMarks.begin);
  const end = text.indexOf(storesMarks.end);
  if (begin < 0 || end < begin) {
    throw new Error(`The text has no lines “${storesMarks.begin}” and “${storesMarks.end}”.`);
  }
  return `${text.slice(0, begin)}${storesMarks.begin}\n\n${section}\n\n${text.slice(end)}`;
}

/** What the stores can do, as Markdown: what they were put to, part by part, and what is missing. */
export function storesSection(results: readonly StoreResult[]): string {
  const tried = results.filter(result => result.kind === 'tried');
  const leftOut = results.flatMap(result =>
    result.kind === 'left-out' ? [`- ${result.store}: ${result.reason}`] : [],
  );
  const paragraphs = [
    ...(tried.length === 0
      ? []
      : [
          jobTable(tried),
          partTable(tried),
          capabilityTable(tried),
          'What S3 Backup itself has learned of them by the end of the main job, as _Show What This Bucket Can Do_ shows it:',
          learnedTable(tried),
          ...lostFiles(tried),
        ]),
    ...(leftOut.length === 0 ? [] : [`Left out:\n\n${leftOut.join('\n')}`]),
  ];
  return paragraphs.join('\n\n');
}

function jobTable(tried: readonly TriedStore[]): string {
  return markdownTable([
    ['store', 'tried on', 'contract', 'backed up', 'up to date after it', 'came back'],
    ...tried.map(({ store, date, contract: { parts }, job }) => [
      store,
      date,
      ofAll(sum(parts.map(({ passed }) => passed)), sum(parts.map(each => each.tried))),
      ofAll(job.backedUp, job.files),
      ofAll(job.upToDate, job.files),
      ofAll(job.cameBack, job.files),
    ]),
  ]);
}

function partTable(tried: readonly TriedStore[]): string {
  const names = new Set(tried.flatMap(({ contract }) => contract.parts.map(({ name }) => name)));
  return markdownTable([
    ['part of the contract', ...tried.map(({ store }) => store)],
    ...[...names].map(name => [
      name,
      ...tried.map(({ contract: { parts } }) => {
        const part = parts.find(each => each.name === name);
        return part === undefined ? 'not tried' : ofAll(part.passed, part.tried);
      }),
    ]),
  ]);
}

function capabilityTable(tried: readonly TriedStore[]): string {
  return markdownTable([
    ['what not every store does', ...tried.map(({ store }) => store)],
    ...capabilityWords.map(([capability, words]) => [
      words,
      ...tried.map(({ contract }) => yesOrNo(contract.capabilities[capability])),
    ]),
  ]);
}

function learnedTable(tried: readonly TriedStore[]): string {
  return markdownTable([
    ['learned', ...tried.map(({ store }) => store)],
    ...learnedWords.map(([name, words]) => [
      words,
      ...tried.map(({ job: { learned } }) => {
        const known = learned.find(each => each.name === name);
        return known === undefined ? 'not tried' : stateWords[known.state];
      }),
    ]),
  ]);
}

const stateWords: Readonly<Record<CapabilityState, string>> = {
  supported: 'yes',
  unknown: 'not shown',
  doubted: 'in doubt',
  unsupported: '**no**',
  ignored: '**no**: ignored',
  refused: '**no**: refused',
  inverted: '**no**: misread',
};

/** All that fits into a paragraph: what was tried, when, and how many files came back. */
export function storesInShort(results: readonly StoreResult[]): string {
  const all = results.filter(result => result.kind === 'tried');
  const tried = all.filter(({ store }) => store !== 'memory');
  const days = [...new Set(tried.map(({ date }) => date))].sort();
  const stores = tried.map(({ store, job }) => `${store} (${ofAll(job.cameBack, job.files)})`);
  return `On ${days.join(', ')}, files of odd names were backed up and restored to another folder with ${stores.join(', ')}. In brackets stands how many came back under their own names.`;
}

function yesOrNo(can: boolean | undefined): string {
  if (can === undefined) return 'not tried';
  return can ? 'yes' : '**no**';
}

/** The files that did not come back, by store and reason. */
function lostFiles(tried: readonly TriedStore[]): readonly string[] {
  const lines = tried.flatMap(({ store, job }) => {
    const reasons = new Set(job.lost.map(({ why }) => why));
    return [...reasons].map(why => {
      const files = job.lost.filter(each => each.why === why);
      const names = files.slice(0, shownNames).map(({ path }) => shown(path));
      const rest =
        files.length > shownNames ? ` and ${String(files.length - shownNames)} more` : '';
      return `- ${store}, \`${why}\`: ${names.join(', ')}${rest}`;
    });
  });
  return lines.length === 0 ? [] : [`What did not come back:\n\n${lines.join('\n')}`];
}

const shownNames = 3;
const shownCharacters = 40;

/** A name as JSON spells it, which shows what is in it. */
function shown(path: string): string {
  const characters = Array.from(path);
  const short = characters.slice(0, shownCharacters).join('');
  const text = JSON.stringify(short).replaceAll(/\p{C}/gu, escaped);
  return `\`${text}\`${characters.length > shownCharacters ? ` (${String(characters.length)} characters)` : ''}`;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function ofAll(part: number, all: number): string {
  return part === all ? `all ${String(all)}` : `${String(part)} of ${String(all)}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
