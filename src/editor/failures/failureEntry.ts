import { l10n } from 'vscode';
import type { FailureRecord } from '../../protocol/failures';
import { meantEndpoint } from './failureWords';

/**
 * What the user is told about one kind of failure. Texts are functions, because the language is
 * known at run time only.
 */
export interface FailureEntry {
  readonly brief: (failure: FailureRecord) => string;
  readonly what: (failure: FailureRecord) => string;
  readonly next?: (failure: FailureRecord) => string;
  /** What is too long for a message, and stands in the report. */
  readonly detail?: (failure: FailureRecord) => string;
  readonly actions: readonly FailureAction[];
}

/** What a message's button does. */
export type FailureAction =
  | 'open-folder'
  | 'retry'
  | 'compare'
  | 'choose-bucket'
  | 'choose-credentials'
  | 'sign-in'
  | 'open-credentials-file'
  | 'open-faulty-line'
  | 'learn-more'
  | 'open-settings'
  /** Asks for endpoint, region and credentials. */
  | 'change-endpoint'
  /** Sets the endpoint that the failure's cause begins with. */
  | 'use-endpoint'
  | 'show-log';

/** What stands on the button. */
export function actionTitle(action: FailureAction, { cause }: FailureRecord): string {
  switch (action) {
    case 'retry':
      return l10n.t('Retry');
    case 'compare':
      return l10n.t('Compare');
    case 'open-folder':
      return l10n.t('Open Folder');
    case 'choose-bucket':
      return l10n.t('Choose Bucket…');
    case 'choose-credentials':
      return l10n.t('Choose Credentials…');
    case 'sign-in':
      return l10n.t('Sign In');
    case 'open-credentials-file':
      return l10n.t('Open Credentials File');
    case 'open-faulty-line':
      return l10n.t('Open File');
    case 'learn-more':
      return l10n.t('Learn More');
    case 'open-settings':
      return l10n.t('Open Settings');
    case 'change-endpoint':
      return l10n.t('Change Endpoint…');
    case 'use-endpoint':
      return l10n.t('Use {0}', meantEndpoint(cause));
    case 'show-log':
      return l10n.t('Show Log');
  }
}
