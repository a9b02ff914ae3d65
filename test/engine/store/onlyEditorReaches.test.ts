import assert from 'node:assert/strict';

import { Failure } from '../../../src/engine/failures/failure';
import { onlyEditorReaches } from '../../../src/engine/store/onlyEditorReaches';
import type { FailureCode } from '../../../src/protocol/failures';

describe('A store that cannot be reached', () => {
  async function told(
    code: FailureCode,
    subject: string,
    isReached: boolean,
  ): Promise<{ readonly code: FailureCode; readonly asked: readonly string[] }> {
    const asked: string[] = [];
    const reaches = (url: string) => {
      asked.push(url);
      return Promise.resolve(isReached);
    };
    const failure = await onlyEditorReaches(reaches, new Failure(code, subject));
    assert.equal(failure.subject, subject);
    return { code: failure.code, asked };
  }

  const endpoint = 'https://store.example.com';

  it('is reached by the editor alone, where that gets an answer', async () => {
    for (const code of ['unreachable', 'host-not-found', 'timed-out'] as const) {
      const only = { code: 'only-vscode-reaches', asked: [endpoint] };
      assert.deepEqual(await told(code, endpoint, true), only);
      assert.deepEqual(await told(code, endpoint, false), { code, asked: [endpoint] });
    }
    assert.deepEqual((await told('unreachable', 'AWS', true)).asked, ['https://s3.amazonaws.com']);
  });

  it('is nothing to ask the editor about where something has answered, or a proxy is to blame', async () => {
    for (const code of ['store-error', 'certificate', 'proxy-unreachable', 'not-s3'] as const) {
      assert.deepEqual(await told(code, endpoint, true), { code, asked: [] });
    }
    assert.deepEqual(await told('timed-out', '', true), { code: 'timed-out', asked: [] });
  });
});
