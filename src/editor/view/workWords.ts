import { l10n } from 'vscode';
import { failureText } from '../failures/failureMessage';
import type { Work } from '../../protocol/rows';
import type { PauseReason } from '../../protocol/state';

/** What is being done to a file, for its row. */
export function underWayText(work: Work): string {
  switch (work) {
    case 'back-up':
      return l10n.t('backing up…');
    case 'restore':
      return l10n.t('restoring…');
    case 'free-up':
      return l10n.t('freeing up…');
    case 'trash':
      return l10n.t('moving to the trash…');
  }
}

/** What has just been done to a file, for its row. */
export function finishedText(work: Work): string {
  switch (work) {
    case 'back-up':
      return l10n.t('backed up');
    case 'restore':
      return l10n.t('restored');
    case 'free-up':
      return l10n.t('freed');
    case 'trash':
      return l10n.t('in the trash');
  }
}

/** What a running batch is called. */
export function batchTitle(work: Work): string {
  switch (work) {
    case 'back-up':
      return l10n.t('Backing up to S3');
    case 'restore':
      return l10n.t('Restoring from S3');
    case 'free-up':
      return l10n.t('Freeing local space');
    case 'trash':
      return l10n.t('Moving to the trash');
  }
}

/** Says why batches have paused by themselves, and what resumes them. */
export function pauseText({ kind, failure }: Exclude<PauseReason, { kind: 'asked-for' }>): string {
  const why = failureText(failure);
  return kind === 'sign-in-needed'
    ? l10n.t('{0}, continues when you have signed in', why)
    : l10n.t('{0}, continues when the store answers', why);
}

/** Says why a batch stands still that nothing has paused. */
export function storeAwaitedText(): string {
  return l10n.t('waiting for the store…');
}
