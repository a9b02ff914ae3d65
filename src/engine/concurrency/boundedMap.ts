/** Lets go of the oldest entries of a map until it has no more than `most`. */
export function keepLatest(map: Map<unknown, unknown>, most: number): void {
  for (const oldest of [...map.keys()].slice(0, -most)) map.delete(oldest);
}
