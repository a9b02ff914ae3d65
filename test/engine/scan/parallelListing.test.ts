import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';

import type { Bucket, ListedObject, ListRequest } from '../../../src/engine/ports/bucket';
import { listCloud } from '../../../src/engine/scan/cloudListing';
import type { FilePath } from '../../../src/protocol/folders';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { byUtf8 } from '../../support/memory/memoryObjects';
import { assertProperty } from '../../support/suite/assertProperty';

describe('A list that is read from several places', () => {
  let now: () => number;
  beforeEach(() => {
    // By this clock, each place more is worth it.
    now = () => 0;
    // Once: of two, one within the other, the inner one would be put back as the last.
    mock.method(performance, 'now', () => now());
  });

  afterEach(() => {
    mock.restoreAll();
  });

  it('has each object exactly once, whatever the store does', async () => {
    await assertProperty(
      fc.asyncProperty(
        keysOfBuckets,
        fc.constantFrom(...ways),
        guidance,
        async (keys, way, guide) => {
          const { listed } = await list(keys, way, guidesOf(keys, guide));
          assert.deepEqual(listed.toSorted(byUtf8), keys.toSorted(byUtf8));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('asks for hardly more pages than in one go', async () => {
    await assertProperty(
      fc.asyncProperty(keysOfBuckets, async keys => {
        const { requests, widest } = await list(keys, 'in-order', []);
        const inOneGo = Math.max(1, Math.ceil(keys.length / pageSize));
        assert.ok(requests <= inOneGo * 1.1, `${String(requests)} instead of ${String(inOneGo)}`);
        if (inOneGo < 12) assert.equal(widest, 1);
      }),
    );
  });

  it('is read from eight places where it is long, and from the first page where it is known', async () => {
    const keys = numbered(3_000);
    assert.equal((await list(keys, 'in-order', [])).widest, 8);
    const { widest, requests } = await list(
      numbered(400),
      'in-order',
      guidesOf(numbered(400), 200),
    );
    assert.equal(widest, 8);
    assert.ok(requests <= 88, String(requests));
  });

  it('is read in one go where more places make it no faster', async () => {
    let pages = 0;
    now = () => pages * 10;
    const { widest } = await list(numbered(3_000), 'in-order', [], () => pages++);
    assert.equal(widest, 2);
  });

  it('closes all of its requests where nobody wants it any more', async () => {
    const open = new Set<object>();
    const bucket = bucketOf(numbered(3_000), 'in-order', { open });
    let objects = 0;
    for await (const page of listCloud(requestOf(bucket, []))) {
      objects += page.length;
      if (objects > 1_000) break;
    }
    assert.ok(objects < 3_000);
    assert.equal(open.size, 0);
  });
});

const pageSize = 5;
const guidance = fc.nat(40);

/** How a store lists: as it should, or as some do. */
const ways = [
  'in-order',
  'short-pages',
  'from-the-beginning',
  'from-that-one',
  'after-the-next',
  'as-javascript-sorts',
  'backwards',
  'in-no-order',
] as const;
type Way = (typeof ways)[number];

const name = fc.string({
  unit: fc.constantFrom('a', 'b', 'Z', '0', '9', '/', ' ', '~', 'é', '\uffee', '😀'),
  minLength: 1,
  maxLength: 6,
});
const keysOfBuckets = fc
  .tuple(fc.uniqueArray(name, { maxLength: 60 }), fc.nat(300), fc.boolean())
  .map(([names, count, isBelow]) => {
    const all = numbered(count).map(each => (isBelow ? `a/${each}` : each));
    return [...new Set([...names.filter(isPlain), ...all])];
  });

function isPlain(path: string): boolean {
  return !path.startsWith('/') && !path.endsWith('/') && !path.includes('//');
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `d${String(index >> 4)}/${String(index)}`);
}

function guidesOf(keys: readonly string[], count: number): readonly FilePath[] {
  const sorted = keys.toSorted(byUtf8) as FilePath[];
  return sorted.filter((_, index) => count > 0 && index % Math.ceil(keys.length / count) === 0);
}

interface Listed {
  readonly listed: readonly string[];
  readonly requests: number;
  /** How many lists were open at the same time, at most. */
  readonly widest: number;
}

async function list(
  keys: readonly string[],
  way: Way,
  guides: readonly FilePath[],
  onPage: () => void = () => undefined,
): Promise<Listed> {
  const open = new Set<object>();
  let [requests, widest] = [0, 0];
  const bucket = bucketOf(keys, way, {
    open,
    onPage() {
      requests++;
      widest = Math.max(widest, open.size);
      onPage();
    },
  });
  const listed: string[] = [];
  const request = requestOf(bucket, guides, () => {
    listed.length = 0;
  });
  for await (const page of listCloud(request)) {
    for (const entry of page) listed.push(entry.kind === 'file' ? entry.file.path : entry.key);
  }
  return { listed, requests, widest };
}

function requestOf(
  bucket: Bucket,
  guides: readonly FilePath[],
  onBeginAgain: () => void = () => undefined,
) {
  const signal = new AbortController().signal;
  const inParallel = { guides: () => guides, onBeginAgain };
  return { bucket, prefix: 'p/', starts: ['' as FilePath], signal, inParallel };
}

function bucketOf(
  keys: readonly string[],
  way: Way,
  { open, onPage }: { readonly open: Set<object>; readonly onPage?: () => void },
): Bucket {
  const all = keys.map(key => `p/${key}`);
  async function* listOf({ after, signal }: ListRequest): AsyncGenerator<ListedObject[]> {
    const rest = restAfter(all, way, after);
    const self = {};
    open.add(self);
    try {
      for (let start = 0; start === 0 || start < rest.length;) {
        await nextTurn();
        signal.throwIfAborted();
        onPage?.();
        const size = way === 'short-pages' ? 1 + ((start * 7) % pageSize) : pageSize;
        yield rest.slice(start, start + size).map(toListed);
        start += size;
      }
    } finally {
      open.delete(self);
    }
  }
  return { ...memoryBucket(), list: listOf };
}

function restAfter(all: readonly string[], way: Way, after: string | undefined): string[] {
  const inOrder = all.toSorted(way === 'as-javascript-sorts' ? undefined : byUtf8);
  const rest = inOrder.filter(key => after === undefined || byUtf8(key, after) > 0);
  switch (way) {
    case 'from-the-beginning':
      return inOrder;
    case 'from-that-one':
      return inOrder.filter(key => after === undefined || byUtf8(key, after) >= 0);
    case 'after-the-next':
      return after === undefined ? rest : rest.slice(1);
    case 'backwards':
      return rest.toReversed();
    case 'in-no-order':
      return rest.toSorted((one, other) => hashOf(one) - hashOf(other));
    default:
      return rest;
  }
}

function hashOf(key: string): number {
  let hash = 0;
  for (const unit of key) hash = (hash * 31 + (unit.codePointAt(0) ?? 0)) % 1_009;
  return hash;
}

function toListed(key: string): ListedObject {
  return { key, size: 1, etag: 'e', modifiedAtMs: 0, storageClass: undefined };
}
