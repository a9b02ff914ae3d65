import type { MessagePort } from 'node:worker_threads';
import {
  createMessageConnection,
  PortMessageReader,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { FailureRecord } from '../../protocol/failures';
import { logged } from '../../protocol/host';
import type { NotificationType, RequestType } from '../../protocol/messages';
import { BytesWriter } from './bytesWriter';
import { describeFailure, throwIfCancelled, toFailure } from '../failures/failure';
import { settledOrAborted } from '../concurrency/keyedLock';

/** Sends and handles the protocol's messages over the port of the engine's thread. */
export class ServedPort {
  readonly #connection: MessageConnection;
  /** Settles before any message is handled. */
  readonly #ready: Promise<unknown> | undefined;

  private constructor(connection: MessageConnection, ready: Promise<unknown> | undefined) {
    this.#connection = connection;
    this.#ready = ready;
  }

  static over(port: MessagePort): ServedPort {
    const reader = new PortMessageReader(port);
    return new ServedPort(createMessageConnection(reader, new BytesWriter(port)), undefined);
  }

  onRequest<P, R>({ method }: RequestType<P, R>, handler: RequestHandler<P, R>): void {
    this.#connection.onRequest(method, (request: P, token: CancellationToken) =>
      answered(token, async signal => {
        if (this.#ready !== undefined) {
          await settledOrAborted([this.#ready], signal);
          throwIfCancelled(signal, '');
        }
        return handler(request, signal);
      }),
    );
  }

  /** Handles a request that has no answer but that it is done. */
  onCommand<P>(type: RequestType<P, null>, handler: RequestHandler<P, void>): void {
    this.onRequest(type, async (request, signal) => {
      await handler(request, signal);
      return null;
    });
  }

  /** Handles a notification. It has no answer that could carry a failure, so that is logged. */
  onNotification<P>(
    { method }: NotificationType<P>,
    handler: (notification: P) => void | Promise<void>,
  ): void {
    this.#connection.onNotification(method, async (notification: P) => {
      try {
        if (this.#ready !== undefined) await settledOrAborted([this.#ready], neverAborted);
        await handler(notification);
      } catch (error) {
        const failure = toFailure(error, method);
        const message = `${failure.subject}: ${describeFailure(failure)}`;
        this.notify(logged, { level: 'error', message });
      }
    });
  }

  sendRequest<P, R>({ method }: RequestType<P, R>, request: P): Promise<R> {
    return this.#connection.sendRequest<R>(method, request);
  }

  notify<P>({ method }: NotificationType<P>, notification: P): void {
    void this.#connection.sendNotification(method, notification);
  }

  onClose(handler: () => void): void {
    this.#connection.onClose(handler);
  }

  /**
   * Returns the same port for work that must not begin before `ready`, whether that is fulfilled or
   * rejected. What waits begins in the order in which it came; cancelling a request ends its wait.
   */
  waitingFor(ready: Promise<unknown>): ServedPort {
    return new ServedPort(this.#connection, ready);
  }

  /** Begins to receive, also what was sent before. Messages without a handler are lost. */
  listen(): void {
    this.#connection.listen();
  }
}

type RequestHandler<P, R> = (request: P, signal: AbortSignal) => R | Promise<R>;

/** A notification cannot be cancelled. */
const neverAborted = new AbortController().signal;

/** Runs a request under a signal of its own. Its failure is returned as the data of an error. */
async function answered<T>(
  token: CancellationToken,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | ResponseError<FailureRecord>> {
  const controller = new AbortController();
  const listening = token.onCancellationRequested(() => {
    controller.abort();
  });
  if (token.isCancellationRequested) controller.abort();
  try {
    return await work(controller.signal);
  } catch (error) {
    const failure = toFailure(error, '');
    return new ResponseError(failureErrorCode, failure.message, failure.toRecord());
  } finally {
    listening.dispose();
  }
}

/** JSON-RPC 2.0, section 5.1, asks for a number; which failure it is stands in the data. */
const failureErrorCode = 1;
