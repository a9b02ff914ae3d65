import { Uri } from 'vscode';

/** A folder and what its keys begin with. */
interface PlacedFolder {
  readonly uri: string;
  readonly prefix: string;
}

/**
 * Whether of two folders one lies in the other, and their prefixes likewise, so that a file of both
 * has one key. Both are in the same bucket.
 */
export function isKin(one: PlacedFolder, other: PlacedFolder): boolean {
  return isPart(one, other) || isPart(other, one);
}

function isPart(inner: PlacedFolder, outer: PlacedFolder): boolean {
  const between = pathBetween(outer.uri, inner.uri);
  return between !== undefined && inner.prefix === outer.prefix + between;
}

/** Returns the path from one folder to another that lies in it, with `/` at its end. */
export function pathBetween(outer: string, inner: string): string | undefined {
  const [above, below] = [Uri.parse(outer), Uri.parse(inner)];
  const start = above.path.endsWith('/') ? above.path : `${above.path}/`;
  const isInside =
    above.scheme === below.scheme &&
    above.authority === below.authority &&
    below.path.startsWith(start) &&
    below.path !== start;
  return isInside ? `${below.path.slice(start.length).replace(/\/$/, '')}/` : undefined;
}
