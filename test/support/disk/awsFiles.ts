import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { temporaryFolder } from '../../../dev/temporaryFolder';

/** A home of AWS's own for one test: files of its own, and nothing else that could be found. */
export interface AwsFiles {
  readonly folder: string;
  readonly credentials: string;
  readonly config: string;
  write(files: { readonly credentials?: string; readonly config?: string }): Promise<void>;
  /** Sets variables until `remove()`; undefined takes one away. */
  set(variables: Readonly<Record<string, string | undefined>>): void;
  remove(): Promise<void>;
}

export async function awsFiles(): Promise<AwsFiles> {
  const temporary = await temporaryFolder('aws');
  const folder = join(temporary.path, '.aws');
  await mkdir(folder);
  const credentials = join(folder, 'credentials');
  const config = join(folder, 'config');
  const before = new Map<string, string | undefined>();
  const set = (variables: Readonly<Record<string, string | undefined>>) => {
    for (const [name, value] of Object.entries(variables)) {
      if (!before.has(name)) before.set(name, process.env[name]);
      assign(name, value);
    }
  };
  const inherited = Object.keys(process.env).filter(name => name.startsWith('AWS_'));
  set(Object.fromEntries(inherited.map(name => [name, undefined])));
  set({
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_CONFIG_FILE: config,
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  return {
    folder,
    credentials,
    config,
    set,
    async write(files) {
      await rm(credentials, { force: true });
      await rm(config, { force: true });
      if (files.credentials !== undefined) await writeFile(credentials, files.credentials);
      if (files.config !== undefined) await writeFile(config, files.config);
    },
    async remove() {
      for (const [name, value] of before) assign(name, value);
      await temporary.remove();
    },
  };
}

function assign(name: string, value: string | undefined): void {
  // Assigning undefined would make it the text "undefined".
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
