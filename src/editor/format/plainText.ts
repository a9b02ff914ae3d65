/**
 * A text for a message, with names of files in it. VS Code makes a link of `[text](target)` there,
 * even one that runs a command, and what the bucket holds is not to be trusted with that.
 */
export function plainText(text: string): string {
  return text.replaceAll('](', `]${wordJoiner}(`);
}

/** Takes up no space. */
const wordJoiner = '\u2060';
