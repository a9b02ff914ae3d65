import type { MessagePort } from 'node:worker_threads';
import { PortMessageWriter, type Message } from 'vscode-jsonrpc/node';

/** Writes messages to a port; the bytes of an answer are handed over instead of copied. */
export class BytesWriter extends PortMessageWriter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super(port);
    this.#port = port;
  }

  override write(message: Message): Promise<void> {
    const buffer = bytesOf(message);
    if (buffer === undefined) return super.write(message);
    this.#port.postMessage(message, [buffer]);
    return Promise.resolve();
  }
}

/** The memory of an answer that is `{ bytes }`. Bytes that are only part of it are copied. */
function bytesOf(message: Message): ArrayBuffer | undefined {
  const { result } = message as { readonly result?: { readonly bytes?: unknown } | null };
  const bytes = result?.bytes;
  if (!(bytes instanceof Uint8Array) || !(bytes.buffer instanceof ArrayBuffer)) return undefined;
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : undefined;
}
