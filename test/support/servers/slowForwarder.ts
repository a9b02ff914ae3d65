import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Hands bytes on to a local port, each piece a moment later, so that a batch takes its time. */
export interface SlowForwarder {
  readonly port: number;
  /** Resolves when a batch is in full swing. */
  readonly inFullSwing: Promise<void>;
  /** Resets all connections, as a network does that goes away. */
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

export interface SlowForwarderOptions {
  readonly target: number;
  readonly host?: string;
  readonly port?: number;
}

export async function startSlowForwarder({
  target,
  host = '127.0.0.1',
  port = 0,
}: SlowForwarderOptions): Promise<SlowForwarder> {
  const sockets = new Set<Socket>();
  let pieces = 0;
  let toldOfSwing: () => void = () => undefined;
  const inFullSwing = new Promise<void>(resolve => (toldOfSwing = resolve));
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer(client => {
    const store = connect(target, '127.0.0.1');
    keep(client);
    keep(store);
    client.on('data', piece => {
      if (++pieces === piecesOfSwing) toldOfSwing();
      setTimeout(() => store.write(piece), delayMs);
    });
    store.pipe(client);
    client.on('close', () => store.destroy());
    store.on('close', () => client.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening');
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    inFullSwing,
    reset,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      reset();
      await closed;
    },
  };
}

const delayMs = 30;
const piecesOfSwing = 24;

/** In a process of its own, which can be stopped. */
async function main(target: number): Promise<void> {
  const { port, inFullSwing } = await startSlowForwarder({ target });
  process.send?.(port);
  await inFullSwing;
  process.send?.('in full swing');
}

if (process.send !== undefined && require.main === module) void main(Number(process.argv[2]));
