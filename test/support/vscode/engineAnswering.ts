import type { EngineClient } from '../../../src/editor/client/engineClient';
import type { RequestType } from '../../../src/protocol/messages';

/** An engine that gives each request the answer that stands here for its method. */
export function engineAnswering(
  answers: Readonly<Record<string, unknown>>,
): Pick<EngineClient, 'sendRequest' | 'notify'> {
  return {
    sendRequest: <P, R>({ method }: RequestType<P, R>) => Promise.resolve(answers[method] as R),
    notify: () => undefined,
  };
}
