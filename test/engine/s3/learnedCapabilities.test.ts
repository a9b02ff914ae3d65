import assert from 'node:assert/strict';
import { join } from 'node:path';

import { temporaryFolder } from '../../../dev/temporaryFolder';
import type { RememberedCapabilities } from '../../../src/engine/ports/capabilityMemory';
import { CapabilityRecords } from '../../../src/engine/records/capabilityRecords';
import { Database } from '../../../src/engine/records/database';
import { LearnedCapabilities } from '../../../src/engine/s3/learnedCapabilities';
import {
  storeCapabilities,
  type StoreCapabilities,
} from '../../../src/engine/s3/storeCapabilities';

const dayMs = 86_400_000;

describe('What is learned of a bucket', () => {
  let kept: RememberedCapabilities | undefined;
  let nowMs: number;

  beforeEach(() => {
    kept = undefined;
    nowMs = 1_000 * dayMs;
  });

  function open(): { readonly learned: LearnedCapabilities; readonly known: StoreCapabilities } {
    const known = storeCapabilities('unknown');
    const memory = {
      recall: () => kept,
      remember: (_store: string, _bucket: string, each: RememberedCapabilities) => {
        kept = each;
      },
    };
    const learned = new LearnedCapabilities({
      memory,
      store: 's',
      bucket: 'b',
      capabilities: known,
      now: () => nowMs,
    });
    return { learned, known };
  }

  /** Another window learns all that there is to learn. */
  function learnAll(): StoreCapabilities {
    const { learned, known } = open();
    learned.heard('x');
    known.conditions.put = { absent: 'honoured', unchanged: 'ignored' };
    known.conditions.completion = { absent: 'refused', unchanged: 'inverted' };
    known.checksums.put = 'supported';
    known.checksums.upload = 'unsupported';
    known.checksums.sha256 = 'supported';
    known.checksums.crc64nvme = 'unsupported';
    known.shown['encrypts-by-kms'] = 'supported';
    known.conditionProbe.state = 'done';
    known.shown['digest-etags'] = 'unsupported';
    known.shown['lists-parts'] = 'supported';
    learned.keep();
    return known;
  }

  it('is told whole by the next window, and counts there where it can do no harm', () => {
    const first = learnAll();
    const { learned, known } = open();
    learned.heard('x');
    // What would spare a look, or leave a condition out, has to be shown anew.
    assert.deepEqual(known.conditions, {
      put: { absent: 'unknown', unchanged: 'ignored' },
      completion: { absent: 'unknown', unchanged: 'unknown' },
    });
    assert.equal(known.conditionProbe.state, 'due');
    assert.deepEqual(known.checksums, first.checksums);
    assert.equal(known.shown['encrypts-by-kms'], 'supported');
    assert.deepEqual(learned.list(), [
      { name: 'create-if-absent', state: 'supported' },
      { name: 'replace-if-unchanged', state: 'ignored' },
      { name: 'complete-if-absent', state: 'refused' },
      { name: 'complete-if-unchanged', state: 'inverted' },
      { name: 'checksum-of-put', state: 'supported' },
      { name: 'checksum-of-upload', state: 'unsupported' },
      { name: 'encrypts-by-kms', state: 'supported' },
      { name: 'checksum-of-encrypted-put', state: 'supported' },
      { name: 'checksum-of-encrypted-upload', state: 'unsupported' },
      { name: 'digest-etags', state: 'unsupported' },
      { name: 'encoded-lists', state: 'unknown' },
      { name: 'uploads-in-parts', state: 'unknown' },
      { name: 'lists-parts', state: 'supported' },
      { name: 'all-names', state: 'unknown' },
    ]);
  });

  it('is learned anew after a week, though more was added to it meanwhile', () => {
    learnAll();
    nowMs += 6 * dayMs;
    const second = open();
    second.learned.heard('x');
    second.known.conditions.put.absent = 'doubted';
    second.learned.keep();
    nowMs += 0.5 * dayMs;
    const third = open();
    third.learned.heard('x');
    assert.equal(third.known.conditions.put.absent, 'doubted');
    nowMs += dayMs;
    const fourth = open();
    fourth.learned.heard('x');
    assert.deepEqual(fourth.known, storeCapabilities('unknown'));
  });

  it('is not taken over where it is of a later time, of another program, or broken', () => {
    learnAll();
    const whole = kept;
    assert.ok(whole);
    for (const bad of [
      { ...whole, learnedAtMs: nowMs + dayMs },
      { ...whole, server: 'y' },
      { ...whole, learned: '{' },
      { ...whole, learned: '{"create-if-absent":"sure","checksum-of-put":1}' },
    ]) {
      kept = bad;
      const { learned, known } = open();
      learned.heard('x');
      assert.deepEqual(known, storeCapabilities('unknown'), JSON.stringify(bad));
    }
  });

  it('is learned anew in each window where the store does not say what it is', () => {
    const first = open();
    first.learned.heard('');
    first.known.conditions.put.absent = 'honoured';
    first.learned.keep();
    const second = open();
    second.learned.heard('');
    assert.deepEqual(second.known, storeCapabilities('unknown'));
  });

  it('is not forgotten by a window that has seen nothing of it', () => {
    learnAll();
    const second = open();
    second.learned.heard('x');
    second.known.shown['all-names'] = 'unsupported';
    second.learned.keep();
    const third = open();
    third.learned.heard('x');
    const states = new Map(third.learned.list().map(({ name, state }) => [name, state]));
    assert.equal(states.get('create-if-absent'), 'supported');
    assert.equal(states.get('all-names'), 'unsupported');
  });

  it('does not take the place of what was learned here', () => {
    learnAll();
    const { learned, known } = open();
    known.conditions.put.absent = 'inverted';
    learned.heard('x');
    assert.equal(known.conditions.put.absent, 'inverted');
  });

  it('is kept in the file of the records', async () => {
    const folder = await temporaryFolder('capabilities');
    const options = {
      file: join(folder.path, 'records.sqlite'),
      onBroken: () => undefined,
      onError: () => undefined,
    };
    const value = { learned: '{"a":1}', server: 'x', learnedAtMs: 5 };
    const first = Database.open(options);
    new CapabilityRecords(first).remember('s', 'b', { ...value, server: 'w' });
    new CapabilityRecords(first).remember('s', 'b', value);
    first.close();
    const second = Database.open(options);
    const records = new CapabilityRecords(second);
    assert.deepEqual({ ...records.recall('s', 'b') }, value);
    assert.equal(records.recall('s', 'c'), undefined);
    second.close();
    await folder.remove();
  });
});
