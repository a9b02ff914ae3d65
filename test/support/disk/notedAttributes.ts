import { statSync } from 'node:fs';

/** What an upload notes of a file, for copies that a test places into a bucket by itself. */
export function notedAttributes(absolute: string): {
  readonly metadata: Readonly<Record<string, string>>;
} {
  const { mtimeNs, mode } = statSync(absolute, { bigint: true });
  const digits = mtimeNs.toString().padStart(10, '0');
  return {
    metadata: {
      mtime: `${digits.slice(0, -9)}.${digits.slice(-9)}`,
      ...(process.platform === 'win32' ? {} : { mode: mode.toString(8) }),
    },
  };
}
