import { createHash } from 'node:crypto';
import { toFailure } from '../failures/failure';
import { toKey } from '../disk/objectKey';
import type { ContentCase } from '../compare/join';
import {
  decideByReading,
  type ContentDecision,
  type ContentDecisionRequest,
} from '../compare/decideByContent';

/** Settles a verdict by reading the cloud copy too, where nothing else can be compared. */
export async function decideByCopy(
  asked: ContentCase,
  request: ContentDecisionRequest,
): Promise<ContentDecision> {
  const { local, cloud } = asked;
  const { bucket, prefix, signal, onBytes } = request;
  const hashBegan = Date.now();
  try {
    const key = toKey(prefix, local.path);
    const { head, body } = await bucket.get({ key, ifMatch: cloud.etag, signal });
    const hash = createHash('sha256');
    for await (const chunk of body) {
      hash.update(chunk);
      onBytes?.(chunk.byteLength);
    }
    // What was read there is as good as a receipt: these bytes are under this ETag.
    const receipt = {
      local,
      sha256: hash.digest('hex'),
      etag: cloud.etag,
      crc32: undefined,
      versionId: head.versionId,
      hashBegan,
      provedAt: Date.now(),
    };
    return await decideByReading({ ...asked, receipt }, request);
  } catch (error) {
    const failure = toFailure(error, local.path);
    if (failure.code === 'cancelled') throw failure;
    return { finding: undefined, content: failure };
  }
}
