import { receiptsInMemory } from '../memory/recordsInMemory';
import type { Bucket } from '../../../src/engine/ports/bucket';
import { S3Connection } from '../../../src/engine/s3/s3Connection';
import type { EngineOptions } from '../../../src/engine/session/engineServices';
import { Engine } from '../../../src/engine/session/engine';
import { memoryConnection } from '../memory/memoryConnection';

/** What matters to a test of the engine that it starts. */
export interface StartEngineOptions extends Partial<EngineOptions> {
  /** The one that every folder leads to; where it is left out, the settings say where the store is. */
  readonly bucket?: Bucket;
}

/** Starts an engine whose receipts end with it, and that tells nobody what the test leaves out. */
export function startEngine({ bucket, ...options }: StartEngineOptions = {}): Engine {
  return new Engine({
    receipts: receiptsInMemory(),
    connect:
      bucket === undefined
        ? (settings, traffic, onWeakness) => new S3Connection(settings, { traffic, onWeakness })
        : () => memoryConnection(bucket),
    onState: () => undefined,
    onRows: () => undefined,
    onLog: () => undefined,
    ...options,
  });
}
