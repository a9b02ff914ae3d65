/** Where a text lies among packed ones. */
export interface PlaceOfText {
  readonly start: number;
  /** How many bytes it has, times the number of encodings, plus the number of its encoding. */
  readonly length: number;
}

/** Many short texts, one behind the other in bytes. What was added stays. */
export class PackedTexts {
  readonly #pieces: Buffer[] = [];
  /** How much of the last piece is taken. */
  #taken = pieceBytes;

  add(text: string): PlaceOfText {
    const encoding = encodingOf(text);
    const bytes = bytesOf(text, encoding);
    if (this.#taken + bytes > pieceBytes) {
      // A longer text has a piece for itself.
      this.#pieces.push(Buffer.allocUnsafeSlow(Math.max(pieceBytes, bytes)));
      this.#taken = 0;
    }
    const start = this.#taken;
    this.#taken += bytes;
    this.#pieces.at(-1)?.write(text, start, encodings[encoding]);
    return {
      start: (this.#pieces.length - 1) * pieceBytes + start,
      length: bytes * encodings.length + encoding,
    };
  }

  get({ start, length }: PlaceOfText): string {
    const from = start % pieceBytes;
    const encoding = length % encodings.length;
    const bytes = (length - encoding) / encodings.length;
    const piece = this.#pieces[Math.floor(start / pieceBytes)];
    return piece?.toString(encodings[encoding], from, from + bytes) ?? '';
  }
}

const pieceBytes = 1 << 14;

/** Each gives back just the text that it was given, half characters, too. */
const encodings = ['latin1', 'hex', 'utf16le'] as const;
const [latin1, hex, utf16] = [0, 1, 2] as const;
type Encoding = typeof latin1 | typeof hex | typeof utf16;

function encodingOf(text: string): Encoding {
  if (digest.test(text)) return hex;
  return beyondLatin1.test(text) ? utf16 : latin1;
}

function bytesOf({ length }: string, encoding: Encoding): number {
  if (encoding === hex) return length / 2;
  return encoding === utf16 ? length * 2 : length;
}

/** Most ETags are MD5 digests. */
const digest = /^[0-9a-f]{32}$/;
const beyondLatin1 = /[\u0100-\uffff]/;

/**
 * Returns the text without what it was cut out of. A part of a string keeps the whole alive, which
 * may be a page of a list, several hundred bytes for each key.
 */
export function asOwnText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
