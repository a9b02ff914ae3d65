import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';

import { chromium, type Browser, type LaunchOptions } from 'playwright-core';

import { installOnce } from '../../../dev/installOnce';
import { temporaryFolder } from '../../../dev/temporaryFolder';

/**
 * Starts a headless Chromium: one that is installed, else the one from the npm registry. What it
 * leaves on disk goes when it is closed.
 */
export async function launchBrowser(): Promise<Browser> {
  const temporary = await temporaryFolder('browser');
  const failures: unknown[] = [];
  for (const candidate of [installedChromium, installedChrome, packagedChromium]) {
    try {
      const browser = await launchWithin(temporary.path, await candidate());
      browser.once('disconnected', () => void temporary.remove());
      return browser;
    } catch (error) {
      failures.push(error);
    }
  }
  await temporary.remove();
  throw new AggregateError(
    failures,
    'No browser could be started for the tests; install Chromium or Google Chrome.',
  );
}

/** Playwright makes folders of its own in the system's temporary one and leaves them there. */
async function launchWithin(folder: string, options: LaunchOptions): Promise<Browser> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    return await chromium.launch({ args: quietFlags, ...options });
  } finally {
    if (before === undefined) {
      delete process.env['TMPDIR'];
    } else {
      process.env['TMPDIR'] = before;
    }
  }
}

const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function installedChromium(): LaunchOptions {
  const executablePath = '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`There is no ${executablePath}.`);
  }
  return { executablePath };
}

function installedChrome(): LaunchOptions {
  return { channel: 'chrome' };
}

/**
 * The package unpacks its browser into the system's temporary folder, where an interrupted run
 * leaves half of it for ever, and the libraries beside it on AWS only; so here just its files are
 * used.
 */
async function packagedChromium(): Promise<LaunchOptions> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The registry has a browser for Linux on x64 only.');
  }
  const archives = resolve(require.resolve('@sparticuz/chromium'), '..', '..', '..', 'bin');
  const manifest = await readFile(join(archives, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { readonly version: string };
  const folder = await installOnce(`chromium-${version}`, async target => {
    await pipeline(
      createReadStream(join(archives, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(target, 'chromium'), { mode: 0o755 }),
    );
    for (const archive of ['swiftshader', 'al2023', 'fonts']) {
      await unpack(join(archives, `${archive}.tar.br`), target);
    }
    await writeFile(join(target, 'fonts.conf'), fontSettings);
  });
  const executablePath = join(folder, 'chromium');
  const { stdout: libraries } = await run('ldd', [executablePath]);
  return {
    executablePath,
    env: {
      ...process.env,
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
      ...(libraries.includes('not found') ? { LD_LIBRARY_PATH: join(folder, 'lib') } : {}),
    },
  };
}

/** The system's fonts, and those of the package for a system that has none. */
const fontSettings = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

async function unpack(archive: string, folder: string): Promise<void> {
  // Through a file: tar stops reading at the archive's end mark, which would break a pipe.
  const tar = join(folder, 'archive.tar');
  await pipeline(createReadStream(archive), createBrotliDecompress(), createWriteStream(tar));
  await run('tar', ['-xf', tar, '-C', folder, '--no-same-owner']);
  await rm(tar);
}

const run = promisify(execFile);
