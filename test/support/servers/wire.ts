import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { forwardRequest } from './forwardRequest';

/** A request as the client sent it, without its body. */
export interface WireRequest {
  readonly method: string;
  /** As on the request line: encoded, with the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Which connection it came over, counted from 1 in the order of their opening. */
  readonly connection: number;
}

/** Stands between a client and an S3 server on loopback, and keeps what passes. */
export interface WireRecorder {
  readonly endpoint: string;
  /** All requests so far, in the order of their arrival. */
  readonly requests: readonly WireRequest[];
  /** How many TCP connections clients have opened so far. */
  readonly connections: number;
  /** Bytes of bodies that have arrived so far. */
  readonly bodyBytes: number;
  /** How many of them are being passed on now. */
  readonly bodiesUnderWay: number;
  /** How many connections are open now. */
  readonly openConnections: number;
  /** Lets bodies pass no faster than this from now on; `undefined` lets them pass freely. */
  throttle(bytesPerSecond: number | undefined): void;
  /** Lets the next request that matches go wrong. */
  disturbNext(
    matches: (request: WireRequest) => boolean,
    disturbance: WireDisturbance,
  ): DisturbedRequest;
  /** Answers all requests that match with this error from now on; the server sees none of them. */
  refuseAll(matches: (request: WireRequest) => boolean, refusal: WireRefusal): void;
  stop(): Promise<void>;
}

/** An error as stores put it: a status, and its name in the answer's body. */
export interface WireRefusal {
  readonly status: number;
  readonly code: string;
}

export interface DisturbedRequest {
  /** Resolves when such a request has come. */
  readonly met: Promise<void>;
}

/**
 * - `lose-answer`: the server carries the request out, the client sees its connection break.
 * - `hold-answer`: the server carries the request out, and no answer comes.
 * - `stall`: the request goes nowhere, and no answer comes.
 * - `cut-answer`, `stall-answer`: of the answer's body one half arrives, then the connection breaks,
 *   or nothing more comes.
 * - `damage-body`: the first byte of the body arrives changed.
 * - `busy`, `refuse`: answered with 503 SlowDown or 403 AccessDenied; the server sees nothing.
 */
export type WireDisturbance =
  | 'lose-answer'
  | 'hold-answer'
  | 'cut-answer'
  | 'stall-answer'
  | 'stall'
  | 'damage-body'
  | 'busy'
  | 'refuse';

/** Forwards everything unchanged, the Host header too: signatures stay valid. */
export async function startWireRecorder(targetEndpoint: string): Promise<WireRecorder> {
  const target = new URL(targetEndpoint);
  const agent = new Agent({ keepAlive: true });
  const requests: WireRequest[] = [];
  const awaited: Awaited[] = [];
  const refusals: Refused[] = [];
  const connectionNumbers = new WeakMap<object, number>();
  let connections = 0;
  let openConnections = 0;
  let bodyBytes = 0;
  let bodiesUnderWay = 0;
  let slowness: number | undefined;

  function passThrough(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const forwarded = forwardRequest(incoming, { target, agent });
    forwarded.on('response', answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      pipeline(answer, outgoing).catch(() => outgoing.destroy());
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) forwarded.destroy();
    });
    pipeline(incoming, throttled, forwarded).catch(() => undefined);
  }

  /** Passes a body on, counted, and no faster than it may. */
  async function* throttled(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    bodiesUnderWay += 1;
    try {
      for await (const piece of body) {
        bodyBytes += piece.byteLength;
        if (slowness !== undefined) await delay((piece.byteLength / slowness) * 1000);
        yield piece;
      }
    } finally {
      bodiesUnderWay -= 1;
    }
  }

  function loseAnswer(incoming: IncomingMessage): void {
    const forwarded = forwardRequest(incoming, { target, agent });
    forwarded.on('response', answer => {
      // Only when the answer is complete has the server surely done it.
      answer.resume().on('end', () => incoming.socket.destroy());
    });
    forwarded.on('error', () => incoming.socket.destroy());
    incoming.pipe(forwarded);
  }

  function halfAnswer(incoming: IncomingMessage, outgoing: ServerResponse, end: () => void): void {
    const forwarded = forwardRequest(incoming, { target, agent });
    forwarded.on('response', answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      void buffer(answer).then(body => {
        outgoing.write(body.subarray(0, body.byteLength >> 1), end);
      });
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  }

  async function damageBody(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    body[0] = (body[0] ?? 0) ^ 1;
    const forwarded = forwardRequest(incoming, { target, agent });
    forwarded.on('response', answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    forwarded.end(body);
  }

  function disturb(
    disturbance: WireDisturbance,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): void {
    switch (disturbance) {
      case 'stall':
        incoming.resume();
        return;
      case 'hold-answer':
        incoming.pipe(forwardRequest(incoming, { target, agent }));
        return;
      case 'lose-answer':
        loseAnswer(incoming);
        return;
      case 'cut-answer':
        halfAnswer(incoming, outgoing, () => incoming.socket.destroy());
        return;
      case 'stall-answer':
        halfAnswer(incoming, outgoing, () => undefined);
        return;
      case 'damage-body':
        void damageBody(incoming, outgoing);
        return;
      case 'busy':
        incoming.resume();
        answerWithError(outgoing, { status: 503, code: 'SlowDown' });
        return;
      case 'refuse':
        incoming.resume();
        answerWithError(outgoing, { status: 403, code: 'AccessDenied' });
    }
  }

  const server = createServer((incoming, outgoing) => {
    const { method = '', url: path = '', headers } = incoming;
    const connection = connectionNumbers.get(incoming.socket) ?? 0;
    const recorded = { method, path, headers, connection };
    requests.push(recorded);
    const refused = refusals.find(({ matches }) => matches(recorded));
    if (refused !== undefined) {
      incoming.resume();
      answerWithError(outgoing, refused.refusal);
      return;
    }
    const index = awaited.findIndex(({ matches }) => matches(recorded));
    const [found] = index < 0 ? [] : awaited.splice(index, 1);
    if (found === undefined) passThrough(incoming, outgoing);
    else {
      found.meet();
      disturb(found.disturbance, incoming, outgoing);
    }
  });
  server.on('connection', socket => {
    connections += 1;
    openConnections += 1;
    connectionNumbers.set(socket, connections);
    socket.on('close', () => {
      openConnections -= 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    get connections() {
      return connections;
    },
    get openConnections() {
      return openConnections;
    },
    get bodyBytes() {
      return bodyBytes;
    },
    get bodiesUnderWay() {
      return bodiesUnderWay;
    },
    throttle(bytesPerSecond) {
      slowness = bytesPerSecond;
    },
    disturbNext(matches, disturbance) {
      const met = new Promise<void>(meet => {
        awaited.push({ matches, disturbance, meet });
      });
      return { met };
    },
    refuseAll(matches, refusal) {
      refusals.push({ matches, refusal });
    },
    async stop() {
      agent.destroy();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Awaited {
  readonly matches: (request: WireRequest) => boolean;
  readonly disturbance: WireDisturbance;
  readonly meet: () => void;
}

interface Refused {
  readonly matches: (request: WireRequest) => boolean;
  readonly refusal: WireRefusal;
}

function answerWithError(outgoing: ServerResponse, { status, code }: WireRefusal): void {
  outgoing.writeHead(status, { 'content-type': 'application/xml' });
  outgoing.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}
