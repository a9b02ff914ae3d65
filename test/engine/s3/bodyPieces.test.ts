import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createServer,
  request as requestByHttp,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createTlsServer, request as requestByHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext } from 'node:tls';

import { createAgents, type Agents } from '../../../src/engine/s3/agents';
import { bodyPieces } from '../../../src/engine/s3/bodyPieces';
import { seededRandom } from '../../support/suite/seededRandom';
import { CertificateAuthority } from '../../support/servers/certificateAuthority';

const large = seededRandom(7).bytes(3 << 20);

describe('bodyPieces', function () {
  this.timeout(120_000);
  const authority = new CertificateAuthority();
  let server: Server;
  let agents: Agents;
  let protocol: keyof Agents;
  let answer: RequestListener;
  let connections: Socket[];

  async function start(wanted: keyof Agents): Promise<void> {
    protocol = wanted;
    const listener: RequestListener = (request, response) => {
      answer(request, response);
    };
    server =
      protocol === 'http'
        ? createServer(listener)
        : createTlsServer({ ...authority.issue() }, listener);
    connections = [];
    server.on(protocol === 'http' ? 'connection' : 'secureConnection', (socket: Socket) => {
      connections.push(socket);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    agents = createAgents({
      proxy: undefined,
      trust: () => createSecureContext({ ca: authority.cert }),
      connectionTimeoutMs: 10_000,
    });
  }
  afterEach(() => {
    agents[protocol].destroy();
    server.closeAllConnections();
    server.close();
  });

  async function ask(): Promise<IncomingMessage> {
    const { port } = server.address() as AddressInfo;
    const send = protocol === 'http' ? requestByHttp : requestByHttps;
    const request = send({ host: '127.0.0.1', port, agent: agents[protocol] });
    const [came] = (await once(request.end(), 'response')) as [IncomingMessage];
    return came;
  }

  async function piecesOf(into: Uint8Array | undefined): Promise<readonly Uint8Array[]> {
    const pieces: Uint8Array[] = [];
    for await (const piece of bodyPieces(await ask(), into)) pieces.push(piece);
    return pieces;
  }

  for (const way of ['http', 'https'] as const) {
    it(`reads a large body straight into memory, by ${way}`, async () => {
      await start(way);
      answer = (_, response) => {
        response.writeHead(200, { 'content-length': large.byteLength }).end(large);
      };
      for (let time = 0; time < 3; time++) {
        const into = Buffer.alloc(large.byteLength);
        assert.equal(countInPlace(await piecesOf(into), into), 'all in their places');
        assert.ok(into.equals(large));
        // The connection has its usual way back.
        assert.ok(Buffer.concat(await piecesOf(undefined)).equals(large));
      }
      assert.equal(connections.length, 1);
    });
  }

  it('takes bytes that come one by one, beginning with the head', async () => {
    await start('http');
    const [slow, rest] = [large.subarray(0, 50), large.subarray(50, 100_000)];
    answer = ({ socket }) => {
      socket.setNoDelay(true);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n`);
      for (const byte of slow) socket.write(Buffer.of(byte));
      socket.write(rest);
    };
    const into = Buffer.alloc(100_000);
    assert.equal(countInPlace(await piecesOf(into), into), 'all in their places');
    assert.ok(into.equals(large.subarray(0, 100_000)));
  });

  it('leaves alone what is small, of another length, or of none', async () => {
    await start('http');
    const into = Buffer.alloc(large.byteLength);
    for (const [headers, body] of [
      [{ 'content-length': '5' }, 'small'],
      [{ 'content-length': String(large.byteLength - 1) }, large.subarray(1)],
      [{}, large],
    ] as const) {
      answer = (_, response) => {
        response.writeHead(200, headers).end(body);
      };
      assert.ok(Buffer.concat(await piecesOf(into)).equals(Buffer.from(body)));
      assert.ok(into.every(byte => byte === 0));
    }
    assert.equal(connections.length, 1);
  });

  it('fails where the connection breaks off, with what came before in its place', async () => {
    await start('http');
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': large.byteLength });
      response.write(large.subarray(0, 1 << 20), () => response.destroy());
    };
    const into = Buffer.alloc(large.byteLength);
    await assert.rejects(piecesOf(into), { code: 'ECONNRESET' });
    assert.ok(into.subarray(0, 100_000).equals(large.subarray(0, 100_000)));
  });

  it('writes nothing more when the answer is destroyed', async () => {
    await start('http');
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': large.byteLength });
      response.write(large.subarray(0, 1 << 20));
    };
    const into = Buffer.alloc(large.byteLength);
    const came = await ask();
    const pieces = bodyPieces(came, into);
    await pieces.next();
    came.destroy();
    await assert.rejects(async () => {
      for await (const piece of pieces) assert.ok(piece.byteLength > 0);
    });
    assert.equal(came.socket.destroyed, true);
  });

  it('takes nothing for the next answer that nobody has asked for', async () => {
    await start('http');
    answer = (_, response) => {
      response.end('one');
    };
    assert.equal(Buffer.concat(await piecesOf(undefined)).toString(), 'one');
    const [first] = connections;
    assert.ok(first !== undefined);
    const closed = once(first, 'close');
    first.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad');
    await closed;
    assert.equal(Buffer.concat(await piecesOf(undefined)).toString(), 'one');
    assert.equal(connections.length, 2);
  });
});

function countInPlace(pieces: readonly Uint8Array[], into: Buffer): string {
  let start = into.byteOffset;
  for (const { buffer, byteOffset, byteLength } of pieces) {
    if (buffer !== into.buffer || byteOffset !== start) return `not at ${String(start)}`;
    start += byteLength;
  }
  return start === into.byteOffset + into.byteLength ? 'all in their places' : 'not all';
}
