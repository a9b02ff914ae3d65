import { createServer } from 'node:http';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';

import { commands, extensions, type ExtensionContext } from 'vscode';

import type { S3Backup } from '../../src/extension';
import type { Ask, Done, LoopDelay } from './questions';

/**
 * An extension that runs beside ours in the extension host that is measured: it measures the event
 * loop that both share, and does there what the bench asks for on the port that it was given.
 */
export function activate({ subscriptions }: ExtensionContext): void {
  let histogram: IntervalHistogram | undefined;

  async function answer(ask: Ask): Promise<Done> {
    const begunAt = Date.now();
    switch (ask.kind) {
      case 'watch':
        histogram?.disable();
        histogram = monitorEventLoopDelay({ resolution: 1 });
        histogram.enable();
        break;
      case 'take':
        return { begunAt, endedAt: Date.now(), loop: taken() };
      case 'compare':
        await (await api()).compare();
        break;
      case 'back-up':
        await (await api()).backUp();
        break;
      case 'cancel':
        return await cancelComparison(ask.localFiles);
    }
    return { begunAt, endedAt: Date.now() };
  }

  function taken(): LoopDelay {
    if (histogram === undefined) throw new Error('Nothing was watched; ask for `watch` first.');
    histogram.disable();
    const at = (percentile: number) => (histogram?.percentile(percentile) ?? 0) / 1e6;
    return { p50: at(50), p99: at(99), p999: at(99.9), max: histogram.max / 1e6 };
  }

  const server = createServer((request, response) => {
    void text(request)
      .then(async body => await answer(JSON.parse(body) as Ask))
      .then(
        done => response.end(JSON.stringify(done)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  server.listen(Number(process.env['S3_BACKUP_BENCH_PORT']), '127.0.0.1');
  subscriptions.push({
    dispose() {
      histogram?.disable();
      server.close();
      server.closeAllConnections();
    },
  });
}

async function api(): Promise<S3Backup> {
  const extension = extensions.getExtension<S3Backup>('s3-backup.s3-backup');
  if (extension === undefined) throw new Error('S3 Backup is not installed here; build it first.');
  return await extension.activate();
}

/** Cancels a comparison when it has found so many local files, and waits until it has ended. */
async function cancelComparison(localFiles: number): Promise<Done> {
  const backup = await api();
  const isFar = new Promise<void>(resolve => {
    const listening = backup.onDidChangeState(state => {
      if (state.kind !== 'comparing' || state.localFiles < localFiles) return;
      listening.dispose();
      resolve();
    });
  });
  const ended = backup.compare().then(
    () => 'completed',
    () => 'cancelled',
  );
  if ((await Promise.race([isFar.then(() => 'far'), ended])) !== 'far') {
    throw new Error(`The comparison ended before ${String(localFiles)} files were found.`);
  }
  const begunAt = Date.now();
  await commands.executeCommand('s3Backup.cancel');
  if ((await ended) !== 'cancelled') throw new Error('The comparison completed all the same.');
  return { begunAt, endedAt: Date.now() };
}
