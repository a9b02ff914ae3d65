import type { ResourceLimits } from 'node:worker_threads';

/**
 * Limits of the engine's memory. A bounded young generation has the many short-lived objects collected
 * soon. One that is too small copies again and again what is still under way: 8 MB take a tenth more
 * of the processor's time for thousands of small files than 32.
 */
export const workerLimits: ResourceLimits = { maxYoungGenerationSizeMb: 32 };
