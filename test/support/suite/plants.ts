/** A fault to plant in the compiled engine, and the test that has to find it. */
export interface Plant {
  readonly what: string;
  readonly edits: readonly Edit[];
  /** What `runSuite` is called with. */
  readonly test: readonly string[];
  /** What still stands in its way where no test can find it. */
  readonly behind?: string;
}

interface Edit {
  /** Below `out/src/engine`. */
  readonly file: string;
  /** Stands in the file once. */
  readonly from: string;
  readonly to: string;
}

const weather = ['s3', 'badWeather'];
const model = ['engine', 'whole/model'];

const lostPut: Edit = {
  file: 's3/putObject.js',
  from: 'return storedBy((await client.request(request, sending)).headers);',
  to: `return storedBy((await client.request(request, sending).catch(error => {
        if (error.$metadata?.httpStatusCode !== undefined) throw error;
        return { headers: { etag: '"' + require('node:crypto').hash('md5', body) + '"' } };
      })).headers);`,
};

const acceptedShort: Edit = {
  file: 'store/download.js',
  from: 'if (filled < buffer.byteLength)',
  to: 'if (false)',
};

export const plants: readonly Plant[] = [
  { what: 'a put counts as done though no answer came', edits: [lostPut], test: weather },
  {
    what: 'a receipt is written though the put has failed',
    edits: [
      {
        file: 'backup/upload.js',
        from: 'bucket.put({ key, body, sha256, condition, attributes, signal, onSent }))',
        to: `bucket.put({ key, body, sha256, condition, attributes, signal, onSent }).catch(() => ({
          etag: require('node:crypto').hash('md5', body) })))`,
      },
    ],
    test: weather,
  },
  {
    what: 'a row is green after its upload has failed',
    edits: [
      {
        file: 'backup/backUpKind.js',
        from: "comparison.setActivity(path, { kind: 'failed', failure });",
        to: "comparison.place({ ...known, verdict: { kind: 'up-to-date', proof: 'uploaded' } });",
      },
    ],
    test: weather,
  },
  {
    what: 'nobody looks whether a put without an answer has arrived',
    edits: [
      {
        file: 's3/conditionalWrite.js',
        from: 'return isSame || (uncertain && isOwn(found)) ? found : undefined;',
        to: 'return undefined;',
      },
    ],
    test: weather,
  },
  {
    what: 'writes have no condition, and nobody looks before',
    edits: [
      {
        file: 's3/conditionalWrite.js',
        from: 'const own = await headBefore(context, write, attempt, treatment);',
        to: 'const own = await send({});',
      },
    ],
    test: weather,
  },
  {
    what: 'the second part holds bytes of the first',
    edits: [
      {
        file: 'backup/putParts.js',
        from: 'readFile_1.readRange)({ file, path, start, buffer: buffer.bytes',
        to: 'readFile_1.readRange)({ file, path, start: 0, buffer: buffer.bytes',
      },
    ],
    test: weather,
  },
  {
    what: 'a download that was cut short counts as whole',
    edits: [acceptedShort],
    test: weather,
    behind: 'half an answer is a connection that broke, and the rest is asked for',
  },
  {
    what: 'a download that was cut short counts as whole, and its checksum as right',
    edits: [
      acceptedShort,
      {
        file: 'checksums/contentCheck.js',
        from: "return { kind: this.#evidence?.verdictOn(sha256, rest) ?? 'unknown', sha256 };",
        to: "return { kind: 'same', sha256 };",
      },
    ],
    test: weather,
    behind: 'half an answer is a connection that broke, and the rest is asked for',
  },
  {
    what: 'a put that is tried again sends the bytes of another file',
    edits: [
      {
        file: 's3/putObject.js',
        from: 'const digest = new bodyChecksum_1.BodyDigest(body);',
        to: `const others = (globalThis.others ??= []); others.push(body);
        const digest = new bodyChecksum_1.BodyDigest(body);`,
      },
      {
        file: 's3/putObject.js',
        from: 'headers: all, body: sent, sha256 };',
        to: `headers: all, sha256: undefined, body: isAgain++ > 0
          ? { bytes: others[0], send: async out => void out.end(others[0]) } : sent };`,
      },
      {
        file: 's3/putObject.js',
        from: 'let previousCause;',
        to: 'let previousCause; let isAgain = 0;',
      },
    ],
    test: weather,
  },
  {
    what: 'a report counts a failed file as done, too',
    edits: [
      {
        file: 'batch/reports.js',
        from: "done: count('done'),",
        to: "done: count('done') + count('failed'),",
      },
    ],
    test: weather,
  },
  {
    what: 'a report counts the bytes of files that did not arrive',
    edits: [
      {
        file: 'batch/reports.js',
        from: "(outcome.kind === 'done' ? outcome.bytes : 0)",
        to: 'outcome.bytes',
      },
    ],
    test: weather,
  },
  {
    what: 'each request is sent twice',
    edits: [
      {
        file: 'network/attempt.js',
        from: 'return await unlessCancelled(operation({ number, uncertain }), signal, subject);',
        to: `await operation({ number, uncertain });
            return await unlessCancelled(operation({ number, uncertain }), signal, subject);`,
      },
    ],
    test: weather,
  },
  {
    what: 'the condition is that of no comparison',
    edits: [
      {
        file: 'backup/backUpKind.js',
        from: 'const meanwhile = await (0, storedMeanwhile_1.storedMeanwhile)(step, options.signal);',
        to: `const head = await step.route.bucket.head({ key: step.route.target.prefix + path, signal: options.signal });
        return upload({ ...step, condition: { kind: 'unchanged', etag: head.etag } }, options);
        const meanwhile = undefined;`,
      },
    ],
    test: weather,
  },
  {
    what: 'a receipt names other bytes',
    edits: [
      {
        file: 'backup/upload.js',
        from: 'receipt: { local: before, sha256: sent.sha256,',
        to: "receipt: { local: before, sha256: '00' + sent.sha256.slice(2),",
      },
    ],
    test: model,
  },
];
