import { connect } from 'node:tls';

/**
 * Whether a server answers in TLS at the host and port of an `https` URL, whatever its certificate. Nothing is
 * sent but the greeting.
 */
export function speaksTls(url: URL, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: url.port === '' ? 443 : Number(url.port),
      ...(/[a-z]/i.test(host) && !host.includes(':') ? { servername: host } : {}),
      // Who it is does not matter here: the connection is closed at once.
      rejectUnauthorized: false,
      timeout: timeoutMs,
    });
    const end = (speaks: boolean) => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(speaks);
    };
    const stop = () => {
      end(false);
    };
    signal.addEventListener('abort', stop, { once: true });
    socket.once('secureConnect', () => {
      end(true);
    });
    socket.once('timeout', stop);
    socket.on('error', stop);
    socket.once('close', stop);
  });
}

const timeoutMs = 3_000;
