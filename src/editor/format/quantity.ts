import { env, l10n } from 'vscode';

/** A number as the user's language writes it. */
export function formatCount(count: number): string {
  return count.toLocaleString(env.language);
}

export function formatFiles(count: number): string {
  return count === 1 ? l10n.t('1 file') : l10n.t('{0} files', formatCount(count));
}

export function formatObjects(count: number): string {
  return count === 1 ? l10n.t('1 object') : l10n.t('{0} objects', formatCount(count));
}

/** Bytes in the unit that keeps them short: "812 B", "3.4 MB". */
export function formatBytes(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // 1,023.5 KB would be rounded to 1,024.
  while (amount >= 1023.5 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  const digits = unit === 0 || amount >= 99.5 ? 0 : 1;
  const number = amount.toLocaleString(env.language, { maximumFractionDigits: digits });
  return `${number} ${units[unit] ?? ''}`;
}

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
