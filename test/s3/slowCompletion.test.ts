import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- a long silence is what is tested
import { setTimeout as delay } from 'node:timers/promises';

import type { FilePath } from '../../src/protocol/folders';
import { Semaphore } from '../../src/engine/concurrency/semaphore';
import { noUploads } from '../support/memory/recordsInMemory';
import { uploadFile } from '../../src/engine/backup/upload';
import { count, openStores, writeOurs } from '../support/servers/conditionalWrites';
import { sendError, treatAll, type ConditionStore } from '../support/servers/conditionStore';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';

const stores = openStores();
afterEach(() => stores.closeAll());

describe('An upload in parts whose completion takes long', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  before(async () => {
    folder = await temporaryFolder('slow-completion');
  });
  after(() => folder.remove());

  it('is done where the store ends it behind a lost answer', async () => {
    const store = await stores.open({ treatments: treatAll('honours') });
    let ended: (() => void) | undefined;
    store.intercept = ({ kind, carryOut }, answer) => {
      if (kind !== 'completion') return undefined;
      if (ended === undefined) {
        ended = carryOut;
        answer.destroy();
      } else {
        ended();
        sendError(answer, 404, 'NoSuchUpload');
      }
      return 'taken';
    };
    await uploadBig(store);
    assert.equal(count(store, 'part'), 2);
    assert.equal(count(store, 'begin'), 1);
  });

  it('is looked for again where the store shows it later than it forgets the upload', async () => {
    const store = await stores.open({ treatments: treatAll('honours') });
    let ended: (() => void) | undefined;
    let headsSince = 0;
    store.intercept = ({ kind, carryOut }, answer) => {
      if (kind === 'head' && count(store, 'completion-if') > 1 && ++headsSince === 3) ended?.();
      if (kind !== 'completion') return undefined;
      if (ended === undefined) answer.destroy();
      else sendError(answer, 404, 'NoSuchUpload');
      ended ??= carryOut;
      return 'taken';
    };
    await uploadBig(store);
    assert.equal(count(store, 'part'), 2);
    assert.equal(count(store, 'begin'), 1);
  });

  it('may be silent for longer than any other request', async () => {
    const store = await stores.open({
      treatments: treatAll('honours'),
      stallTimeoutMs: 500,
      completionTimeoutMs: 20_000,
    });
    let attempts = 0;
    store.before = ({ kind }) => {
      if (kind !== 'completion') return undefined;
      attempts += 1;
      return delay(1_500);
    };
    await writeOurs(store, 'completion', 'one', { kind: 'absent' });
    assert.equal(attempts, 1);
  });

  async function uploadBig({ bucket }: ConditionStore): Promise<void> {
    const root = folder.path;
    const bytes = Buffer.alloc(9 << 20, 7);
    await writeFile(join(root, 'big'), bytes);
    const { receipt } = await uploadFile({
      bucket,
      root,
      prefix: '',
      path: 'big' as FilePath,
      condition: { kind: 'absent' },
      uploads: noUploads(),
      semaphore: new Semaphore({ places: 8, bytes: 64 << 20 }),
      signal: AbortSignal.timeout(50_000),
      onBytes: () => undefined,
    });
    assert.equal(receipt.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.match(receipt.etag, /-2$/);
  }
});
