import { pathToFileURL } from 'node:url';

import type { Engine } from '../../../src/engine/session/engine';
import type { FolderSetup } from '../../../src/protocol/folders';
import type { State } from '../../../src/protocol/state';
import { setAwsVariables } from '../../../dev/awsVariables';
import { startEmbeddedS3 } from '../../../dev/embeddedS3';
import { temporaryFolder } from '../../../dev/temporaryFolder';
import { startWireRecorder, type WireRecorder } from '../servers/wire';
import { aFolder } from './aFolder';
import { startEngine } from './startEngine';

/** An engine and a store with a wire between them that a test can disturb. */
export interface EngineBehindWire {
  readonly engine: Engine;
  readonly wire: WireRecorder;
  /** The store itself, for who wants to look past the wire. */
  readonly endpoint: string;
  /** An empty folder that is backed up to `w/` of the bucket. */
  readonly setup: FolderSetup;
  /** All that the engine has told of itself, the latest last. */
  readonly states: readonly State[];
  /** The messages of its log. */
  readonly logged: readonly string[];
  /** Plans the back-up of the whole folder, and returns the plan's number. */
  readonly planAll: (setup?: FolderSetup) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export async function startEngineBehindWire(bucket: string): Promise<EngineBehindWire> {
  const restoreVariables = setAwsVariables({ accessKeyId: 'test', secretAccessKey: 'test' });
  const s3 = await startEmbeddedS3({ buckets: [bucket] });
  const wire = await startWireRecorder(s3.endpoint);
  const folder = await temporaryFolder(bucket);
  const states: State[] = [];
  const logged: string[] = [];
  const engine = startEngine({
    onState: now => states.push(now),
    onLog: ({ message }) => logged.push(message),
  });
  const itself = aFolder({
    id: pathToFileURL(folder.path).href,
    root: folder.path,
    bucket,
    settings: { endpoint: wire.endpoint, region: 'us-east-1', forcePathStyle: true },
  });
  return {
    engine,
    wire,
    endpoint: s3.endpoint,
    setup: itself,
    states,
    logged,
    async planAll(setup = itself) {
      const signal = new AbortController().signal;
      const request = { folders: [{ setup, scope: { kind: 'all' } }] } as const;
      return (await engine.planBackUp(request, signal)).planId;
    },
    async stop() {
      engine.dispose();
      await wire.stop();
      await s3.stop();
      await folder.remove();
      restoreVariables();
    },
  };
}
