import type { ResourceLimits } from 'node:worker_threads';

/**
 * Bounds for the engine's memory. Its many short-lived objects would otherwise be left to pile up:
 * with a young generation of this size 3,000 files took half the memory, and no more time.
 */
export const workerLimits: ResourceLimits = { maxYoungGenerationSizeMb: 8 };
