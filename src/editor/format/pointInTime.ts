import { env, l10n } from 'vscode';

/** Says how long ago something was, in one unit: "just now", "5 min ago", "2 h ago". */
export function formatAge(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return l10n.t('just now');
  if (minutes < 60) return l10n.t('{0} min ago', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return l10n.t('{0} h ago', hours);
  return l10n.t('{0} days ago', Math.floor(hours / 24));
}

/** Returns date and time to the second, since users compare the times of two copies. */
export function formatTime(time: number): string {
  return new Date(time).toLocaleString(env.language, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Returns the time alone for a moment of today, and else the date with it; neither to the second. */
export function formatMoment(time: number, now: number): string {
  const isToday = new Date(time).toDateString() === new Date(now).toDateString();
  return new Date(time).toLocaleString(env.language, {
    ...(isToday ? {} : { dateStyle: 'medium' }),
    timeStyle: 'short',
  });
}

/** Says how long something takes, as exactly as an estimate can be: "8 s", "3 min", "2 h 10 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return l10n.t('{0} s', Math.max(1, Math.round(seconds)));
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return l10n.t('{0} min', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return l10n.t('{0} h', hours);
  return minutes % 60 === 0 ? l10n.t('{0} h', hours) : l10n.t('{0} h {1} min', hours, minutes % 60);
}
