import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';

import { repositoryRoot } from '../../../dev/repositoryRoot';

/** Where the tests inside VS Code run. */
export type EditorHost =
  { readonly kind: 'desktop'; readonly executable: string } | { readonly kind: 'server' };

/**
 * The host that S3_BACKUP_TEST_HOST asks for. `auto`, the default, takes the desktop VS Code where
 * it can be downloaded and shown, and the server otherwise. Says which in one line.
 */
export async function chooseEditorHost(): Promise<EditorHost> {
  const wanted = process.env['S3_BACKUP_TEST_HOST'] ?? 'auto';
  if (!['auto', 'desktop', 'server'].includes(wanted)) {
    throw new Error(`S3_BACKUP_TEST_HOST is ${wanted}; set it to auto, desktop or server.`);
  }
  if (wanted === 'server') {
    console.log('VS Code: the server, as asked for');
    return { kind: 'server' };
  }
  try {
    const executable = await desktopExecutable();
    console.log('VS Code: the desktop');
    return { kind: 'desktop', executable };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (wanted === 'desktop') {
      throw new Error(`The desktop VS Code can't be used here: ${reason}`, { cause: error });
    }
    console.log(`VS Code: the server, since the desktop can't be used here (${reason})`);
    return { kind: 'server' };
  }
}

async function desktopExecutable(): Promise<string> {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && DISPLAY === undefined && WAYLAND_DISPLAY === undefined) {
    throw new Error('there is no display; xvfb-run can give one');
  }
  const executable = await downloadAndUnzipVSCode({
    version: 'stable',
    cachePath: join(repositoryRoot, '.vscode-test'),
    reporter: new SilentReporter(),
    // For an answer, not for the whole download.
    timeout: 5_000,
  });
  // As plain Node it needs the same system libraries and shows no window.
  await promisify(execFile)(executable, ['--eval', '0'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  return executable;
}
