import * as crypto from 'node:crypto';
import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';

/** Returns how many bytes `work` has this thread hash, by SHA-256, MD5, CRC32 or others. */
export async function hashedHere(work: () => Promise<unknown>): Promise<number> {
  let bytes = 0;
  const count = (data: unknown) => {
    if (ArrayBuffer.isView(data)) bytes += data.byteLength;
  };
  // What is compiled calls them as fields of the module, whose own object this is.
  const { hash } = crypto;
  const { crc32 } = zlib;
  const prototype = Object.getPrototypeOf(crypto.createHash('md5')) as { update: Update };
  const { update } = prototype;
  const load = createRequire(__filename);
  const cryptoItself = load('node:crypto') as { hash: typeof hash };
  const zlibItself = load('node:zlib') as { crc32: typeof crc32 };
  cryptoItself.hash = ((...args: Parameters<typeof hash>) => {
    count(args[1]);
    return hash(...args);
  }) as typeof hash;
  zlibItself.crc32 = (...args) => {
    count(args[0]);
    return crc32(...args);
  };
  prototype.update = function (this: unknown, ...args) {
    count(args[0]);
    return update.apply(this, args);
  };
  try {
    await work();
  } finally {
    cryptoItself.hash = hash;
    zlibItself.crc32 = crc32;
    prototype.update = update;
  }
  return bytes;
}

type Update = (this: unknown, ...args: unknown[]) => unknown;
