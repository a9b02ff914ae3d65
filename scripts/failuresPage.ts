import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type * as FailureEntries from '../src/editor/failures/failureEntry';
import type { FailureCode } from '../src/protocol/failures';

/** The page of all failures: what is said, and what can be done. */
export function failuresPage(): string {
  const { actionTitle } = load('failureEntry') as typeof FailureEntries;
  const sections = groups.map(({ title, file }) => {
    const table = (load(file) as Readonly<Record<string, Table>>)[file];
    const entries = Object.entries(table ?? {}).map(([code, entry]) => {
      const failure = { code: code as FailureCode, subject: '…', cause: undefined };
      const said = [entry.what(failure), entry.next?.(failure) ?? '', entry.detail?.(failure) ?? '']
        .join(' ')
        .trim();
      const buttons = entry.actions
        .filter(action => action !== 'use-endpoint')
        .map(action => `_${actionTitle(action, failure)}_`);
      const offered = buttons.length === 0 ? '' : `\n\nOffers ${buttons.join(', ')}.`;
      return `### \`${code}\`\n\n${asMarkdown(said)}${offered}`;
    });
    return [`## ${title}`, ...entries].join('\n\n');
  });
  return [introduction, ...sections].join('\n\n') + '\n';
}

const introduction = `# When something fails

<!-- Made of the messages in src/editor/failures by \`npm run generate\`. -->

Every failure has a code. It stands in the report and in the log (_S3 Backup: Show Log_), with the cause. Here is what is said of each; … stands for what it happened to, such as a file, a bucket or an endpoint. A report says it of each file, and nothing is lost: a file that could not be backed up is where it was, and so is the copy in the bucket.`;

type Table = Readonly<Record<string, FailureEntries.FailureEntry>>;

const groups = [
  { title: 'Folders and settings', file: 'targetFailures' },
  { title: 'Credentials', file: 'credentialFailures' },
  { title: 'The way to the store', file: 'networkFailures' },
  { title: 'What the store says', file: 'storeFailures' },
  { title: 'Files on the disk', file: 'diskFailures' },
  { title: 'Freeing up space: why a file stays', file: 'freeUpFailures' },
  { title: 'S3 Backup itself', file: 'ownFailures' },
] as const;

function asMarkdown(text: string): string {
  return text.replaceAll('“”', '“…”').replaceAll('*', '\\*').replaceAll('\n', ' ');
}

/** Loads a file of the editor where there is no VS Code: it gets one that speaks English. */
function load(file: string): unknown {
  const stub = pathToFileURL(join(__dirname, 'englishVscode.js')).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'vscode' ? { url: stub, shortCircuit: true } : next(specifier, context),
  });
  try {
    return createRequire(__filename)(
      join(__dirname, '..', 'src', 'editor', 'failures', `${file}.js`),
    );
  } finally {
    hooks.deregister();
  }
}
