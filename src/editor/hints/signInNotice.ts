import type { Disposable } from 'vscode';
import { resume } from '../../protocol/plans';
import type { EngineClient } from '../client/engineClient';
import { Failed } from '../failures/failed';
import { showFailure, type ShowFailureDeps } from '../failures/showFailure';

export interface SignInNoticeDeps extends ShowFailureDeps {
  readonly engine: EngineClient;
}

/**
 * Says once, with what can be done about it, that batches wait for credentials: only the view says
 * so otherwise, which may be closed.
 */
export function watchForSignIn(deps: SignInNoticeDeps): Disposable {
  let isWaiting = false;
  return deps.engine.onDidChangeState(state => {
    const was = isWaiting;
    const why = state.kind === 'paused' ? state.why : undefined;
    isWaiting = why?.kind === 'sign-in-needed';
    if (was || why?.kind !== 'sign-in-needed') return;
    void showFailure(deps, new Failed(why.failure), () => {
      deps.engine.notify(resume, null);
    });
  });
}
