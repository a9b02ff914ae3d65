import { request, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';

/**
 * Opens a request to the server behind a proxy, with its header pairs just as they came, in their
 * order and spelling: signatures stay valid.
 */
export function forwardRequest(
  { method, url, rawHeaders }: IncomingMessage,
  { target, agent }: { readonly target: URL; readonly agent: Agent },
): ClientRequest {
  return request({
    agent,
    host: target.hostname,
    port: target.port,
    method,
    path: url,
    headers: rawHeaders,
    setDefaultHeaders: false,
  });
}
