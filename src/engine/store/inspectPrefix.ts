import type { PrefixContents } from '../../protocol/buckets';
import type { Bucket } from '../ports/bucket';
import { Failure } from '../failures/failure';

/** What already stands below a prefix: how many objects, counted up to a limit, and some names. */
export async function inspectPrefix(
  bucket: Pick<Bucket, 'list'>,
  prefix: string,
  signal: AbortSignal,
): Promise<PrefixContents> {
  const examples: string[] = [];
  let count = 0;
  try {
    for await (const page of bucket.list({ prefix, signal })) {
      for (const { key } of page.slice(0, exampleCount - examples.length)) {
        examples.push(key.slice(prefix.length));
      }
      count += page.length;
      if (count > countLimit) return { kind: 'more-than', count: countLimit, examples };
    }
  } catch (error) {
    // Whoever may not list here may still write here, and learns the rest from the comparison.
    if (error instanceof Failure && error.code === 'access-denied') return { kind: 'unknown' };
    throw error;
  }
  return { kind: 'counted', count, examples };
}

const exampleCount = 3;
const countLimit = 1000;
