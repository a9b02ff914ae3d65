import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  commands,
  window,
  workspace,
  type InputBox,
  type QuickPick,
  type QuickPickItem,
} from 'vscode';

import { chooseBucket } from '../../../src/editor/setUp/chooseBucket';
import { EngineClient } from '../../../src/editor/client/engineClient';
import { AccessKeys } from '../../../src/editor/targets/accessKeys';
import { Profiles } from '../../../src/editor/targets/profiles';
import { Targets } from '../../../src/editor/targets/targets';
import { eventually } from '../../support/suite/eventually';
import { untilEngineEnds } from '../../support/vscode/engineThreads';
import {
  setUserSetting,
  workerData,
  workerFile,
  workspaceFolder,
} from '../../support/vscode/extensionUnderTest';
import { secretsInMemory } from '../../support/vscode/secretsInMemory';
import { recordsIn } from '../../support/vscode/recordsIn';
import { memento, testLog } from '../../support/vscode/treeUnderTest';

describe('The list of buckets', () => {
  const log = testLog();
  const show = window.createQuickPick.bind(window);
  const ask = window.createInputBox.bind(window);
  let server: Server;
  /** What the store answers to a page of the list, by the token it is asked for with. */
  let pages: Readonly<Record<string, { readonly status: number; readonly body: string }>>;
  let asked: string[];
  let engine: EngineClient;
  let pick: QuickPick<QuickPickItem>;
  let input: InputBox;
  let placeholders: string[];
  let endpoint: unknown;

  before(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://store');
      const token = url.searchParams.get('continuation-token') ?? 'first';
      asked.push(url.pathname === '/' ? token : url.pathname);
      const page = pages[token] ?? { status: 500, body: '' };
      response.writeHead(page.status, { 'content-type': 'application/xml' }).end(page.body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = workspace.getConfiguration('s3Backup').inspect('endpoint')?.globalValue;
    const { port } = server.address() as AddressInfo;
    await setUserSetting('endpoint', `http://127.0.0.1:${String(port)}`);
    Object.assign(window, {
      createQuickPick: () => {
        pick = show();
        return pick;
      },
      createInputBox: () => {
        input = ask();
        return input;
      },
    });
  });
  beforeEach(() => {
    asked = [];
    placeholders = [];
    engine = new EngineClient(workerFile(), workerData(), { log });
    engine.onDidChangeState(() => placeholders.push(pick.placeholder ?? ''));
  });
  afterEach(async () => {
    if (engine.running) {
      await untilEngineEnds(() => {
        engine.dispose();
      });
    }
  });
  after(async () => {
    Object.assign(window, { createQuickPick: show, createInputBox: ask });
    await setUserSetting('endpoint', endpoint);
    server.closeAllConnections();
    server.close();
    log.dispose();
  });

  /** Shows the list, and gives what ends when it is closed. */
  function choose(): Promise<unknown> {
    const targets = new Targets(recordsIn(join(tmpdir(), randomUUID())));
    const memory = memento();
    const profiles = new Profiles(memory);
    const accessKeys = new AccessKeys(secretsInMemory());
    const deps = { engine, log, targets, memory, profiles, accessKeys };
    return chooseBucket(deps, [workspaceFolder()]);
  }

  async function untilLabels(...labels: readonly string[]): Promise<void> {
    await eventually(() => {
      const shown = pick.items.map(({ label }) => label.replace(/^\$\([a-z-]+\) /, ''));
      assert.deepEqual(shown, labels);
    }, 30_000);
  }

  /**
   * Moves to the first item as keys do, and accepts it once the window has told that it is there.
   * Setting `activeItems` would not do: VS Code sends it later than a command that follows it.
   */
  async function acceptFirst(): Promise<void> {
    await eventually(async () => {
      await commands.executeCommand('quickInput.first');
      assert.equal(pick.activeItems[0], pick.items[0]);
    }, 30_000);
    await commands.executeCommand('quickInput.accept');
  }

  async function acceptLabelled(label: RegExp): Promise<void> {
    await eventually(async () => {
      await commands.executeCommand('quickInput.next');
      assert.match(pick.activeItems[0]?.label ?? '', label);
    }, 30_000);
    await commands.executeCommand('quickInput.accept');
  }

  const own = [
    'Create New Bucket…',
    'Enter a Bucket Name…',
    'Other Store…',
    'Copy the Smallest Policy…',
  ];

  it('is filled page by page', async () => {
    pages = { first: page(['one', 'two'], 'more'), more: page(['three'], undefined) };
    const choosing = choose();
    await untilLabels(...own, 'Buckets', 'one', 'two', 'three');
    assert.deepEqual(asked, ['first', 'more']);
    pick.hide();
    assert.equal(await choosing, undefined);
  });

  it('ends where its pages run in a circle, and keeps what came before', async () => {
    pages = { first: page(['one'], 'x'), x: page(['two'], 'y'), y: page(['three'], 'x') };
    const choosing = choose();
    await untilLabels('Retry', ...own, 'Buckets', 'one', 'two', 'three');
    assert.deepEqual(asked, ['first', 'x', 'y']);
    pick.hide();
    assert.equal(await choosing, undefined);
  });

  it('ends where its pages only repeat each other, whatever they say comes next', async () => {
    const tokens = Array.from({ length: 40 }, (_, n) => `t${String(n)}`);
    const rest = tokens.map((token, n) => [token, page(['one'], tokens[n + 1])] as const);
    pages = { first: page(['one'], 't0'), ...Object.fromEntries(rest) };
    const choosing = choose();
    await untilLabels('Retry', ...own, 'Buckets', 'one');
    assert.ok(asked.length < 20, String(asked.length));
    pick.hide();
    assert.equal(await choosing, undefined);
  });

  it('offers the endpoint that was meant where the settings name that of a bucket', async () => {
    const { port } = server.address() as AddressInfo;
    const meant = `http://127.0.0.1:${String(port)}`;
    const ofObjects =
      '<ListBucketResult><Name>bkt</Name><IsTruncated>false</IsTruncated></ListBucketResult>';
    pages = { first: { status: 200, body: ofObjects } };
    await setUserSetting('endpoint', `${meant}/bkt`);
    const choosing = choose();
    await untilLabels(`Use ${meant}`, 'Retry', ...own);
    pages = { first: page(['bkt'], undefined) };
    await acceptFirst();
    await untilLabels(...own, 'Buckets', 'bkt');
    const setting = workspace.getConfiguration('s3Backup').inspect('endpoint');
    assert.equal(setting?.globalValue, meant);
    pick.hide();
    assert.equal(await choosing, undefined);
  });

  it('goes on by a name that is typed where no bucket may be listed', async function () {
    this.timeout(60_000);
    const body = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>';
    pages = { first: { status: 403, body } };
    const choosing = choose();
    await untilLabels('Retry', ...own);
    assert.match(pick.items[0]?.detail ?? '', /s3:ListAllMyBuckets/);
    await acceptLabelled(/Enter a Bucket Name…$/);
    await eventually(() => {
      assert.match(input.prompt ?? '', /Name of an existing bucket/);
    });
    input.value = 'given-to-me';
    await commands.executeCommand('quickInput.accept');
    // Not even its prefixes can be listed; they can be named all the same.
    await eventually(() => {
      assert.equal(pick.title, 'Where in “given-to-me”?');
      assert.ok(asked.includes('/given-to-me/') || asked.includes('/given-to-me'), asked.join());
    }, 30_000);
    assert.ok(pick.items.length > 1);
    pick.hide();
    assert.equal(await choosing, undefined);
  });

  it('says what failed and how often it was tried, keeps what came before, and tries again', async function () {
    this.timeout(60_000);
    pages = { first: page(['one'], 'more'), more: { status: 503, body: '' } };
    const choosing = choose();
    await untilLabels('Retry', ...own, 'Buckets', 'one');
    assert.ok(
      placeholders.some(text => /2.*4/.test(text)),
      placeholders.join('; '),
    );
    const [retry] = pick.items;
    assert.match(retry?.detail ?? '', /busy/);
    assert.ok(pick.enabled);

    pages = { ...pages, more: page(['two'], undefined) };
    await acceptFirst();
    await untilLabels(...own, 'Buckets', 'one', 'two');
    pick.hide();
    assert.equal(await choosing, undefined);
  });
});

function page(names: readonly string[], next: string | undefined) {
  const buckets = names.map(
    name =>
      `<Bucket><Name>${name}</Name><CreationDate>2026-01-01T00:00:00Z</CreationDate></Bucket>`,
  );
  const token = next === undefined ? '' : `<ContinuationToken>${next}</ContinuationToken>`;
  const body = `<ListAllMyBucketsResult><Buckets>${buckets.join('')}</Buckets>${token}</ListAllMyBucketsResult>`;
  return { status: 200, body };
}
