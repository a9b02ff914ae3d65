/**
 * Splits a text into words as a POSIX shell does with quotes and backslashes, and with nothing else:
 * the AWS CLI reads names of sections and the command of a `credential_process` so (`shlex.split` of
 * Python, without comments). Returns `undefined` where a quotation does not end.
 */
export function shellWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    const next = text[index + 1];
    if (quote === "'") {
      if (char === quote) quote = undefined;
      else word = (word ?? '') + char;
    } else if (char === '\\' && (quote === undefined || next === quote || next === '\\')) {
      if (next === undefined) return undefined;
      word = (word ?? '') + next;
      index++;
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
