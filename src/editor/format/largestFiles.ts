import { formatBytes } from './quantity';

interface SizedFile {
  readonly name: string;
  readonly bytes: number;
}

/** Names the largest of some files, or none: of thousands of small files none is large. */
export function largestFiles(largest: readonly SizedFile[], files: number): readonly string[] {
  const areTelling = files <= largest.length || largest.some(({ bytes }) => bytes >= minLargeBytes);
  return files > 1 && areTelling
    ? largest.map(({ name, bytes }) => `• ${name}: ${formatBytes(bytes)}`)
    : [];
}

const minLargeBytes = 1 << 20;
