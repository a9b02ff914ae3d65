import assert from 'node:assert/strict';

import {
  failureEntries,
  failureMessage,
  failureText,
} from '../../../src/editor/failures/failureMessage';
import type { FailureCode } from '../../../src/protocol/failures';

describe('What is said of a failure', () => {
  const codes = Object.keys(failureEntries) as readonly FailureCode[];

  const withoutNextStep: Partial<Record<FailureCode, string>> = {
    'bucket-in-endpoint': 'Its question is the next step.',
    'needs-https': 'Its question is the next step.',
    'not-a-file': 'Only files can be backed up.',
    'hard-link': 'Removing it would free nothing.',
    'skipped-by-choice': 'The user wanted it.',
    cancelled: 'The user wanted it.',
  };

  for (const code of codes) {
    const reason = withoutNextStep[code];
    it(`${code}: ${reason ?? 'what to do next'}`, () => {
      for (const cause of [undefined, 'why']) {
        const { next } = failureMessage({ code, subject: 'it', cause });
        assert.equal((next ?? '') === '', reason !== undefined);
      }
    });
  }

  /** What the engine writes into the log, and where it has worded it, the editor says it anew. */
  const ofTheLog = 'English of the engine';
  const links = [
    { template: 'the value {0} of {1}', values: ['x', { template: 'y', values: [] }] },
  ];

  for (const code of codes) {
    it(`${code}: repeats none of the engine’s English where it can be translated`, () => {
      const failure = { code, subject: 'it', cause: ofTheLog, links };
      assert.doesNotMatch(failureMessage(failure).text, new RegExp(ofTheLog, 'i'));
      assert.doesNotMatch(failureText(failure), new RegExp(ofTheLog, 'i'));
    });
  }

  it('has the values of what the engine has worded in it, and what others say as it is', () => {
    const failure = { code: 'disk-error', subject: 'it', cause: ofTheLog } as const;
    assert.match(failureMessage({ ...failure, links }).text, /the value x of y/);
    assert.match(failureMessage({ ...failure, links: ['EIO', ...links] }).text, /EIO ← the value/);
    assert.match(failureMessage(failure).text, new RegExp(ofTheLog));
  });

  it('tells why a sign-in has not worked only where the engine knows it', () => {
    const failure = { code: 'sign-in-needed', subject: 'work', cause: ofTheLog } as const;
    const declined = [{ template: 'the sign-in was declined', values: [] }];
    assert.match(failureMessage({ ...failure, links: declined }).text, /declined/);
    assert.doesNotMatch(failureMessage(failure).text, new RegExp(ofTheLog));
  });

  for (const code of ['unreachable', 'host-not-found', 'timed-out'] as const) {
    it(`leads to the endpoint where nothing answers there: ${code}`, () => {
      const { actions } = failureMessage({ code, subject: 'https://s3.test', cause: undefined });
      assert.ok(actions.includes('change-endpoint'));
      assert.ok(!actions.includes('choose-credentials'));
    });
  }

  for (const code of ['store-busy', 'store-error', 'clock-skew'] as const) {
    it(`offers no other credentials where they change nothing: ${code}`, () => {
      const { actions } = failureMessage({ code, subject: 'https://s3.test', cause: undefined });
      assert.ok(!actions.includes('choose-credentials'));
    });
  }
});
