import { Comparisons } from '../../../src/engine/comparison/comparisons';
import { QuietTime } from '../../../src/engine/concurrency/quietTime';
import { RequestCount } from '../../../src/engine/network/requestCount';

/** Comparisons of which nobody wants to hear. */
export function unheardComparisons(signal: AbortSignal): Comparisons {
  const nothing = () => undefined;
  return new Comparisons({
    signal,
    requests: new RequestCount(),
    quiet: new QuietTime(signal),
    onComparing: nothing,
    onLooking: nothing,
    onProving: nothing,
    onNewlyIncluded: nothing,
    onRows: nothing,
    onLog: nothing,
  });
}
