import type { ResourceLimits } from 'node:worker_threads';

/**
 * Limits of the engine's memory. A small young generation collects its many short-lived objects
 * sooner: measured with 3,000 files, it halves the memory and takes no more time.
 */
export const workerLimits: ResourceLimits = { maxYoungGenerationSizeMb: 8 };
