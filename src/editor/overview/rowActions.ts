import { commandIds, viewId, type CommandId } from '../contributions/manifest';

/** Something that can be done with a row, as its menu in the view says it. */
export interface RowAction {
  readonly command: CommandId;
  readonly title: string;
}

/** What is read of the extension's manifest. */
export interface MenuManifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: { readonly 'view/item/context': readonly MenuEntry[] };
  };
}

interface MenuEntry {
  readonly command: string;
  readonly when: string;
  readonly group: string;
}

/**
 * Returns what the menu of a row offers, in its order. The manifest alone decides, by the row's
 * `contextValue`, so that tiles and rows never offer different things.
 */
export function rowActions(manifest: MenuManifest, contextValue: string): readonly RowAction[] {
  const { commands, menus } = manifest.contributes;
  const titles = new Map(commands.map(({ command, title }) => [command, title]));
  const offered = menus['view/item/context']
    .filter(({ when }) => when.split(' && ').every(each => holds(each, contextValue)))
    // What stands in the row is in its menu, too.
    .filter(({ group }) => !group.startsWith('inline'))
    .toSorted((one, other) => (one.group < other.group ? -1 : 1))
    .map(({ command }) => command);
  return commandIds
    .filter(id => offered.includes(id))
    .toSorted((one, other) => offered.indexOf(one) - offered.indexOf(other))
    .map(command => ({ command, title: titles.get(command) ?? command }));
}

/** A condition of any other form does not hold. */
function holds(condition: string, contextValue: string): boolean {
  if (condition === `view == ${viewId}` || condition === '!listMultiSelection') return true;
  const [, pattern] = /^viewItem =~ \/(.+)\/$/.exec(condition) ?? [];
  return pattern !== undefined && new RegExp(pattern).test(contextValue);
}
