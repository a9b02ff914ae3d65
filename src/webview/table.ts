import type { FromPage, Picture, Tile } from '../protocol/overviewPage';
import { html } from './elements';

/** The same as the treemap, to be read: what lies directly in the folder, a row each. */
export function tableOf(picture: Picture, send: (message: FromPage) => void): HTMLElement {
  const { words, tiles } = picture;
  const heads = [words.name, words.size, words.state, words.actions];
  return html(
    'table',
    { 'aria-label': words.map },
    html('thead', {}, html('tr', {}, ...heads.map(head => html('th', { scope: 'col' }, head)))),
    html('tbody', {}, ...tiles.map(tile => rowOf(tile, picture, send))),
  );
}

function rowOf(
  tile: Tile,
  { words, marks }: Picture,
  send: (message: FromPage) => void,
): HTMLTableRowElement {
  const open = html('button', { class: 'link', 'data-id': tile.id }, tile.name);
  open.addEventListener('click', () => {
    send({ kind: 'open', id: tile.id });
  });
  const actions = html('button', { 'aria-label': `${words.actions}: ${tile.name}` }, '⋯');
  actions.addEventListener('click', () => {
    send({ kind: 'actions', id: tile.id });
  });
  const letters = tile.weights.map(({ shade }) =>
    html('span', { class: `badge ${shade}`, 'aria-hidden': 'true' }, marks[shade]),
  );
  return html(
    'tr',
    {},
    html('th', { scope: 'row' }, open),
    html('td', { class: 'number' }, tile.size),
    html('td', {}, ...letters, ` ${tile.state}`),
    html('td', {}, ...(tile.kind === 'rest' ? [] : [actions])),
  );
}
