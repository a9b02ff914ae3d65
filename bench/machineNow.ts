import { arch, cpus, platform, release, totalmem } from 'node:os';

import type { Measured } from './results';

/** What a result was measured on. */
export function machineNow(): Measured['machine'] {
  return {
    node: process.versions.node,
    system: `${platform()} ${release()} ${arch()}`,
    processor: `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`,
    memoryBytes: totalmem(),
    day: new Date().toISOString().slice(0, 10),
  };
}
