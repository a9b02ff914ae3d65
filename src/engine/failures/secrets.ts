/**
 * Keeps secrets out of all that the engine tells: stores and programs repeat in their errors what
 * they were sent. It is state of the module, as texts leave from everywhere.
 */
const secrets = new Set<string>();

/** Lets no text of a failure have this any more. */
export function keepSecret(secret: string | undefined): void {
  // Anything shorter is an ordinary word, as in tests, which would be taken out of other texts.
  if (secret === undefined || secret.length < minSecretChars) return;
  for (const form of [secret, encodeURIComponent(secret)]) {
    secrets.delete(form);
    secrets.add(form);
  }
  // Those of tokens that ended long ago.
  for (const oldest of secrets) {
    if (secrets.size <= maxSecrets) return;
    secrets.delete(oldest);
  }
}

/** Returns the text without the secrets that are known, and without what is signed by one. */
export function withoutSecrets(text: string): string {
  let shown = text;
  for (const secret of secrets) shown = shown.replaceAll(secret, '…');
  return shown
    .replace(/(Signature=)[0-9a-f]{16,}/gi, '$1…')
    .replace(/(X-Amz-(?:Security-Token|Credential)=)[^&\s"'<>]+/gi, '$1…')
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1…@');
}

const minSecretChars = 8;
const maxSecrets = 1_000;
