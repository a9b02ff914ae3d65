import { basename, sep } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';

/** Returns a command as anybody may type it: without the paths of this machine. */
export function plainCommand(command: readonly string[], home: string): readonly string[] {
  const [program = '', ...args] = command;
  const places = [
    [home, 'HOME'],
    [repositoryRoot + sep, ''],
  ] as const;
  const plain = args.map(arg =>
    places.reduce((text, [place, name]) => text.replaceAll(place, name), arg),
  );
  return [basename(program), ...plain];
}
