import { commands, Uri, window, type Tab } from 'vscode';

/** The tab in front, once it is as it should be. */
export async function untilTab(isIt: (tab: Tab) => boolean): Promise<Tab> {
  const front = (): Tab | undefined => {
    const tab = window.tabGroups.activeTabGroup.activeTab;
    return tab !== undefined && isIt(tab) ? tab : undefined;
  };
  const there = front();
  if (there !== undefined) return there;
  return new Promise<Tab>((resolve, reject) => {
    const timer = setTimeout(() => {
      listening.dispose();
      const labels = window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
      reject(new Error(`The tabs stayed ${JSON.stringify(labels)}.`));
    }, 10_000);
    const listening = window.tabGroups.onDidChangeTabs(() => {
      const tab = front();
      if (tab === undefined) return;
      clearTimeout(timer);
      listening.dispose();
      resolve(tab);
    });
  });
}

/** What a tab shows, whatever its editor; of a diff the right side. */
export function uriIn({ input }: Tab): Uri | undefined {
  const { uri, modified } = (input ?? {}) as Readonly<Record<string, unknown>>;
  if (uri instanceof Uri) return uri;
  return modified instanceof Uri ? modified : undefined;
}

export async function closeAllTabs(): Promise<void> {
  await commands.executeCommand('workbench.action.closeAllEditors');
}
