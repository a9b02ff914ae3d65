import type { AddressInfo } from 'node:net';

/** An S3 server inside this process; it checks no signatures. */
export interface EmbeddedS3 {
  readonly endpoint: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts `fauxqs` on loopback; without `port` on one that is free. */
export async function startEmbeddedS3(options?: {
  readonly port?: number;
  readonly buckets?: readonly string[];
  /** Buckets that there are and that nobody here may use. */
  readonly foreignBuckets?: readonly string[];
}): Promise<EmbeddedS3> {
  // The package has an entry for `import` only. Its own `startFauxqs` listens on all interfaces.
  const { buildApp } = await import('fauxqs');
  const app = buildApp({ logger: false });
  // Node's client does not use a connection again after an answer to HEAD that gives no length.
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (request.method === 'HEAD' && !reply.hasHeader('content-length')) {
      void reply.header('content-length', 0);
    }
    done();
  });
  app.addHook('onRequest', async (request, reply) => {
    // It knows no such question, and would give a list of the bucket.
    if (request.method === 'GET' && /[?&]versioning(?:[=&]|$)/.test(request.url)) {
      await reply.type('application/xml').send('<VersioningConfiguration/>');
      return;
    }
    const [, name = ''] = request.url.split(/[/?]/);
    if (options?.foreignBuckets?.includes(name) === true) {
      await reply
        .code(403)
        .type('application/xml')
        .send('<Error><Code>AccessDenied</Code></Error>');
    }
  });
  await app.listen({ host: '127.0.0.1', port: options?.port ?? 0 });
  for (const bucket of options?.buckets ?? []) {
    await app.inject({ method: 'PUT', url: `/${bucket}` });
  }
  const { port } = app.server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    port,
    stop: () => app.close(),
  };
}
