import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { installOnce } from './installOnce';
import { pipInstall } from './pipInstall';

/** By the parser of the AWS CLI, for as long as it is open. */
export interface BotocoreParser {
  /** What it makes of the two files, or `undefined` where it refuses one of them. */
  profilesIn(files: {
    readonly credentials: string;
    readonly config: string;
  }): Promise<BotocoreProfiles | undefined>;
  close(): void;
}

/** Settings by their names, with a record for nested ones, by the names of the profiles. */
export type BotocoreProfiles = Readonly<
  Record<string, Readonly<Record<string, string | Readonly<Record<string, string>>>>>
>;

const version = '1.44.8';

/** Starts the library by which the AWS CLI reads the shared files, from PyPI. */
export async function openBotocore(): Promise<BotocoreParser> {
  const folder = await installOnce(`botocore-${version}`, target =>
    pipInstall(target, `botocore==${version}`),
  );
  const program = spawn('python3', ['-c', answerLines], {
    // The files are read as UTF-8 whatever this computer is set to.
    env: { ...process.env, PYTHONPATH: folder, PYTHONUTF8: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(program.stdout)[Symbol.asyncIterator]();
  return {
    async profilesIn({ credentials, config }) {
      program.stdin.write(`${JSON.stringify([credentials, config])}\n`);
      const answer = (await lines.next()) as IteratorResult<string, undefined>;
      if (answer.value === undefined) throw new Error('botocore has ended.');
      return (JSON.parse(answer.value) as BotocoreProfiles | null) ?? undefined;
    },
    close() {
      program.stdin.end();
    },
  };
}

/** As `botocore.session.Session.full_config` puts the two files together. */
const answerLines = `
import json, sys
from botocore import configloader, exceptions

for line in sys.stdin:
    credentials, config = json.loads(line)
    try:
        profiles = configloader.load_config(config)['profiles']
        for name, settings in configloader.raw_config_parse(credentials).items():
            profiles.setdefault(name, {}).update(settings)
    except exceptions.ConfigParseError:
        profiles = None
    print(json.dumps(profiles), flush=True)
`;
