/** The kinds of messages, in the words of vscode-jsonrpc. */

/** A message with an answer: its name on the wire, and to the compiler what it carries. */
export interface RequestType<P, R> {
  readonly method: string;
  readonly carries?: (params: P) => R;
}

/** A message without an answer. */
export interface NotificationType<P> {
  readonly method: string;
  readonly carries?: (params: P) => void;
}

export function requestType<P, R>(method: string): RequestType<P, R> {
  return { method };
}

export function notificationType<P>(method: string): NotificationType<P> {
  return { method };
}
