import type { FromPage, OverviewPlace, Picture, ToPage } from '../protocol/overviewPage';
import { html } from './elements';
import { tableOf } from './table';
import { drawTreemap, type Treemap } from './treemap';

/** What VS Code gives a page: a port to the editor, and a state that outlives the page. */
declare function acquireVsCodeApi(): {
  readonly postMessage: (message: FromPage) => void;
  readonly getState: () => PageState | undefined;
  readonly setState: (state: PageState) => void;
};

interface PageState {
  /** What the editor is given when the window is loaded again. */
  readonly place?: OverviewPlace;
  readonly view?: View;
}

type View = 'map' | 'table';

const vscode = acquireVsCodeApi();
const send = (message: FromPage) => {
  vscode.postMessage(message);
};
const page = html('main', {});
/** What a screen reader is told when another folder is shown. */
const status = html('p', { role: 'status', class: 'for-screen-readers' });
let shown: ToPage | undefined;
let treemap: Treemap | undefined;

document.body.append(page, status);
window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  draw(data);
});
new ResizeObserver(() => {
  if (shown?.kind === 'picture' && view() === 'map') draw(shown);
}).observe(document.body);
document.addEventListener('keydown', event => {
  if (event.key !== 'Backspace' && event.key !== 'Escape') return;
  const above = shown?.kind === 'picture' ? shown.crumbs.at(-2) : undefined;
  if (above !== undefined) send({ kind: 'go', place: above.place });
});
send({ kind: 'ready' });

/** Who uses a screen reader begins with the table. */
function view(): View {
  const usesReader = document.body.classList.contains('vscode-using-screen-reader');
  return vscode.getState()?.view ?? (usesReader ? 'table' : 'map');
}

function draw(message: ToPage): void {
  const before = shown?.kind === 'picture' ? shown : undefined;
  shown = message;
  if (message.kind === 'nothing') {
    drawNothing(message);
    return;
  }
  vscode.setState({ ...vscode.getState(), place: message.place });
  const focused = document.activeElement?.getAttribute('data-id') ?? undefined;
  const isOther = before !== undefined && !isSame(before.place, message.place);
  drawPicture(message);
  if (focused !== undefined) focusOn(isOther ? cameFrom(before, message) : focused);
  const here = message.crumbs.at(-1)?.name ?? '';
  if (before === undefined || isOther) status.textContent = `${here}: ${message.summary}`;
}

function drawNothing({ text, button }: Extract<ToPage, { kind: 'nothing' }>): void {
  const compare = html('button', { class: 'main' }, button ?? '');
  compare.addEventListener('click', () => {
    send({ kind: 'compare' });
  });
  const buttons = button === undefined ? [] : [compare];
  page.replaceChildren(html('div', { class: 'nothing' }, html('p', {}, text), ...buttons));
}

function drawPicture(picture: Picture): void {
  const { words } = picture;
  const figure = html('div', { class: 'figure' });
  page.replaceChildren(
    html('header', {}, crumbs(picture), viewButtons(picture)),
    html('p', { class: 'summary' }, picture.summary),
    legend(picture),
    html('div', { class: 'content' }, figure, atRisk(picture)),
    html('p', { id: 'hint', class: 'for-screen-readers' }, words.hint),
  );
  treemap = undefined;
  if (view() === 'table') {
    figure.classList.add('scrolls');
    figure.append(tableOf(picture, send));
    return;
  }
  const { clientWidth: width, clientHeight: height } = figure;
  treemap = drawTreemap(picture, { width, height }, send);
  figure.append(treemap.element);
}

function focusOn(id: string | undefined): void {
  if (treemap !== undefined) {
    treemap.focus(id);
    return;
  }
  const rows = [...page.querySelectorAll<HTMLElement>('[data-id]')];
  (rows.find(row => row.getAttribute('data-id') === id) ?? rows[0])?.focus();
}

/** The folder that was shown before, where it lies in the one that is shown now. */
function cameFrom(before: Picture, { crumbs: above }: Picture): string | undefined {
  return before.crumbs[above.length]?.id;
}

function isSame(one: OverviewPlace, other: OverviewPlace): boolean {
  return one.folder === other.folder && one.path === other.path && one.skip === other.skip;
}

function crumbs({ crumbs: all, words }: Picture): HTMLElement {
  const items = all.map(({ name, place }, index) => {
    if (index === all.length - 1) {
      return html('li', {}, html('strong', { 'aria-current': 'location' }, name));
    }
    const button = html('button', { class: 'link' }, name);
    button.addEventListener('click', () => {
      send({ kind: 'go', place });
    });
    return html('li', {}, button);
  });
  return html('nav', { 'aria-label': words.above }, html('ol', {}, ...items));
}

function viewButtons({ words }: Picture): HTMLElement {
  const buttons = (['map', 'table'] as const).map(each => {
    const button = html('button', { 'aria-pressed': String(view() === each) }, words[each]);
    button.addEventListener('click', () => {
      vscode.setState({ ...vscode.getState(), view: each });
      if (shown !== undefined) draw(shown);
      page.querySelector<HTMLElement>('.views [aria-pressed=true]')?.focus();
    });
    return button;
  });
  return html('div', { class: 'views', role: 'group', 'aria-label': words.views }, ...buttons);
}

function legend({ legend: entries, marks, words }: Picture): HTMLElement {
  const items = entries.map(({ shade, name, amount }) =>
    html(
      'li',
      {},
      html('span', { class: `badge ${shade}`, 'aria-hidden': 'true' }, marks[shade]),
      ` ${name} `,
      html('span', { class: 'amount' }, amount),
    ),
  );
  return html('ul', { class: 'legend', 'aria-label': words.legend }, ...items);
}

function atRisk({ atRisk: files, marks, words }: Picture): HTMLElement {
  const items = files.map(({ id, shade, name, size, label }) => {
    const button = html(
      'button',
      { class: 'file', 'aria-label': label, title: label },
      html('span', { class: `badge ${shade}` }, marks[shade]),
      html('span', { class: 'path' }, name),
      html('span', { class: 'amount' }, size),
    );
    button.addEventListener('click', () => {
      send({ kind: 'actions', id });
    });
    return html('li', {}, button);
  });
  const list = items.length > 0 ? html('ol', {}, ...items) : html('p', {}, words.nothingAtRisk);
  return html('section', { class: 'at-risk' }, html('h2', {}, words.atRisk), list);
}
