/**
 * Returns a message's text without links. VS Code turns `[text](target)` into a link, even into one
 * that runs a command, and names of files in the bucket are not to be trusted with that.
 */
export function plainText(text: string): string {
  return text.replaceAll('](', `]${wordJoiner}(`);
}

/** Takes up no space. */
const wordJoiner = '\u2060';
