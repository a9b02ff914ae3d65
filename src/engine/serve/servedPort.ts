import type { MessagePort } from 'node:worker_threads';
import {
  createMessageConnection,
  PortMessageReader,
  ResponseError,
  type CancellationToken,
} from 'vscode-jsonrpc/node';
import type { FailureRecord } from '../../protocol/failures';
import { logged } from '../../protocol/host';
import type { NotificationType, RequestType } from '../../protocol/messages';
import { BytesWriter } from './bytesWriter';
import { describeFailure, throwIfCancelled, toFailure } from '../failures/failure';
import { settledOrAborted } from '../concurrency/keyedLock';

/** The protocol's messages, spoken over the port of the engine's thread. */
export interface ServedPort {
  onRequest<P, R>(
    question: RequestType<P, R>,
    work: (request: P, signal: AbortSignal) => R | Promise<R>,
  ): void;
  /** For what is only to be done. */
  onCommand<P>(
    question: RequestType<P, null>,
    work: (request: P, signal: AbortSignal) => void | Promise<void>,
  ): void;
  /** A notice has no answer in which a failure could travel: it is logged. */
  onNotification<P>(notice: NotificationType<P>, work: (news: P) => void | Promise<void>): void;
  sendRequest<P, R>(question: RequestType<P, R>, request: P): Promise<R>;
  notify<P>(notice: NotificationType<P>, news: P): void;
  onClose(close: () => void): void;
  /**
   * The same port for work that must not begin before `ready`, whichever way that ends. What waits
   * begins in the order in which it came; cancelling a request ends its wait.
   */
  waitingFor(ready: Promise<unknown>): ServedPort;
  /** What was sent before comes now; what comes while nobody listens is lost. */
  listen(): void;
}

export function servedPort(port: MessagePort): ServedPort {
  const connection = createMessageConnection(new PortMessageReader(port), new BytesWriter(port));
  const served: ServedPort = {
    onRequest<P, R>(
      { method }: RequestType<P, R>,
      work: (request: P, signal: AbortSignal) => R | Promise<R>,
    ) {
      connection.onRequest(method, (request: P, token: CancellationToken) =>
        answered(token, async signal => work(request, signal)),
      );
    },
    onCommand(question, work) {
      served.onRequest(question, doneOnly(work));
    },
    onNotification<P>({ method }: NotificationType<P>, work: (news: P) => void | Promise<void>) {
      connection.onNotification(method, async (news: P) => {
        try {
          await work(news);
        } catch (error) {
          const failure = toFailure(error, method);
          const message = `${failure.subject}: ${describeFailure(failure)}`;
          served.notify(logged, { level: 'error', message });
        }
      });
    },
    sendRequest<P, R>({ method }: RequestType<P, R>, request: P) {
      return connection.sendRequest<R>(method, request);
    },
    notify<P>({ method }: NotificationType<P>, news: P) {
      void connection.sendNotification(method, news);
    },
    onClose(close) {
      connection.onClose(close);
    },
    waitingFor(ready) {
      const waiting: ServedPort = {
        ...served,
        onRequest(question, work) {
          served.onRequest(question, async (request, signal) => {
            await settledOrAborted([ready], signal);
            throwIfCancelled(signal, '');
            return work(request, signal);
          });
        },
        onCommand(question, work) {
          waiting.onRequest(question, doneOnly(work));
        },
        onNotification(notice, work) {
          served.onNotification(notice, async news => {
            await settledOrAborted([ready], neverCancelled);
            return work(news);
          });
        },
      };
      return waiting;
    },
    listen() {
      connection.listen();
    },
  };
  return served;
}

/** What has nothing to answer but that it is done. */
function doneOnly<P>(work: (request: P, signal: AbortSignal) => void | Promise<void>) {
  return async (request: P, signal: AbortSignal): Promise<null> => {
    await work(request, signal);
    return null;
  };
}

/** A notice has nobody who could cancel it. */
const neverCancelled = new AbortController().signal;

/** Runs a request under its own signal; its failure travels as data. */
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
    return new ResponseError(failureResponse, failure.message, failure.toRecord());
  } finally {
    listening.dispose();
  }
}

/** JSON-RPC asks for a number; which failure it is stands in the data. */
const failureResponse = 1;
