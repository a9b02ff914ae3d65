/** The kinds of messages, in the words of vscode-jsonrpc. */

/** A message with an answer: its name on the wire, and to the compiler what it carries. */
export interface Question<P, R> {
  readonly method: string;
  readonly carries?: (params: P) => R;
}

/** A message without an answer. */
export interface Notice<P> {
  readonly method: string;
  readonly carries?: (params: P) => void;
}

export function question<P, R>(method: string): Question<P, R> {
  return { method };
}

export function notice<P>(method: string): Notice<P> {
  return { method };
}
