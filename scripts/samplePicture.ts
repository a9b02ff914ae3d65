import { crc32, deflateSync } from 'node:zlib';

/** What a picture of the sample shows: a bird before hills under an evening sky. */
export interface PictureOptions {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of the sky's top, from 0 to 255. */
  readonly sky: Colour;
  /** How far the grain of the film goes; it makes a picture as large as a photo is. */
  readonly grain: number;
}

type Colour = readonly [number, number, number];

/** Draws a picture, and returns it as a PNG file (https://www.w3.org/TR/png-3/). */
export function samplePicture({ width, height, sky, grain }: PictureOptions): Buffer {
  const bytesPerRow = 1 + width * 3;
  const pixels = Buffer.alloc(bytesPerRow * height);
  // Always the same grain, so that the same picture has the same bytes.
  let random = 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const colour = colourAt(column / width, row / height, sky);
      random = (random * 48_271) % 2_147_483_647;
      const noise = ((random / 2_147_483_647) * 2 - 1) * grain;
      // The first byte of a row is its filter: none.
      const at = row * bytesPerRow + 1 + column * 3;
      colour.forEach((value, channel) => {
        pixels[at + channel] = Math.max(0, Math.min(255, Math.round(value + noise)));
      });
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits for each of red, green and blue; compression, filters and interlacing as usual.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Of a place in the picture, from 0 to 1 to the right and downwards. */
function colourAt(x: number, y: number, sky: Colour): Colour {
  if (isBird(x, y)) return [38, 34, 44];
  const nearHill = 0.78 + 0.05 * Math.sin(x * 7);
  if (y > nearHill) return [44, 74, 52];
  const farHill = 0.66 + 0.07 * Math.sin(x * 4 + 2);
  if (y > farHill) return [82, 110, 104];
  if ((x - 0.76) ** 2 + ((y - 0.46) * 0.75) ** 2 < 0.006) return [255, 236, 190];
  const glow: Colour = [250, 190, 140];
  const [red, green, blue] = sky.map((top, channel) => top + ((glow[channel] ?? 0) - top) * y);
  return [red ?? 0, green ?? 0, blue ?? 0];
}

/** Two wings and a body. */
function isBird(x: number, y: number): boolean {
  const [dx, dy] = [Math.abs(x - 0.36), y - 0.34];
  if (dx < 0.05 && Math.abs(dy - 0.015) < 0.02 * (1 - dx / 0.05)) return true;
  const wing = -0.11 * Math.sin(Math.min(dx / 0.2, 1) * Math.PI * 0.75);
  return dx < 0.2 && Math.abs(dy - wing) < 0.016 * (1 - dx / 0.2);
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
