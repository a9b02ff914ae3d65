/** A file's name, cut so that `room` more bytes can be put to it, whatever the disk. */
export function shortenName(name: string, room: number): string {
  let shortened = '';
  let bytes = room;
  // By whole characters: half a one would be another name.
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > longestName) break;
    shortened += character;
  }
  return shortened;
}

/** In bytes of UTF-8; disks that count otherwise hold at least as much. */
const longestName = 255;
