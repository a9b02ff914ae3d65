import { l10n } from 'vscode';
import { failureText } from '../failures/failureMessage';
import { formatTime } from '../format/pointInTime';
import { formatFiles, formatCount } from '../format/quantity';
import type { Side } from '../../protocol/rows';
import type { Group, IgnoreReason, KeyFault, Verdict } from '../../protocol/verdicts';

/** A group's name. */
export function groupName(group: Group): string {
  switch (group) {
    case 'lost':
      return l10n.t('Lost');
    case 'changed-in-cloud':
      return l10n.t('Changed in Cloud');
    case 'unchecked':
      return l10n.t('Couldn’t Check');
    case 'out-of-date':
      return l10n.t('Out of Date');
    case 'missing-in-cloud':
      return l10n.t('Missing in Cloud');
    case 'up-to-date':
      return l10n.t('Up to Date');
    case 'only-in-cloud':
      return l10n.t('Only in Cloud');
    case 'ignored':
      return l10n.t('Ignored');
  }
}

/** Explains a group in one sentence. */
export function groupMeaning(group: Group): string {
  switch (group) {
    case 'lost':
      return l10n.t('These files were backed up once and are now gone here and from the cloud.');
    case 'changed-in-cloud':
      return l10n.t(
        'The cloud copies of these files are newer and different. They are not overwritten.',
      );
    case 'unchecked':
      return l10n.t('These files could not be read or listed, so nothing is known about them.');
    case 'out-of-date':
      return l10n.t('These files differ from their cloud copies, which a backup would replace.');
    case 'missing-in-cloud':
      return l10n.t('These files are on this computer only.');
    case 'up-to-date':
      return l10n.t('The cloud has these files exactly as they are here.');
    case 'only-in-cloud':
      return l10n.t('These files are not on this computer any more, or not yet.');
    case 'ignored':
      return l10n.t('These files are not backed up. Each row says why.');
  }
}

/** Explains the group of what is up to date where a comparison of it has failed since. */
export function unconfirmedMeaning(): string {
  return l10n.t(
    'The cloud had these files exactly as they are here when they were last compared. Some could not be compared again since; each row says when that was.',
  );
}

/** The reason for a verdict in a few words, for a row; empty if the group already says it. */
export function shortReason(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'missing-in-cloud':
      return verdict.safeAt === undefined
        ? ''
        : l10n.t('gone from the cloud, was there {0}', formatTime(verdict.safeAt));
    case 'lost':
      return verdict.because === 'not-asked'
        ? l10n.t('was safe {0}, cloud not asked again', formatTime(verdict.safeAt))
        : l10n.t('was safe {0}', formatTime(verdict.safeAt));
    case 'only-in-cloud':
      return verdict.because === 'not-listed' ? l10n.t('not listed by the store') : '';
    case 'out-of-date':
      switch (verdict.because) {
        case 'content':
          return l10n.t('different content');
        case 'size':
          return l10n.t('different size');
        case 'time':
        case 'not-comparable':
          return l10n.t('newer here');
        case 'changed-since-comparison':
          return l10n.t('changed since the comparison');
      }
      break;
    case 'up-to-date':
      switch (verdict.proof) {
        case 'name-and-time':
          return l10n.t('by name and time');
        case 'unconfirmed':
          return l10n.t('as of {0}, not confirmed', formatTime(verdict.asOf));
        case 'uploaded':
        case 'receipt':
        case 'content':
          return l10n.t('proved');
      }
      break;
    case 'changed-in-cloud':
      switch (verdict.because) {
        case 'newer-there':
          return l10n.t('newer in the cloud');
        case 'only-there':
          return l10n.t('changed in the cloud only');
        case 'both':
          return l10n.t('both changed');
        case 'other-version':
          return l10n.t('another version in the cloud');
        case 'refused':
          return l10n.t('changed during the backup');
      }
      break;
    case 'unchecked':
      return failureText(verdict.failure);
    case 'ignored':
      // The surprising part comes first, because a narrow view cuts off the end.
      return [hiddenCopiesText(verdict.hiddenCopies), ignoreReason(verdict.because)]
        .filter(Boolean)
        .join('; ');
  }
}

/** The verdict and its reason in a sentence, for the tooltip. */
export function reason(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'missing-in-cloud':
      return verdict.safeAt === undefined
        ? l10n.t('Not in the cloud.')
        : l10n.t('Gone from the cloud: it was there on {0}.', formatTime(verdict.safeAt));
    case 'lost':
      return verdict.because === 'not-asked'
        ? l10n.t(
            'Was safe on {0}, now gone here and not in the list of the cloud. With so many lost files the store was not asked for each one: “Verify” asks for this one.',
            formatTime(verdict.safeAt),
          )
        : l10n.t('Was safe on {0}, now gone here and from the cloud.', formatTime(verdict.safeAt));
    case 'only-in-cloud':
      return verdict.because === 'not-listed'
        ? l10n.t(
            'Not on this computer. The store has it but does not list it, so another computer cannot find it.',
          )
        : l10n.t('Not on this computer.');
    case 'out-of-date':
      switch (verdict.because) {
        case 'content':
          return l10n.t('Out of date: the content differs.');
        case 'size':
          return l10n.t('Out of date: the size differs.');
        case 'time':
          return l10n.t('Out of date by name and time: the file here is not older than its copy.');
        case 'not-comparable':
          return l10n.t(
            'Out of date: the file here is newer, and the cloud copy has no checksum to compare with.',
          );
        case 'changed-since-comparison':
          return l10n.t('Out of date: the file has changed since the comparison.');
      }
      break;
    case 'up-to-date':
      switch (verdict.proof) {
        case 'uploaded':
          return l10n.t('Up to date, proved: the cloud confirmed these very bytes.');
        case 'receipt':
          return l10n.t(
            'Up to date, proved: the cloud confirmed these very bytes, and neither side has changed.',
          );
        case 'content':
          return l10n.t('Up to date, proved: the content is the same, byte for byte.');
        case 'name-and-time':
          return l10n.t(
            'Up to date by name and time, not proved: same size, and not newer than the cloud copy.',
          );
        case 'unconfirmed':
          return l10n.t(
            'Up to date as of {0}, not confirmed: the comparison after that failed.',
            formatTime(verdict.asOf),
          );
      }
      break;
    case 'changed-in-cloud':
      switch (verdict.because) {
        case 'newer-there':
          return l10n.t('The cloud copy is newer and different. It is not overwritten.');
        case 'only-there':
          return l10n.t(
            'The cloud copy was changed, the file here was not. It is not overwritten.',
          );
        case 'both':
          return l10n.t('Both the file here and its cloud copy have changed. Neither is touched.');
        case 'other-version':
          return l10n.t(
            'The file here is of another version than the copy that is in the cloud now, such as an older one that was restored. The cloud copy is not overwritten.',
          );
        case 'refused':
          return l10n.t(
            'The cloud copy was changed while it was being backed up. It was not overwritten.',
          );
      }
      break;
    case 'unchecked':
      return l10n.t('Couldn’t be checked: {0}', failureText(verdict.failure));
    case 'ignored':
      return l10n.t(
        'Ignored: {0}.',
        [ignoreReason(verdict.because), hiddenCopiesText(verdict.hiddenCopies)]
          .filter(Boolean)
          .join('; '),
      );
  }
}

/** Why a file is not backed up. */
export function ignoreReason(because: IgnoreReason): string {
  switch (because.kind) {
    case 'rule':
      return because.line === undefined
        ? l10n.t('“{0}” in {1}', because.pattern, because.source)
        : l10n.t('“{0}” in {1}, line {2}', because.pattern, because.source, because.line);
    case 'kept-copy':
      return l10n.t(
        'it was kept beside another file after a conflict; a line with “!” in .s3backupignore includes it',
      );
    case 'inner-folder':
      return l10n.t('it is a folder of this workspace and is backed up as that');
    case 'link':
      return l10n.t('symbolic link');
    case 'special-file':
      return l10n.t('not a regular file');
    case 'below-local-file':
      return l10n.t('“{0}” is not a folder here', because.path);
    case 'namesake-is-folder':
      return l10n.t('“{0}” is a folder here', because.path);
    case 'not-a-path':
      return keyFault(because.fault);
  }
}

/** Why a key of the bucket cannot be the path of a local file. */
function keyFault(fault: KeyFault): string {
  switch (fault) {
    case 'folder-marker':
      return l10n.t('its key ends in “/”: it marks a folder and is not a file');
    case 'empty-segment':
      return l10n.t('its key has two “/” in a row, which no file name here can have');
    case 'dot-segment':
      return l10n.t('its key leads out of the folder with “.” or “..”');
    case 'nul':
      return l10n.t('its key contains a NUL character, which no file name can have');
    case 'backslash':
      return l10n.t('its key contains a “\\”, which separates folders here');
    case 'outside-prefix':
      return l10n.t('its key does not begin with the prefix');
    case 'staged-file':
      return l10n.t('its key is the name of a temporary file of S3 Backup');
    case 'not-decodable':
      return l10n.t('the store lists its key in a form that cannot be read');
    case 'incomplete':
      return l10n.t('the store lists no ETag, size or time for it');
  }
}

function hiddenCopiesText(count: number): string {
  if (count === 0) return '';
  return count === 1
    ? l10n.t('still in the cloud')
    : l10n.t('{0} still in the cloud', formatFiles(count));
}

/** Where a rule is written. */
export type RulePlace = Pick<Extract<IgnoreReason, { kind: 'rule' }>, 'source' | 'line'>;

/** Returns where the rule behind a verdict is written, if there is one. */
export function rulePlace(verdict: Verdict): RulePlace | undefined {
  if (verdict.kind === 'ignored' && verdict.because.kind === 'rule') return verdict.because;
  if (verdict.kind === 'unchecked' && verdict.failure.code === 'ignore-file-unreadable') {
    return { source: verdict.failure.subject, line: 1 };
  }
  return undefined;
}

/** Describes a file or its copy by its exact size and time. */
export function sideText(side: Side | undefined): string {
  if (side === undefined) return l10n.t('nothing');
  const size = side.size === 1 ? l10n.t('1 byte') : l10n.t('{0} bytes', formatCount(side.size));
  return `${size}, ${formatTime(side.modifiedAtMs)}`;
}
