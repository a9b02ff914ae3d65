import { open } from 'node:fs/promises';

/** Makes new names in a folder outlast a power cut, where the disk can do that on demand. */
export async function syncFolder(absolute: string): Promise<void> {
  // Windows opens no folders as files, and keeps names in a journal.
  if (process.platform === 'win32') return;
  const handle = await open(absolute, 'r');
  try {
    await handle.sync();
  } catch {
    // Not every disk knows the request; the names are there all the same.
  } finally {
    await handle.close();
  }
}
