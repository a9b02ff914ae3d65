import { l10n } from 'vscode';
import type { Safety } from '../../protocol/safety';
import { callsSafe, type Verdict } from '../../protocol/verdicts';
import { failureText } from '../failures/failureMessage';
import { formatMoment, formatTime } from '../format/pointInTime';
import { formatCount } from '../format/quantity';
import { ignoreReason } from '../view/verdictWords';

/** What is said of a file where people look at it. */
export interface SafetyWords {
  readonly text: string;
  /** What one would lose if the file were lost now; `unknown` where nobody has compared. */
  readonly safety: 'safe' | 'not-safe' | 'left-out' | 'unknown';
}

/** Says in a few words how safe a file is. `undefined` stands for one that could not be asked about. */
export function safetyWords(safety: Safety | undefined, now: number): SafetyWords {
  switch (safety?.kind) {
    case undefined:
    case 'unknown':
      return { text: l10n.t('Not compared yet'), safety: 'unknown' };
    case 'proved-earlier': {
      const when = formatMoment(safety.provedAt, now);
      return {
        text: safety.hasChanged
          ? l10n.t('Changed since it was backed up, {0}', when)
          : l10n.t('Last proved {0}, not compared yet', when),
        safety: 'unknown',
      };
    }
    case 'folder':
      return folderWords(safety.notBackedUp);
    case 'compared':
      return verdictWords(safety.verdict, safety.provedAt, now);
  }
}

function folderWords(notBackedUp: number): SafetyWords {
  if (notBackedUp === 0) return { text: l10n.t('Nothing to back up'), safety: 'safe' };
  return {
    text:
      notBackedUp === 1
        ? l10n.t('1 file in this folder isn’t backed up')
        : l10n.t('{0} files in this folder aren’t backed up', formatCount(notBackedUp)),
    safety: 'not-safe',
  };
}

function verdictWords(verdict: Verdict, provedAt: number | undefined, now: number): SafetyWords {
  switch (verdict.kind) {
    case 'up-to-date':
      return upToDateWords(verdict, provedAt, now);
    case 'missing-in-cloud':
      return notSafe(
        verdict.safeAt === undefined
          ? l10n.t('Not in the backup')
          : l10n.t('No longer in the backup'),
      );
    case 'out-of-date':
      return notSafe(l10n.t('The backup has another version'));
    case 'changed-in-cloud':
      return notSafe(l10n.t('Changed in the cloud, not overwritten'));
    case 'unchecked':
      return notSafe(l10n.t('Couldn’t be checked: {0}', failureText(verdict.failure)));
    case 'lost':
      return notSafe(l10n.t('Gone here and from the backup'));
    case 'only-in-cloud':
      return { text: l10n.t('Only in the cloud'), safety: 'safe' };
    case 'ignored':
      return {
        text: l10n.t('Not backed up: {0}', ignoreReason(verdict.because)),
        safety: 'left-out',
      };
  }
}

function upToDateWords(
  verdict: Extract<Verdict, { readonly kind: 'up-to-date' }>,
  provedAt: number | undefined,
  now: number,
): SafetyWords {
  if (verdict.proof === 'unconfirmed') {
    return notSafe(l10n.t('Backed up as of {0}, not confirmed', formatTime(verdict.asOf)));
  }
  if (!callsSafe(verdict.proof)) return notSafe(l10n.t('Backed up by name and time, not proved'));
  return {
    text:
      provedAt === undefined
        ? l10n.t('Backed up, proved')
        : l10n.t('Backed up, proved {0}', formatMoment(provedAt, now)),
    safety: 'safe',
  };
}

function notSafe(text: string): SafetyWords {
  return { text, safety: 'not-safe' };
}
