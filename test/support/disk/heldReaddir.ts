import promises from 'node:fs/promises';
import { BroadcastChannel } from 'node:worker_threads';

/** Over which it is told that a thread wants to read a folder, and that it may. */
export const heldReaddir = 's3-backup-held-readdir';

/** Lets the thread that loads this read no folder until somebody says so. */
function main(): void {
  const channel = new BroadcastChannel(heldReaddir);
  const released = new Promise<void>(resolve => {
    channel.onmessage = () => {
      channel.close();
      resolve();
    };
  });
  const { readdir } = promises;
  let isTold = false;
  const held = async (...args: Parameters<typeof readdir>) => {
    if (!isTold) channel.postMessage('reached');
    isTold = true;
    await released;
    return readdir(...args);
  };
  Object.assign(promises, { readdir: held });
}

// In the main thread it is only imported for its name.
if (process.execArgv.includes(__filename)) main();
