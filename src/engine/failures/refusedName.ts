/** What a store has answered to a request about one key. */
export interface AnswerAboutKey {
  readonly key: string;
  readonly status: number | undefined;
  /** The error's name. */
  readonly name: string;
  /** Whether the name says what has gone wrong; no name of ours for a status does. */
  readonly isTelling: boolean;
  readonly words: string;
  /** Empty where it tells none. */
  readonly contentType: string;
}

/**
 * Whether a store refuses an object's name: by a word of S3's or of its own, in prose, or without a
 * word where only the name can be meant. All other refusals of names are decided here, too.
 */
export function refusesName(answer: AnswerAboutKey): boolean {
  const { key, status, name, isTelling, words, contentType } = answer;
  if (refusals.has(name)) return true;
  if (isTelling || (status !== 400 && status !== 404)) return false;
  const isPage = /^text\/html\b/i.test(contentType);
  if (status === 404) {
    // A server's own page, since no rule of it led to the store; moto's does not match line feeds.
    return isPage && isOdd(key);
  }
  // Prose comes from a server in front of the store, or within it; not any `text/…`: XML may be one.
  if (isPage || /^text\/plain\b/i.test(contentType)) return true;
  return speaksOfName.test(words) || isOdd(key);
}

const refusals: ReadonlySet<string> = new Set([
  'XMinioInvalidObjectName',
  'InvalidObjectName',
  'InvalidURI',
  // Some stores cannot keep a file beside a folder of the same name, or below a file.
  'ObjectParentIsFile',
  'ExistingObjectIsDirectory',
  'XMinioParentIsObject',
  'XMinioObjectExistsAsDirectory',
]);

/** rclone's "Object name contains unsupported characters", and the like. */
const speaksOfName =
  /\b(?:object|key|file) ?names? .*\b(?:unsupported|invalid|illegal|not (?:valid|allowed|supported))\b|\b(?:invalid|illegal|unsupported) (?:object|key|file) ?names?\b/i;

/** Names that servers are known to make something else of, or nothing. */
function isOdd(key: string): boolean {
  return /(?:^|\/)\.{0,2}\/|(?:^|\/)\.{1,2}$|\\|\p{Cc}/u.test(key);
}
