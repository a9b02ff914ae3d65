import { window, type QuickPickItem } from 'vscode';

/** The lists that were shown, each by the labels of its rows. */
export interface ShownLists {
  readonly rows: readonly (readonly string[])[];
  restore(): void;
}

/** Takes the first row of each list, as Enter does. */
export function takeFirstOfLists(): ShownLists {
  const { showQuickPick } = window;
  const rows: (readonly string[])[] = [];
  const takeFirst = (items: readonly QuickPickItem[]): Promise<QuickPickItem | undefined> => {
    rows.push(items.map(({ label }) => label));
    return Promise.resolve(items[0]);
  };
  Object.assign(window, { showQuickPick: takeFirst });
  return {
    rows,
    restore() {
      Object.assign(window, { showQuickPick });
    },
  };
}
