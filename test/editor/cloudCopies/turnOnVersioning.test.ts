import assert from 'node:assert/strict';

import { turnOnVersioningFor } from '../../../src/editor/cloudCopies/turnOnVersioning';
import type { BucketRequest, BucketTraits } from '../../../src/protocol/buckets';
import type { RequestType } from '../../../src/protocol/messages';
import { answerWith } from '../../support/vscode/answers';
import { listenTo } from '../../support/vscode/messages';

describe('Turn On Versioning', () => {
  it('asks about the buckets where it is not on, and says of the others that it is', async () => {
    const states: Record<string, BucketTraits['versioning']> = {
      on: 'enabled',
      off: 'off',
      suspended: 'suspended',
      secret: 'unknown',
    };
    const turnedOn: string[] = [];
    const engine = {
      sendRequest: <P, R>({ method }: RequestType<P, R>, params: P): Promise<R> => {
        const { bucket } = params as BucketRequest;
        if (method === 'bucketVersioning') return Promise.resolve(states[bucket] as R);
        turnedOn.push(bucket);
        return Promise.resolve(null as R);
      },
    };
    const operations = { run: <T>(work: (token: never) => Promise<T>) => work(undefined as never) };
    const answers = answerWith('Turn On Versioning');
    const told = listenTo('showInformationMessage');
    try {
      const setups = Object.keys(states).map(bucket => {
        return { id: bucket, name: bucket, bucket, prefix: '', settings: {} };
      });
      await turnOnVersioningFor({ engine, operations: operations as never }, setups as never);
    } finally {
      answers.restore();
      told.restore();
    }
    assert.equal(answers.questions.length, 3);
    assert.deepEqual(turnedOn, ['off', 'suspended', 'secret']);
    assert.match(told.texts[0] ?? '', /already on for “on”/);
  });
});
