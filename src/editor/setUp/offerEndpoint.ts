import { l10n } from 'vscode';
import type { FailureRecord } from '../../protocol/failures';
import { setConnection } from '../contributions/settings';
import { failureMessage } from '../failures/failureMessage';
import { meantEndpoint } from '../failures/failureWords';
import { pickStep } from '../quickInput/pickStep';
import type { Step } from '../quickInput/steps';

/** The endpoint that a failure offers to use instead, if it does. */
export function offeredEndpoint(failure: FailureRecord): string | undefined {
  const { actions } = failureMessage(failure);
  return actions.includes('use-endpoint') ? meantEndpoint(failure.cause) : undefined;
}

/** Asks whether the endpoint of the settings is to be what the failure says was probably meant. */
export function offerEndpoint<R>(
  failure: FailureRecord,
  { offered, next }: { readonly offered: string; readonly next: Step<R> },
): Step<R> {
  return position =>
    pickStep<'use' | 'back', R>(position, {
      title: l10n.t('The Endpoint of the Store'),
      total: position.number,
      placeholder: failureMessage(failure).text,
      items: [
        { label: l10n.t('Use {0}', offered), value: 'use' },
        { label: l10n.t('Leave It'), value: 'back' },
      ],
      async accept([choice]) {
        if (choice !== 'use') return { kind: 'back' };
        await setConnection({ endpoint: offered });
        return { kind: 'next', step: next };
      },
    });
}
