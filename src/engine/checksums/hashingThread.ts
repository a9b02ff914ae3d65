import { hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { crc32Of } from './crc32';
import { crc64NvmeOf } from './crc64nvme';
import { DigestHere, type DigestKind } from './digest';

/*
 * A thread that hashes large bodies, bundled as a file of its own: SHA-256 of a gigabyte takes half a
 * second, during which the engine's thread would move no byte. `hashAside.ts` starts it.
 */

/** What the thread is asked to do. Bytes in shared memory are read where they are. */
export type HashingTask =
  | { readonly kind: 'crc32' | 'crc64nvme' | 'sha256'; readonly bytes: Uint8Array }
  | { readonly kind: 'begin'; readonly stream: number; readonly of: DigestKind }
  | { readonly kind: 'update'; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly kind: 'digest' | 'drop'; readonly stream: number };

export interface HashingQuestion {
  readonly id: number;
  readonly task: HashingTask;
}

export interface HashingAnswer {
  readonly id: number;
  /** Empty where the task has no result. */
  readonly text: string;
}

const streams = new Map<number, DigestHere>();

parentPort?.on('message', ({ id, task }: HashingQuestion) => {
  parentPort?.postMessage({ id, text: carryOut(task) } satisfies HashingAnswer);
});

function carryOut(task: HashingTask): string {
  switch (task.kind) {
    case 'crc32':
      return crc32Of(task.bytes);
    case 'crc64nvme':
      return crc64NvmeOf(task.bytes);
    case 'sha256':
      return hash('sha256', task.bytes);
    case 'begin':
      streams.set(task.stream, new DigestHere(task.of));
      return '';
    case 'update':
      streams.get(task.stream)?.update(task.bytes);
      return '';
    case 'digest':
      return streams.get(task.stream)?.digest() ?? '';
    case 'drop':
      streams.delete(task.stream);
      return '';
  }
}
