import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { repositoryRoot } from '../../../dev/repositoryRoot';

/** One row of a tree, as a person sees or hears it. */
export interface TreeRow {
  readonly level: number;
  readonly label: string;
  readonly description: string;
  readonly ariaLabel: string;
  /** Undefined where there is nothing to expand. */
  readonly expanded: boolean | undefined;
}

/** One row of a quick pick. */
export interface PickRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** What is used of the page's elements; the tests are compiled without the types of a browser. */
interface PageElement {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
}

/** VS Code's window, driven as a person does: by what is on the screen, never by commands. */
export class Workbench {
  readonly notifications: Notifications;
  readonly quickPick: QuickPick;
  readonly dialog: Dialog;

  constructor(readonly page: Page) {
    this.notifications = new Notifications(page);
    this.quickPick = new QuickPick(page);
    this.dialog = new Dialog(page);
  }

  /**
   * Opens the window and waits until it can be used and the extensions have been started.
   *
   * What a `.code-workspace` file says VS Code takes from its cache first. Where it reads a file
   * that it has not in there at the very moment at which it takes over the empty workspace, it
   * loses the folders for good. By then it has put the file into the cache, though, so that the
   * same window opened once more has them.
   */
  async open(url: string): Promise<void> {
    const deadline = Date.now() + openTimeoutMs;
    const noFolders = this.page.locator('.sidebar .welcome-view-content', {
      hasText: 'You have not yet added a folder',
    });
    do {
      await this.page.goto(url);
      await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: openTimeoutMs });
      await this.explorer().waitUntilShown(noFolders);
    } while ((await noFolders.isVisible()) && Date.now() < deadline);
    await this.explorer().waitUntilShown();
  }

  /** Loads the window anew, and waits until its side bar is as it was. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.untilLoaded();
  }

  /** The same by VS Code's own command, which first saves what was open. */
  async reloadWithEditors(): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: openTimeoutMs });
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.untilLoaded();
  }

  private async untilLoaded(): Promise<void> {
    const selected = this.page.locator('.activitybar [role="tab"][aria-selected="true"]');
    await selected.waitFor({ timeout: openTimeoutMs });
  }

  /** Runs a command by its title in the palette, as in `S3 Backup: Compare`. */
  async runCommand(title: string): Promise<void> {
    const deadline = Date.now() + openTimeoutMs;
    for (;;) {
      await this.page.keyboard.press('F1');
      try {
        await this.quickPick.choose(title, { typed: `>${title}`, timeoutMs: paletteMs });
        return;
      } catch (error) {
        if (Date.now() > deadline) {
          throw new Error(`The palette has no command ${title}; see package.json.`, {
            cause: error,
          });
        }
        // An open palette does not learn of commands that extensions bring meanwhile; on a busy
        // machine it may not even have opened.
        await this.page.keyboard.press('Escape');
        await this.quickPick.waitUntilGone();
      }
    }
  }

  /** Shows a view container by its title in the activity bar. */
  async showViewContainer(title: string): Promise<void> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name: title });
    await tab.waitFor();
    if ((await tab.getAttribute('aria-selected')) !== 'true') {
      await tab.click();
    }
  }

  /** The tree of the view with that title, in the view container that is shown. */
  tree(title: string): Tree {
    return new Tree(this.page, this.page.getByRole('tree', { name: title }));
  }

  explorer(): Tree {
    return new Tree(this.page, this.page.locator('.explorer-folders-view [role="tree"]'));
  }

  /** A button in the title of the view container that is shown. */
  async pressViewAction(action: string): Promise<void> {
    const title = this.page.locator('.part.sidebar > .composite.title');
    await title.hover();
    await title.getByRole('button', { name: action }).click();
  }

  /** The text of a view that has no rows. */
  async welcomeText(): Promise<string> {
    return (await this.page.locator('.sidebar .welcome-view-content').innerText()).trim();
  }

  /** The line above the rows of a view. */
  async viewMessage(): Promise<string> {
    return await this.page
      .locator('.sidebar .tree-explorer-viewlet-tree-view .message')
      .innerText();
  }

  /** What screen readers say for each item of the status bar. */
  async statusBarItems(): Promise<readonly string[]> {
    return await this.page
      .locator('.statusbar-item:not(.disabled) > a')
      .evaluateAll((items: readonly PageElement[]) =>
        items.map(item => item.getAttribute('aria-label') ?? ''),
      );
  }

  statusBarItem(name: string): Locator {
    return this.page.locator('.statusbar').getByRole('button', { name });
  }

  /** The lines of the editor in front that are in sight. */
  async editorText(): Promise<string> {
    const lines = await this.page
      .locator('.editor-group-container.active .view-line')
      .allInnerTexts();
    // A browser renders the editor's spaces as ones that do not break.
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  async pressInEditorTitle(action: string): Promise<void> {
    const title = this.page.locator('.editor-group-container.active .title');
    await title.getByRole('button', { name: action }).click();
  }

  async editorTabs(): Promise<readonly string[]> {
    return await this.page.locator('.tabs-container .tab .label-name').allInnerTexts();
  }

  /** Saves a picture in the ignored folder of test results. */
  async screenshot(name: string): Promise<string> {
    const folder = join(repositoryRoot, 'test-results', 'screenshots');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
    await this.page.screenshot({ path });
    return path;
  }
}

/** The list that opens at the top of the window: the palette, picks and questions. */
export class QuickPick {
  private readonly widget: Locator;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget:visible');
  }

  async rows(): Promise<readonly PickRow[]> {
    await this.widget.locator('.monaco-list-row').first().waitFor();
    return await this.widget
      .locator('.monaco-list-row')
      .evaluateAll((rows: readonly PageElement[]) =>
        rows.map(row => {
          const text = (selector: string) => row.querySelector(selector)?.textContent?.trim() ?? '';
          return {
            label: text('.quick-input-list-row .label-name'),
            description: text('.quick-input-list-row .label-description'),
            detail: text('.quick-input-list-label-meta'),
          };
        }),
      );
  }

  async title(): Promise<string> {
    return await this.widget.locator('.quick-input-title').innerText();
  }

  /** Every line of it that can be read. */
  async lines(): Promise<readonly string[]> {
    return (await this.widget.innerText()).split('\n');
  }

  /** The question of an input box, or what it has against the value. */
  async message(): Promise<string> {
    return await this.widget.locator('.quick-input-message').innerText();
  }

  /** Types what is given, or the label, and takes the row with exactly that label. */
  async choose(
    label: string,
    options: { readonly typed?: string; readonly timeoutMs?: number } = {},
  ): Promise<void> {
    const timeout = options.timeoutMs ?? answerTimeoutMs;
    await this.input().fill(options.typed ?? label, { timeout });
    await this.row(label).click({ timeout });
    // The same widget serves the next question; it must not be taken for this one.
    await this.row(label).waitFor({ state: 'hidden' });
  }

  /** Ticks rows of a list for several, and confirms. */
  async chooseSeveral(labels: readonly string[]): Promise<void> {
    await this.tick(labels);
    await this.page.keyboard.press('Enter');
  }

  /** Ticks rows of a list for several. */
  async tick(labels: readonly string[]): Promise<void> {
    for (const label of labels) {
      await this.row(label).getByRole('checkbox').click();
    }
  }

  /** Confirms what is ticked. */
  async confirm(): Promise<void> {
    await this.widget.getByRole('button', { name: 'OK', exact: true }).click();
    await this.waitUntilGone();
  }

  /** Types into the input without answering. */
  async type(text: string): Promise<void> {
    await this.input().fill(text);
  }

  async value(): Promise<string> {
    return await this.input().inputValue();
  }

  async back(): Promise<void> {
    await this.widget.getByRole('button', { name: 'Back' }).click();
  }

  /** Answers an input box. */
  async answer(text: string): Promise<void> {
    await this.input().fill(text);
    await this.page.keyboard.press('Enter');
  }

  async cancel(): Promise<void> {
    await this.widget.waitFor();
    await this.page.keyboard.press('Escape');
    await this.waitUntilGone();
  }

  async waitUntilGone(): Promise<void> {
    await this.widget.waitFor({ state: 'hidden' });
  }

  private input(): Locator {
    return this.widget.locator('.quick-input-filter input');
  }

  private row(label: string): Locator {
    return this.widget
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) })
      .first();
  }
}

/** The messages in the lower right corner. */
export class Notifications {
  constructor(private readonly page: Page) {}

  async texts(): Promise<readonly string[]> {
    return await this.page
      .locator('.notification-toast .notification-list-item-message')
      .allInnerTexts();
  }

  /** Those that are kept behind the bell, too: a message leaves the screen by itself. */
  async kept(): Promise<readonly string[]> {
    await this.page.locator('.statusbar [id="status.notifications"] a').click();
    const center = this.page.locator('.notifications-center');
    await center.waitFor();
    const texts = await center.locator('.notification-list-item-message').allInnerTexts();
    await this.page.keyboard.press('Escape');
    return texts;
  }

  /** Waits for a message with this text in it, and gives it whole. */
  async waitFor(text: string | RegExp): Promise<string> {
    return await this.message(text).locator('.notification-list-item-message').innerText();
  }

  async press(text: string | RegExp, button: string): Promise<void> {
    await this.message(text).getByRole('button', { name: button, exact: true }).click();
  }

  async waitUntilGone(text: string | RegExp): Promise<void> {
    await this.message(text).waitFor({ state: 'hidden' });
  }

  async close(text: string | RegExp): Promise<void> {
    const message = this.message(text);
    await message.hover();
    await message.locator('.codicon-notifications-clear').click();
    await message.waitFor({ state: 'hidden' });
  }

  private message(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text }).first();
  }
}

/** A question that must be answered before anything else. */
export class Dialog {
  private readonly box: Locator;

  constructor(page: Page) {
    this.box = page.locator('.monaco-dialog-box');
  }

  async text(): Promise<string> {
    return (await this.box.locator('.dialog-message-container').innerText()).trim();
  }

  async buttons(): Promise<readonly string[]> {
    return await this.box.locator('.dialog-buttons .monaco-button').allInnerTexts();
  }

  async press(button: string): Promise<void> {
    // The next question may be there before anybody sees that this one has gone.
    const asked = await this.box.elementHandle();
    await this.box.getByRole('button', { name: button, exact: true }).click();
    await asked.waitForElementState('hidden');
  }
}

/** A tree of the side bar; rows are found by their label, those out of sight are not found. */
export class Tree {
  constructor(
    private readonly page: Page,
    private readonly tree: Locator,
  ) {}

  /** Or until there is something else in its place. */
  async waitUntilShown(instead?: Locator): Promise<void> {
    const shown = instead === undefined ? this.tree : this.tree.or(instead);
    await shown.first().waitFor({ timeout: openTimeoutMs });
  }

  async rows(): Promise<readonly TreeRow[]> {
    return await this.tree.locator('.monaco-list-row').evaluateAll((rows: readonly PageElement[]) =>
      rows
        .map(row => {
          const text = (selector: string) => row.querySelector(selector)?.textContent?.trim() ?? '';
          const expanded = row.getAttribute('aria-expanded');
          return {
            index: Number(row.getAttribute('data-index')),
            row: {
              level: Number(row.getAttribute('aria-level')),
              label: text('.label-name'),
              description: text('.label-description'),
              ariaLabel: row.getAttribute('aria-label') ?? '',
              expanded: expanded === null ? undefined : expanded === 'true',
            },
          };
        })
        // The elements are reused and not in the order of the screen.
        .sort((a, b) => a.index - b.index)
        .map(({ row }) => row),
    );
  }

  /** The rows in sight as they are drawn: `label: description`, indented by their level. */
  async lines(): Promise<readonly string[]> {
    return (await this.rows()).map(({ level, label, description }) => {
      const said = description === '' ? label : `${label}: ${description}`;
      return '  '.repeat(level - 1) + said;
    });
  }

  /** The first row with that label. */
  row(label: string): Locator {
    return this.tree
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) })
      .first();
  }

  async waitForRow(label: string): Promise<void> {
    await this.row(label).waitFor();
  }

  async expand(label: string): Promise<void> {
    await this.setExpanded(label, 'true');
  }

  async collapse(label: string): Promise<void> {
    await this.setExpanded(label, 'false');
  }

  async click(label: string): Promise<void> {
    await this.row(label).click();
  }

  /** Adds the row to the selection. */
  async addToSelection(label: string): Promise<void> {
    await this.row(label).click({ modifiers: ['ControlOrMeta'] });
  }

  /** Right-clicks the row and takes the item; further names lead through submenus. */
  async chooseFromContextMenu(label: string, ...items: readonly string[]): Promise<void> {
    await this.openContextMenu(label);
    for (const item of items) {
      // A menu that has just opened takes no clicks for a moment, but it takes Enter.
      await this.menuItem(item).hover();
      await this.page
        .locator('.monaco-menu .action-item.focused')
        .filter({ has: this.page.getByRole('menuitem', { name: item, exact: true }) })
        // A submenu lies within the item that has opened it.
        .last()
        .waitFor();
      await this.page.keyboard.press('Enter');
    }
  }

  /** The items of the row's context menu, which is closed again. */
  async contextMenu(label: string): Promise<readonly string[]> {
    const menu = await this.openContextMenu(label);
    const items = await menu
      .getByRole('menuitem')
      .evaluateAll((found: readonly PageElement[]) =>
        found.map(item => item.getAttribute('aria-label') ?? item.textContent?.trim() ?? ''),
      );
    await this.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    return items;
  }

  /** Rows may still move while the pointer is on its way; then another one has got the click. */
  private async openContextMenu(label: string): Promise<Locator> {
    const menu = this.page.locator('.monaco-menu').first();
    const focused = this.tree.locator('.monaco-list-row.focused .label-name');
    // Where no row shows the focus, there is nothing to tell by.
    const isRight = async () =>
      (await focused.allInnerTexts()).every(text => text.trim() === label);
    const deadline = Date.now() + answerTimeoutMs;
    for (;;) {
      await this.row(label).click({ button: 'right' });
      await menu.waitFor();
      if ((await isRight()) || Date.now() > deadline) return menu;
      await this.page.keyboard.press('Escape');
      await menu.waitFor({ state: 'hidden' });
    }
  }

  private menuItem(name: string): Locator {
    return this.page.locator('.monaco-menu').getByRole('menuitem', { name, exact: true });
  }

  private async setExpanded(label: string, wanted: 'true' | 'false'): Promise<void> {
    const row = this.row(label);
    // A group has its number before the first of its rows.
    await row.and(this.tree.locator('.monaco-list-row[aria-expanded]')).waitFor();
    if ((await row.getAttribute('aria-expanded')) !== wanted) {
      await row.locator('.monaco-tl-twistie').click();
    }
    await this.tree
      .locator(`.monaco-list-row[aria-expanded="${wanted}"]`)
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) })
      .first()
      .waitFor();
  }
}

const openTimeoutMs = 60_000;
const answerTimeoutMs = 30_000;
const paletteMs = 1_000;
