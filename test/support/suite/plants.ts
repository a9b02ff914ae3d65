/** A fault to plant in the compiled engine, and the test that has to find it. */
export interface Plant {
  readonly what: string;
  readonly edits: readonly Edit[];
  /** What `runSuite` is called with. */
  readonly test: readonly string[];
  /** How many sequences may be run until it is found; else as many as in `npm test`. */
  readonly sequences?: number;
  /** What the failure has to say: by this it is known which promise has found the fault. */
  readonly says?: string;
  /** What still stands in its way where no test can find it. */
  readonly behind?: string;
}

interface Edit {
  /** Below `out/src/engine`; with `../..` before it, below `out`. */
  readonly file: string;
  /** Stands in the file once. */
  readonly from: string;
  readonly to: string;
}

/** Returns the text of the edit's file with the fault in it. Throws where its place stands there not once. */
export function withFault(text: string, { file, from, to }: Edit): string {
  if (text.split(from).length !== 2) throw new Error(`${file} has "${from}" not once.`);
  return text.replace(from, () => to);
}

const weather = ['s3', 'badWeather'];
const model = ['engine', 'whole/model'];
const schedules = ['engine', 'whole/schedules'];

const lostPut: Edit = {
  file: 's3/putObject.js',
  from: 'const answer = (await client.request(request, sending)).headers;',
  to: `const answer = (await client.request(request, sending).catch(error => {
        if (error.$metadata?.httpStatusCode !== undefined) throw error;
        return { headers: { etag: '"' + require('node:crypto').hash('md5', body) + '"' } };
      })).headers;`,
};

const staysOutOfDate: Edit = {
  file: 'backup/backUpKind.js',
  from: `const verdict = { kind: 'up-to-date', proof: 'uploaded' };`,
  to: `const verdict = { kind: 'out-of-date', because: 'content' };`,
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
        from: 'const digest = new bodyChecksum_1.BodyDigest(body, { sha256 });',
        to: `const others = (globalThis.others ??= []); others.push(body);
        const digest = new bodyChecksum_1.BodyDigest(body, { sha256 });`,
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
  {
    what: 'a receipt names an ETag that no copy has',
    edits: [
      {
        file: 'backup/upload.js',
        from: 'sha256: sent.sha256, etag,',
        to: `sha256: sent.sha256, etag: '0' + etag.slice(1),`,
      },
    ],
    test: model,
    says: 'has a receipt of a copy that never was',
  },
  {
    what: 'a restore that failed leaves its file',
    edits: [
      {
        file: 'restore/restoreFile.js',
        from: 'await (0, stage_1.discard)(staged, tools.journal);',
        to: 'tools.journal.end(staged.file);',
      },
    ],
    test: model,
    says: 'is litter',
  },
  {
    what: 'a file that is looked at again stays green',
    edits: [
      {
        file: 'comparison/judgeByDisk.js',
        from: 'if (known?.local !== undefined && (0, localFile_1.isSameState)(known.local, local))',
        to: `if (known?.verdict.kind === 'up-to-date')`,
      },
    ],
    test: model,
    says: 'is called safe',
  },
  {
    what: 'a comparison removes the copy of a file that was freed',
    edits: [
      {
        file: 'freeUp/freeUpKind.js',
        from: 'const { copy: cloud } = outcome.result;',
        to: `const { copy: cloud } = outcome.result;
            const { route } = outcome.step;
            (globalThis.freed ??= []).push(() => route.bucket.remove(route.target.prefix + path));`,
      },
      {
        file: 'comparison/comparisons.js',
        from: `const { folder } = job.target;
        const changed = this.#meanwhile.collect(folder);
        try {
            const { onComparing }`,
        to: `const { folder } = job.target;
        for (const remove of globalThis.freed?.splice(0) ?? []) remove();
        const changed = this.#meanwhile.collect(folder);
        try {
            const { onComparing }`,
      },
    ],
    test: model,
    says: ', which was freed',
  },
  {
    what: 'the groups do not add up',
    edits: [
      {
        file: 'comparison/comparison.js',
        from: 'found: this.#trees.size,',
        to: 'found: this.#trees.size + (this.#trees.size > 3 ? 1 : 0),',
      },
    ],
    test: model,
    says: 'the groups add up',
  },
  {
    what: 'what was sent stays out of date',
    edits: [staysOutOfDate],
    test: model,
    says: 'a second back-up has something to do',
  },
  {
    what: 'a report leaves out what was skipped',
    edits: [
      {
        file: 'batch/reports.js',
        from: `skipped: count('skipped'),`,
        to: 'skipped: 0,',
      },
    ],
    test: model,
    says: 'the report adds up',
  },
  {
    what: 'a plan says too few files',
    edits: [
      {
        file: 'backup/summarizeBackUp.js',
        from: 'files: steps.length,',
        to: 'files: 0,',
      },
    ],
    test: model,
    says: 'more was planned than was shown',
  },
  {
    what: 'what is taken out of a plan is sent',
    edits: [
      {
        file: 'backup/plannedBackUps.js',
        from: `this.#plans.leaveAlone(this.#kind, planId, { because: 'ignored', isMeant });`,
        to: '',
      },
    ],
    test: model,
    says: 'was left out, and sent',
  },
  {
    what: `nobody is asked about copies of somebody else's`,
    edits: [
      {
        file: 'backup/summarizeBackUp.js',
        from: 'const replacing = steps.filter(backUpStep_1.isOfUnknownOrigin);',
        to: 'const replacing = [];',
      },
    ],
    test: model,
    says: 'a copy was replaced without a question',
  },
  {
    what: 'what was stored since the comparison is replaced',
    edits: [
      {
        file: 'backup/backUpKind.js',
        from: 'const before = await (0, storedMeanwhile_1.storedMeanwhile)(step, options.signal);',
        to: `const { bucket, target } = step.route;
    const head = await bucket.head({ key: target.prefix + path, signal: options.signal }).catch(() => undefined);
    if (head !== undefined) return upload({ ...step, condition: { kind: 'unchanged', etag: head.etag } }, options);
    const before = undefined;`,
      },
    ],
    test: model,
    says: 'what was stored meanwhile at',
  },
  {
    what: 'a conflict is forgotten when its file changes',
    edits: [
      {
        file: 'comparison/judgeByDisk.js',
        from: `if (known?.verdict.kind === 'changed-in-cloud')
        return known.verdict;`,
        to: '',
      },
    ],
    test: model,
    says: 'is forgotten',
  },
  {
    what: 'a look passes by what it does not know',
    edits: [
      {
        file: 'comparison/liveChanges.js',
        from: `const known = comparison.get(path);
                (0, judgeByDisk_1.applyLeaf)`,
        to: `const known = comparison.get(path);
                if (known === undefined) continue;
                (0, judgeByDisk_1.applyLeaf)`,
      },
    ],
    test: model,
    says: 'the row of',
  },
  {
    what: 'what a look finds is told to no comparison',
    edits: [
      {
        file: 'comparison/looks.js',
        from: 'this.#meanwhile.add(id, [(0, node_path_1.join)(folder.root, path)]);',
        to: '',
      },
    ],
    test: model,
    says: 'the row of',
  },
  {
    what: 'a folder that cannot be read counts as empty',
    edits: [
      {
        file: 'scan/localScan.js',
        from: `yield { kind: 'unreadable', path: folder, isFolder: true, failure: failure.toRecord() };`,
        to: '',
      },
    ],
    test: model,
    says: 'could not be read',
  },
  {
    what: 'a verification counts no missing files',
    edits: [
      {
        file: 'verify/verifyTally.js',
        from: 'missing: this.#missing,',
        to: 'missing: 0,',
      },
    ],
    test: model,
    says: 'the verification adds up',
  },
  {
    what: 'a decision for one file sends others',
    edits: [
      {
        file: 'backup/selectBackUp.js',
        from: `return { steps: withVolumes(route, steps), excluded, leftAlone: [] };
}
/** Sorts`,
        to: `for (const { path, local, verdict } of comparison.entries())
        if (verdict.kind === 'missing-in-cloud') steps.push({ route, path, local, condition: { kind: 'absent' } });
    return { steps: withVolumes(route, steps), excluded, leftAlone: [] };
}
/** Sorts`,
      },
    ],
    test: model,
    says: 'was no conflict, and was sent',
    sequences: 1_500,
  },
  {
    what: 'a restore replaces what was to be skipped',
    edits: [
      {
        file: 'restore/restoreKind.js',
        from: `return local !== undefined && choice === 'skip';`,
        to: 'return false;',
      },
    ],
    test: model,
    says: 'was replaced',
  },
  {
    what: 'a restore writes other bytes over a file',
    edits: [
      {
        file: 'restore/restoreFile.js',
        from: 'const sink = new CheckedFile(staged, receipts.get(from));',
        to: `const sink = new CheckedFile(staged, receipts.get(from));
    sink.isReplacing = step.local !== undefined && step.choice === 'replace';`,
      },
      {
        file: 'restore/restoreFile.js',
        from: 'writeFile_1.writeSparse)(handle, bytes, start)',
        to: `writeFile_1.writeSparse)(handle,
            this.isReplacing ? Buffer.alloc(bytes.length, 'z') : bytes, start)`,
      },
    ],
    test: model,
    says: 'is not what was restored',
  },
  {
    what: 'a restore keeps nothing of what it replaces',
    edits: [
      {
        file: 'restore/commit.js',
        from: `if ((await editor.moveToTrash(absolute)) === 'trashed')
        return`,
        to: `require('node:fs').unlinkSync(absolute);
    return { kind: 'trashed' };
    if (false)
        return`,
      },
    ],
    test: model,
    says: 'is gone',
  },
  {
    what: 'a verification changes a file',
    edits: [
      {
        file: 'verify/verifier.js',
        from: `report();
            await`,
        to: `report();
            for (const { job, local } of cases) require('node:fs').appendFileSync(job.root + '/' + local.path, '+');
            await`,
      },
    ],
    test: model,
    says: 'was changed',
  },
  {
    what: 'a verification removes a copy',
    edits: [
      {
        file: 'verify/verifier.js',
        from: `report();
            await`,
        to: `report();
            for (const { job, local } of cases) job.bucket.remove(job.target.prefix + local.path);
            await`,
      },
    ],
    test: model,
    says: 'the copy of',
  },
  {
    what: 'what is excluded is sent',
    edits: [
      {
        file: 'scan/exclude.js',
        from: `if (!ignored || because === undefined)`,
        to: `if (!ignored || because === undefined || because.kind === 'rule')`,
      },
    ],
    test: model,
    says: 'is excluded, and was sent',
  },
  {
    what: 'the lines of an ignore file say nothing',
    edits: [
      {
        file: 'scan/exclude.js',
        from: 'const lines = (0, ignoreFiles_1.readIgnoreFiles)(this.#files, folder);',
        to: 'const lines = [];',
      },
    ],
    test: model,
    says: 'is excluded, and was sent',
  },
  {
    what: 'a restore that keeps both replaces',
    edits: [
      {
        file: 'restore/restoreKind.js',
        from: 'choice: own ?? choice',
        to: `choice: (own ?? choice) === 'keep-both' ? 'replace' : (own ?? choice)`,
      },
    ],
    test: model,
    says: 'was replaced',
  },
  {
    what: 'what the user forgets stays',
    edits: [
      {
        file: 'comparison/forget.js',
        from: 'comparison.remove(path);',
        to: '',
      },
    ],
    test: model,
    says: 'was forgotten, and is still lost',
  },
  {
    what: 'a plan to free up says too many files',
    edits: [
      {
        file: 'freeUp/selectFreeUp.js',
        from: 'files: steps.length,',
        to: 'files: steps.length && steps.length + 1,',
      },
    ],
    test: model,
    says: 'what would go and what would stay add up',
  },
  {
    what: 'a report counts more bytes than were freed',
    edits: [
      {
        file: 'batch/batch.js',
        from: 'ending.result.local.size : bytesOf(step)',
        to: 'ending.result.local.size + 1 : bytesOf(step)',
      },
    ],
    test: model,
    says: 'the report counts the bytes that were freed',
  },
  {
    what: 'a version is gone from the bucket',
    edits: [
      {
        file: '../../test/support/memory/memoryObjects.js',
        from: 'histories.set(key, [entry, ...kept]);',
        to: 'histories.set(key, [entry]);',
      },
    ],
    test: model,
    says: 'a version of',
  },
  {
    what: 'a version is gone, while two windows are at work',
    edits: [
      {
        file: '../../test/support/memory/memoryObjects.js',
        from: 'histories.set(key, [entry, ...kept]);',
        to: 'histories.set(key, [entry]);',
      },
    ],
    test: schedules,
    says: 'a version of',
  },
  {
    what: 'what was sent stays out of date, while two windows are at work',
    edits: [staysOutOfDate],
    test: schedules,
    says: 'a second back-up has something to do',
  },
  {
    what: 'the groups do not add up, while two windows are at work',
    edits: [
      {
        file: 'comparison/comparison.js',
        from: 'found: this.#trees.size,',
        to: 'found: this.#trees.size + (this.#trees.size > 2 ? 1 : 0),',
      },
    ],
    test: schedules,
    says: 'the groups add up',
  },
  {
    what: 'a restore replaces what was written since its plan',
    edits: [
      {
        file: 'restore/commit.js',
        from: '!(0, localFile_1.isSameState)(local, (0, localFile_1.toLocalFile)(path, now))',
        to: 'false',
      },
    ],
    test: ['engine', 'whole/restore'],
    says: 'a file that was written since the plan is skipped',
  },
  {
    what: 'copies that are kept beside a file replace each other',
    edits: [
      {
        file: 'disk/rename.js',
        from: `const renaming = { from: (0, filePath_1.fileName)(stagedPath), to, isNeeded: word === 'kept' };`,
        to: `require('node:fs').renameSync(folder.at((0, filePath_1.fileName)(stagedPath)), folder.at(to));
        return (0, filePath_1.childPath)((0, filePath_1.parentPath)(path), to);
        const renaming = {};`,
      },
    ],
    test: ['engine', 'disk/rename'],
    says: 'each copy is kept',
  },
  {
    what: 'a file whose name was taken while it was examined takes it back',
    edits: [
      {
        file: 'staging/restoreDisplaced.js',
        from: 'const renaming = { from:',
        to: `require('node:fs').renameSync(folder.at((0, filePath_1.fileName)(stagedPath)), folder.at((0, filePath_1.fileName)(path)));
    return undefined;
    const renaming = { from:`,
      },
    ],
    test: ['engine', 'freeUp/freeFile'],
    says: 'both are kept',
  },
  {
    what: 'a file whose name was taken while it was examined goes',
    edits: [
      {
        file: 'staging/restoreDisplaced.js',
        from: `return (0, rename_1.renameToConflictName)(folder, file, { at: new Date(), word: 'kept' }, journal);`,
        to: `require('node:fs').unlinkSync(folder.at((0, filePath_1.fileName)(stagedPath)));
    return path + ' (kept)';`,
      },
    ],
    test: ['engine', 'freeUp/freeFile'],
    says: 'both are kept',
  },
];
