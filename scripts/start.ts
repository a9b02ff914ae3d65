import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';

import { editorEnvironment } from '../dev/editorEnvironment';
import { startEmbeddedS3 } from '../dev/embeddedS3';
import { quietSettings } from '../dev/quietSettings';
import { repositoryRoot } from '../dev/repositoryRoot';
import { s3Connection, type S3Server } from '../dev/s3Connection';
import { startSeaweedFs } from '../dev/seaweedfs';
import type { StoreServer } from '../dev/storeServer';
import { temporaryFolder } from '../dev/temporaryFolder';
import { startVscodeServer } from '../dev/vscodeServer';
import { desktopCommand } from './desktopCommand';
import { makeSampleWorkspace } from './sampleWorkspace';

/** Opens VS Code with the extension, a sample workspace and an S3 server to try it with. */
async function main(): Promise<void> {
  const temporary = await temporaryFolder('start');
  const s3 = await startStore();
  const sample = await makeSampleWorkspace(temporary.path, s3, bucket);
  const { settings, env } = s3Connection(s3);
  const userSettings = {
    ...quietSettings,
    'workbench.reduceMotion': 'auto',
    ...settings,
    's3Backup.bucket': bucket,
  };
  console.log(`S3 server: ${s3.endpoint}, bucket ${bucket}, ${s3.what}; gone at the end`);
  console.log(`Sample workspace: ${sample.folder}`);
  const command = await desktopCommand();
  if (command === undefined) {
    await openInBrowser(sample.folder, userSettings, env);
  } else {
    await openOnDesktop(command, temporary.path, sample.folder, userSettings, env);
  }
  await s3.stop();
  await temporary.remove();
}

const bucket = 'sample-bucket';

interface Store extends S3Server {
  /** Which server it is and what it can do, in words. */
  readonly what: string;
  stop(): Promise<void>;
}

/** Starts SeaweedFS where it can be had, since it keeps versions, and else a server in memory. */
async function startStore(): Promise<Store> {
  console.log(
    'Starting an S3 server; the first time, SeaweedFS is installed for it (about 10 s) …',
  );
  const seaweed = await startSeaweedFs();
  if (seaweed.kind === 'unavailable') {
    console.log(`Without SeaweedFS: ${seaweed.reason}.`);
    const s3 = await startEmbeddedS3({ buckets: [bucket] });
    return { endpoint: s3.endpoint, what: 'in memory, without versions', stop: () => s3.stop() };
  }
  await createVersionedBucket(seaweed);
  return { ...seaweed, what: 'SeaweedFS with versions' };
}

async function createVersionedBucket(seaweed: StoreServer): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey } = seaweed;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    await client.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    );
  } finally {
    client.destroy();
  }
}

async function openInBrowser(
  folder: string,
  userSettings: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const port = process.env['PORT'];
  console.log('Starting VS Code …');
  const server = await startVscodeServer({
    userSettings,
    env,
    extensions: [repositoryRoot],
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  console.log(`\nOpen this address in a browser:\n\n  ${server.url({ workspace: folder })}\n`);
  console.log('Then press F1 and choose "S3 Backup: Compare". Ctrl+C here ends everything.');
  await untilInterrupted();
  await server.stop();
}

async function openOnDesktop(
  command: string,
  temporary: string,
  folder: string,
  userSettings: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const data = join(temporary, 'data');
  await mkdir(join(data, 'User'), { recursive: true });
  await writeFile(join(data, 'User', 'settings.json'), JSON.stringify(userSettings, undefined, 2));
  const home = join(temporary, 'home');
  await mkdir(home);
  const display = Object.fromEntries(
    ['XAUTHORITY', 'XDG_RUNTIME_DIR'].flatMap(name => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const window = spawn(
    command,
    [
      '--wait',
      '--new-window',
      `--user-data-dir=${data}`,
      `--extensions-dir=${join(temporary, 'extensions')}`,
      `--extensionDevelopmentPath=${repositoryRoot}`,
      folder,
    ],
    {
      env: editorEnvironment(home, { ...display, ...env }),
      stdio: 'ignore',
      shell: process.platform === 'win32',
    },
  );
  console.log('\nVS Code opens with the sample; press F1 and choose "S3 Backup: Compare".');
  console.log('Closing the window, or Ctrl+C here, ends everything.');
  await Promise.race([once(window, 'exit'), untilInterrupted()]);
  window.kill();
  await endDesktop(data);
}

/** The command is only a messenger; the window's own process leaves its id with its data. */
async function endDesktop(data: string): Promise<void> {
  try {
    process.kill(Number(await readFile(join(data, 'code.lock'), 'utf8')));
  } catch {
    // The window has been closed already.
  }
}

async function untilInterrupted(): Promise<void> {
  // Until then the S3 server keeps the process alive.
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
