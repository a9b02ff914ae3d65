import { l10n, window } from 'vscode';
import type { RowFilter } from './rowFilter';

/** Asks what to filter the rows by, and filters while it is typed. Escape puts back what was. */
export async function askForFilter(filter: RowFilter): Promise<void> {
  const before = filter.text;
  const input = window.createInputBox();
  input.title = l10n.t('Filter the Files');
  input.placeholder = l10n.t('Part of a name or path; * stands for any text, as in *.jpg');
  input.prompt = l10n.t('An empty filter shows all files.');
  input.value = before;
  input.onDidChangeValue(text => {
    filter.set(text);
  });
  await new Promise<void>(resolve => {
    let isKept = false;
    input.onDidAccept(() => {
      isKept = true;
      input.hide();
    });
    input.onDidHide(() => {
      if (!isKept) filter.set(before);
      resolve();
    });
    input.show();
  });
  input.dispose();
}
