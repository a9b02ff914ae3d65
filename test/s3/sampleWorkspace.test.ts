import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32, inflateSync } from 'node:zlib';

import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { makeSampleWorkspace } from '../../scripts/sampleWorkspace';

describe('The sample of npm start', () => {
  let temporary: TemporaryFolder;
  let server: Server;
  let folder: string;
  /** The bodies that were put, by key, the oldest first. */
  const put = new Map<string, Buffer[]>();

  before(async () => {
    temporary = await temporaryFolder('sample');
    server = createServer((request, response) => {
      void buffer(request).then(body => {
        const { pathname } = new URL(request.url ?? '', 'http://store');
        const key = decodeURIComponent(pathname).replace('/samples/field-journal/', '');
        put.set(key, [...(put.get(key) ?? []), body]);
        response.setHeader('etag', '"e"').end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    ({ folder } = await makeSampleWorkspace(temporary.path, { endpoint }, 'samples'));
  });
  after(async () => {
    server.close();
    await temporary.remove();
  });

  it('has older versions of some copies, none the same as the next', () => {
    for (const [key, count] of [
      ['README.md', 3],
      ['surveys/2025/july.csv', 2],
      ['routes/shared-map.json', 2],
    ] as const) {
      const texts = (put.get(key) ?? []).map(String);
      assert.equal(texts.length, count, key);
      assert.equal(new Set(texts).size, count, key);
    }
  });

  it('has pictures that can be looked at', async () => {
    const photos = join(folder, 'photos');
    const names = (await readdir(photos)).filter(name => name.endsWith('.png'));
    assert.equal(names.length, 2);
    for (const name of names) {
      const { width, height, pixels } = pictureIn(await readFile(join(photos, name)));
      assert.ok(width >= 320 && height >= 240, name);
      assert.equal(pixels.length, height * (1 + width * 3));
      assert.ok(new Set(pixels).size > 100, `${name} is more than one colour`);
    }
    const [copy] = put.get('photos/swift.png') ?? [];
    assert.deepEqual(copy, await readFile(join(photos, 'swift.png')));
    assert.match(await readFile(join(folder, 'drawings/owl.svg'), 'utf8'), /^<svg [^]*<\/svg>\n$/);
  });
});

/** Reads a PNG file of 8 bits a colour without interlacing (https://www.w3.org/TR/png-3/). */
function pictureIn(file: Buffer): {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
} {
  assert.equal(file.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const named = file.subarray(at + 4, at + 8 + length);
    assert.equal(file.readUInt32BE(at + 8 + length), crc32(named));
    chunks.set(named.toString('latin1', 0, 4), named.subarray(4));
    at += 12 + length;
  }
  assert.deepEqual([...chunks.keys()], ['IHDR', 'IDAT', 'IEND']);
  const header = chunks.get('IHDR') ?? Buffer.alloc(0);
  assert.deepEqual([...header.subarray(8)], [8, 2, 0, 0, 0]);
  const pixels = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  return { width: header.readUInt32BE(0), height: header.readUInt32BE(4), pixels };
}
