import { EventEmitter } from 'vscode';

import type { FromPage, ToPage } from '../../../src/protocol/overviewPage';

/** The panel of the overview, with a page that keeps what it was sent last. */
export class OverviewPage {
  readonly #received = new EventEmitter<FromPage>();
  readonly #disposed = new EventEmitter<void>();
  last: ToPage | undefined;

  readonly visible = true;
  readonly onDidDispose = this.#disposed.event;
  readonly webview = {
    options: {},
    html: '',
    cspSource: '',
    asWebviewUri: (uri: unknown) => uri,
    onDidReceiveMessage: this.#received.event,
    postMessage: (message: ToPage) => Promise.resolve((this.last = message)),
  };

  /** Says that it listens, as a page that was loaded. */
  load(): void {
    this.#received.fire({ kind: 'ready' });
  }

  dispose(): void {
    this.#received.dispose();
    this.#disposed.dispose();
  }
}
