import assert from 'node:assert/strict';

import { contentType } from '../../../src/engine/disk/contentType';
import type { FilePath } from '../../../src/protocol/folders';

describe('The media type of a file', () => {
  const types: readonly (readonly [string, string, number?])[] = [
    ['src/a.ts', 'text/plain'],
    ['a.d.mts', 'text/plain'],
    ['a.cts', 'text/plain'],
    ['a.tsx', 'text/plain'],
    // As cameras record.
    ['PRIVATE/AVCHD/00001.MTS', 'video/mp2t', 200 << 20],
    ['stream.ts', 'video/mp2t', 200 << 20],
    ['README', 'text/plain'],
    ['docs.d/LICENSE', 'text/plain'],
    ['Makefile', 'text/plain'],
    ['.gitignore', 'text/plain'],
    ['.env', 'text/plain'],
    ['main.rs', 'text/plain'],
    ['main.py', 'text/plain'],
    ['readme.md', 'text/markdown'],
    ['index.html', 'text/html'],
    ['a.JPG', 'image/jpeg'],
    ['a.json', 'application/json'],
    ['mpeg.mpg', 'video/mpeg'],
    ['core', 'application/octet-stream'],
    ['a.ts/core', 'application/octet-stream'],
    ['a.unknown', 'application/octet-stream'],
  ];
  for (const [path, type, size = 1000] of types) {
    it(`is ${type} for ${path} of ${String(size)} bytes`, () => {
      assert.equal(contentType({ path: path as FilePath, size }), type);
    });
  }
});
