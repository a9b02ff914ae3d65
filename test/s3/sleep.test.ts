import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { join } from 'node:path';
import { mock } from 'node:test';
import { pathToFileURL } from 'node:url';

import { setAwsVariables } from '../../dev/awsVariables';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { S3Connection } from '../../src/engine/s3/s3Connection';
import { Transport } from '../../src/engine/s3/transport';
import type { Engine } from '../../src/engine/session/engine';
import type { FolderSetup } from '../../src/protocol/folders';
import type { State } from '../../src/protocol/state';
import { writeTree } from '../support/disk/localTree';
import { aFolder } from '../support/engine/aFolder';
import { startEngine } from '../support/engine/startEngine';
import type { EngineOrder, EngineWord } from '../support/processes/killedEngine';
import { startSlowForwarder } from '../support/servers/slowForwarder';
import { eventually } from '../support/suite/eventually';

const files = 60;
const bucket = 'sleep';
const never = new AbortController().signal;

describe('A batch', function () {
  this.timeout(120_000);
  let s3: EmbeddedS3;
  let storePort: number;
  let folder: TemporaryFolder;
  const undo: (() => Promise<void> | void)[] = [];

  beforeEach(async () => {
    undo.push(setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' }));
    s3 = await startEmbeddedS3({ buckets: [bucket] });
    undo.push(() => s3.stop());
    storePort = Number(new URL(s3.endpoint).port);
    folder = await temporaryFolder('sleep');
    undo.push(() => folder.remove());
    const names = Array.from({ length: files }, (_, n) => `file ${String(n)}`);
    await writeTree(join(folder.path, 'w'), Object.fromEntries(names.map(name => [name, name])));
  });
  afterEach(async () => {
    mock.restoreAll();
    for (const step of undo.splice(0).reverse()) await step();
  });

  function setupAt(endpoint: string): FolderSetup {
    const root = join(folder.path, 'w');
    return aFolder({
      id: pathToFileURL(root).href,
      root,
      bucket,
      settings: { endpoint, region: 'us-east-1', forcePathStyle: true, concurrency: 4 },
    });
  }

  /** An engine that waits no longer than a test can for a byte. */
  function open(): { readonly engine: Engine; readonly outages: () => readonly string[] } {
    const states: State[] = [];
    const engine = startEngine({
      onState: now => states.push(now),
      connect: (settings, traffic) =>
        new S3Connection(settings, { traffic, transport: new Transport({ stallTimeoutMs: 300 }) }),
    });
    undo.push(() => {
      engine.dispose();
    });
    const outages = () =>
      states.flatMap(state =>
        state.kind === 'paused' && state.why.kind === 'store-unreachable'
          ? [state.why.failure.code]
          : [],
      );
    return { engine, outages };
  }

  async function planned(engine: Engine, setup: FolderSetup): Promise<number> {
    await engine.compare([setup], never);
    const request = { folders: [{ setup, scope: { kind: 'all' } }] } as const;
    return (await engine.planBackUp(request, never)).planId;
  }

  function forked(script: string, argument: string): ChildProcess {
    const child = fork(join(__dirname, '..', 'support', script), [argument]);
    undo.push(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    });
    return child;
  }

  it('waits for a store that is stopped, says so, and goes on with it', async () => {
    const forwarder = forked('servers/slowForwarder.js', String(storePort));
    const [port] = (await once(forwarder, 'message')) as [number];
    const { engine, outages } = open();
    const planId = await planned(engine, setupAt(`http://127.0.0.1:${String(port)}`));
    const running = engine.run(planId, never);
    await once(forwarder, 'message');
    forwarder.kill('SIGSTOP');
    await eventually(() => {
      assert.ok(outages().length > 0);
    }, 60_000);
    assert.equal(outages()[0], 'timed-out');
    forwarder.kill('SIGCONT');
    const { done, failed, skipped } = await running;
    assert.deepEqual({ done, failed, skipped }, { done: files, failed: 0, skipped: 0 });
  });

  it('goes on where its own process was stopped, and all connections are gone by then', async () => {
    const forwarder = await startSlowForwarder({ target: storePort });
    undo.push(forwarder.stop);
    const order: EngineOrder = {
      setup: setupAt(`http://127.0.0.1:${String(forwarder.port)}`),
      storage: folder.path,
      killAt: -1,
    };
    const engine = forked('processes/killedEngine.js', JSON.stringify(order));
    const words: EngineWord[] = [];
    engine.on('message', word => words.push(word as EngineWord));
    const exited = once(engine, 'exit');
    await forwarder.inFullSwing;
    engine.kill('SIGSTOP');
    forwarder.reset();
    const stoppedAt = performance.now();
    await eventually(() => {
      assert.ok(performance.now() - stoppedAt > 1_500);
    });
    assert.equal(words.length, 0);
    engine.kill('SIGCONT');
    await exited;
    const ended = words.find(word => word.kind === 'ended');
    assert.deepEqual([ended?.report.done, ended?.report.failed, ended?.remaining], [files, 0, 0]);
  });

  it('goes on where the network changes, and the store has another address by then', async () => {
    const before = await startSlowForwarder({ target: storePort });
    const losses = ['ENOTFOUND', 'ENETUNREACH', 'EHOSTUNREACH', 'EAI_AGAIN', 'ENETDOWN'] as const;
    const lost = new Set<string>();
    let address: string | undefined = '127.0.0.1';
    const lookUp = dns.lookup;
    mock.method(dns, 'lookup', (host: string, ...rest: readonly [dns.LookupOptions, Answer]) => {
      const [options, answer] = rest;
      if (host !== 'localhost') {
        Reflect.apply(lookUp, dns, [host, ...rest]);
        return;
      }
      const code = losses[lost.size % losses.length] ?? losses[0];
      process.nextTick(() => {
        if (address === undefined) {
          lost.add(code);
          answer(Object.assign(new Error(code), { code }));
        } else if (options.all === true) answer(null, [{ address, family: 4 }]);
        else answer(null, address, 4);
      });
    });
    const { engine, outages } = open();
    const planId = await planned(engine, setupAt(`http://localhost:${String(before.port)}`));
    const running = engine.run(planId, never);
    await before.inFullSwing;
    address = undefined;
    await before.stop();
    await eventually(() => {
      assert.ok(outages().length > 0 && lost.size === losses.length);
    }, 60_000);
    const after = await startSlowForwarder({
      target: storePort,
      host: '127.0.0.2',
      port: before.port,
    });
    undo.push(after.stop);
    address = '127.0.0.2';
    const { done, failed, skipped } = await running;
    assert.deepEqual({ done, failed, skipped }, { done: files, failed: 0, skipped: 0 });
  });
});

type Answer = (error: Error | null, ...found: readonly unknown[]) => void;
