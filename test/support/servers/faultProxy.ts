import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { forwardRequest } from './forwardRequest';
import type { Exchange } from './exchange';
import { askedFor, type Fault, type FaultPlan } from './faults';

/** Stands between the engine and a server on loopback, and lets requests go wrong by a seed. */
export interface FaultProxy {
  readonly endpoint: string;
  /** How often each fault has happened so far. */
  readonly met: ReadonlyMap<Fault, number>;
  /** Requests so far. */
  readonly requests: number;
  /** By what was asked for: how often it came, and how often it went wrong. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** All requests so far, in the order of their arrival. */
  readonly exchanges: readonly Exchange[];
  /** What goes wrong from now on; nothing without a plan. */
  plan(faults: FaultPlan | undefined): void;
  stop(): Promise<void>;
}

export interface Asked {
  readonly times: number;
  readonly faults: number;
}

export async function startFaultProxy(targetEndpoint: string): Promise<FaultProxy> {
  const target = new URL(targetEndpoint);
  const agent = new Agent({ keepAlive: true });
  const met = new Map<Fault, number>();
  const asked = new Map<string, Asked>();
  const exchanges: Exchange[] = [];
  const records = new WeakMap<IncomingMessage, Exchange>();
  let current: FaultPlan | undefined;
  let away: Promise<void> | undefined;
  let isStopped = false;

  function forward(incoming: IncomingMessage): ClientRequest {
    const forwarded = forwardRequest(incoming, { target, agent });
    const record = records.get(incoming);
    const body = createHash('md5');
    incoming.on('data', (bytes: Buffer) => body.update(bytes));
    forwarded.on('response', answer => {
      if (record === undefined) return;
      record.status = answer.statusCode;
      record.answeredAt = now();
      record.bodyMd5 = body.digest('hex');
    });
    forwarded.on('error', () => incoming.socket.destroy());
    return forwarded;
  }

  /** Passes request and answer on; the answer's clock may be so many milliseconds off. */
  function pass(incoming: IncomingMessage, outgoing: ServerResponse, skewMs = 0): void {
    const forwarded = forward(incoming);
    forwarded.on('response', answer => {
      outgoing.writeHead(answer.statusCode ?? 502, withDate(answer.rawHeaders, skewMs));
      pipeline(answer, outgoing).catch(() => outgoing.destroy());
    });
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) forwarded.destroy();
    });
    pipeline(incoming, forwarded).catch(() => undefined);
  }

  async function half(incoming: IncomingMessage): Promise<void> {
    const forwarded = forward(incoming);
    const body = await buffer(incoming);
    forwarded.write(body.subarray(0, body.byteLength >> 1), () => {
      forwarded.destroy();
      incoming.socket.resetAndDestroy();
    });
  }

  function halfAnswer(incoming: IncomingMessage, outgoing: ServerResponse, end: () => void): void {
    const forwarded = forward(incoming);
    forwarded.on('response', answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      outgoing.flushHeaders();
      buffer(answer).then(
        body => outgoing.write(body.subarray(0, body.byteLength >> 1), end),
        () => outgoing.destroy(),
      );
    });
    incoming.pipe(forwarded);
  }

  async function goAway(): Promise<void> {
    const { port } = server.address() as AddressInfo;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    await delay(awayMs);
    if (isStopped) return;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }

  function happen(fault: Fault, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { socket } = incoming;
    switch (fault) {
      case 'refuse':
        away ??= goAway().finally(() => {
          away = undefined;
        });
        return;
      case 'reset-before':
        socket.resetAndDestroy();
        return;
      case 'reset-during':
        half(incoming).catch(() => socket.destroy());
        return;
      case 'lose-answer':
        incoming.pipe(
          forward(incoming).on('response', answer => {
            // Only when the answer is complete has the server surely done it.
            answer.resume().on('end', () => socket.resetAndDestroy());
          }),
        );
        return;
      case 'stall':
        incoming.resume();
        return;
      case 'hold-answer':
        incoming.pipe(forward(incoming).on('response', answer => answer.resume()));
        return;
      case 'cut-answer':
        halfAnswer(incoming, outgoing, () => socket.resetAndDestroy());
        return;
      case 'stall-answer':
        halfAnswer(incoming, outgoing, () => undefined);
        return;
      case 'early':
        pass(incoming, outgoing, -skewMs);
        return;
      case 'late':
        pass(incoming, outgoing, skewMs);
        return;
      default:
        incoming.resume();
        answerError(incoming, outgoing, errors[fault]);
    }
  }

  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '' } = incoming;
    const what = askedFor(method, url);
    const { times, faults } = asked.get(what) ?? { times: 0, faults: 0 };
    const fault = current?.(what, times);
    asked.set(what, { times: times + 1, faults: faults + (fault === undefined ? 0 : 1) });
    const record = newExchange(incoming, what, fault);
    records.set(incoming, record);
    exchanges.push(record);
    outgoing.on('finish', () => {
      record.isHeard = true;
    });
    if (fault === undefined) {
      pass(incoming, outgoing);
      return;
    }
    met.set(fault, (met.get(fault) ?? 0) + 1);
    happen(fault, incoming, outgoing);
  });
  server.on('connection', socket => {
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    met,
    asked,
    exchanges,
    get requests() {
      return exchanges.length;
    },
    plan(faults) {
      current = faults;
    },
    async stop() {
      isStopped = true;
      await away;
      agent.destroy();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function newExchange(
  { method = '', url = '', headers }: IncomingMessage,
  asked: string,
  fault: Fault | undefined,
): Exchange {
  const { pathname } = new URL(url, 'http://store');
  const [, , ...key] = decodeURIComponent(pathname).split('/');
  return {
    method,
    asked,
    key: key.join('/'),
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    begunAt: now(),
    fault,
    status: undefined,
    answeredAt: undefined,
    bodyMd5: undefined,
    isHeard: false,
  };
}

/** Of all processes of this computer, in milliseconds with parts of them. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** How long nobody listens. */
const awayMs = 100;

/** More than the 15 minutes that stores allow a request's time to be off. */
const skewMs = 5 * 3_600_000;

interface StoreError {
  readonly status: number;
  readonly code: string;
  readonly retryAfter?: string;
}

const errors = {
  error: { status: 500, code: 'InternalError' },
  busy: { status: 503, code: 'SlowDown' },
  'busy-for-a-second': { status: 503, code: 'SlowDown', retryAfter: '1' },
  'too-many': { status: 429, code: 'TooManyRequests' },
  'error-inside': { status: 200, code: 'InternalError' },
} as const satisfies Partial<Record<Fault, StoreError>>;

function answerError(
  { method }: IncomingMessage,
  outgoing: ServerResponse,
  { status, code, retryAfter }: StoreError,
): void {
  outgoing.writeHead(status, {
    'content-type': 'application/xml',
    ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
  });
  const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`;
  outgoing.end(method === 'HEAD' ? undefined : text);
}

/** Header pairs as they came, but for the time of day. */
function withDate(pairs: readonly string[], offMs: number): string[] {
  if (offMs === 0) return [...pairs];
  return pairs.map((value, index) => {
    if (index % 2 === 0 || pairs[index - 1]?.toLowerCase() !== 'date') return value;
    return new Date(Date.parse(value) + offMs).toUTCString();
  });
}
