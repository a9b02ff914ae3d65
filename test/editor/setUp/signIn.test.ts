import assert from 'node:assert/strict';
import { env, window } from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';

import { handlePersonRequests } from '../../../src/editor/client/personRequests';
import { signInFor } from '../../../src/editor/setUp/signIn';
import { Profiles } from '../../../src/editor/targets/profiles';
import { uriOf, workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { engineAnswering } from '../../support/vscode/engineAnswering';
import { listenTo, type ShownMessages } from '../../support/vscode/messages';
import { memento } from '../../support/vscode/treeUnderTest';

type Handler = (params: unknown) => Promise<unknown>;

describe('Signing in', () => {
  let said: ShownMessages;
  const { openExternal } = env;
  const { showInputBox, createTerminal } = window;

  afterEach(() => {
    said.restore();
    Object.assign(env, { openExternal });
    Object.assign(window, { showInputBox, createTerminal });
  });

  function handlers(): ReadonlyMap<string, Handler> {
    const all = new Map<string, Handler>();
    const connection = {
      onRequest: (method: string, handler: Handler) => all.set(method, handler),
    } as unknown as MessageConnection;
    handlePersonRequests(connection, { get: () => Promise.resolve(undefined) });
    return all;
  }

  const page = { profile: 'p', url: 'https://x.test/?user_code=ABCD-EFGH', code: 'ABCD-EFGH' };

  it('opens the browser only after the code was shown', async () => {
    const opened: string[] = [];
    Object.assign(env, {
      openExternal: (uri: { toString(skipEncoding: boolean): string }) => {
        opened.push(uri.toString(true));
        return Promise.resolve(true);
      },
    });
    said = listenTo('showInformationMessage');
    assert.equal(await handlers().get('showSignInPage')?.(page), false);
    assert.deepEqual(opened, []);
    said.restore();
    said = listenTo('showInformationMessage', 'Open Browser');
    assert.equal(await handlers().get('showSignInPage')?.(page), true);
    assert.deepEqual(opened, [page.url]);
  });

  it('takes the code of a device, and nothing for nothing', async () => {
    said = listenTo('showInformationMessage');
    const question = { profile: 'p', device: 'd' };
    for (const [typed, code] of [
      [' 123456 ', '123456'],
      [undefined, null],
    ] as const) {
      Object.assign(window, { showInputBox: () => Promise.resolve(typed) });
      assert.equal(await handlers().get('askForMfaCode')?.(question), code);
    }
  });

  it('is done once for folders with the same credentials; a command is left to the user', async () => {
    said = listenTo('showInformationMessage');
    const profiles = new Profiles(memento());
    const folders = ['a', 'b', 'c'].map(name => ({ ...workspaceFolder(), uri: uriOf(name) }));
    const [, , last] = folders;
    assert.ok(last !== undefined);
    await profiles.choose(last, { kind: 'profile', name: 'my own' });
    const command = ['aws', 'login', '--profile', 'my own'];
    const asked: string[] = [];
    const typed: unknown[][] = [];
    const terminal = { show: () => undefined, sendText: (...text: unknown[]) => typed.push(text) };
    Object.assign(window, { createTerminal: () => terminal });
    const engine = {
      ...engineAnswering({}),
      sendRequest: (_: unknown, settings: Readonly<Record<string, unknown>>) => {
        asked.push(String(settings['profile']));
        const isCommand = settings['profile'] === 'my own';
        return Promise.resolve(isCommand ? { kind: 'by-command', command } : { kind: 'signed-in' });
      },
    } as never;
    const ready = await signInFor({ engine, profiles }, folders);
    assert.deepEqual(asked, ['', 'my own']);
    assert.deepEqual(ready, folders.slice(0, 2));
    // It is not started: that is the user's.
    assert.deepEqual(typed, [['aws login --profile "my own"', false]]);
  });
});
