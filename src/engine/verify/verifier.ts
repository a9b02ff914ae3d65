import { createHash } from 'node:crypto';
import type { Chosen } from '../../protocol/plans';
import type { VerifyProgress, VerifyReport } from '../../protocol/verify';
import {
  decideByReading,
  type ContentDecision,
  type ContentDecisionRequest,
} from '../compare/decideByContent';
import type { ContentCase } from '../compare/join';
import { isStillAsked } from '../comparison/backgroundProof';
import type { Comparisons } from '../comparison/comparisons';
import type { ComparisonJob } from '../comparison/job';
import { BoundedMap } from '../concurrency/boundedMap';
import { inParallel } from '../concurrency/parallel';
import { toKey } from '../disk/objectKey';
import { Failure, throwIfCancelled, toFailure } from '../failures/failure';
import { casesToVerify } from './casesToVerify';
import { VerifyTally, type VerifyCase } from './verifyTally';

export interface VerifierDeps {
  readonly comparisons: Comparisons;
  /** Called with `undefined` when a verification has ended. */
  readonly onProgress: (verificationId: number, progress: VerifyProgress | undefined) => void;
}

/** Proves files by reading them, whatever is known of them, or says what differs. */
export class Verifier {
  readonly #deps: VerifierDeps;
  /** What the last verifications could not compare, by their ids. */
  readonly #unknown = new BoundedMap<number, readonly VerifyCase[]>(maxRemembered);
  #lastId = 0;

  constructor(deps: VerifierDeps) {
    this.#deps = deps;
  }

  /** Reads the files of a verification, and compares them with what the store says of its copies. */
  verify({ cases, tally }: Verification, signal: AbortSignal): Promise<VerifyReport> {
    return this.#readAll({ cases, tally, method: byReading, signal });
  }

  /**
   * Reads the cloud copies without which a verification could not compare its files, once. Throws
   * `plan-outdated` where they have been read, or where newer verifications came in between.
   */
  async readCopies(verificationId: number, signal: AbortSignal): Promise<VerifyReport> {
    const cases = this.#unknown.get(verificationId);
    if (cases === undefined) throw new Failure('plan-outdated', String(verificationId));
    this.#unknown.delete(verificationId);
    return this.#readAll({ cases, tally: new VerifyTally(), method: byCopy, signal });
  }

  async #readAll({ cases, tally, method, signal }: ReadRequest): Promise<VerifyReport> {
    const id = ++this.#lastId;
    const bytes = cases.reduce((sum, asked) => sum + method.bytesOf(asked), 0);
    let filesDone = 0;
    let bytesDone = 0;
    const report = () => {
      this.#deps.onProgress(id, {
        files: cases.length,
        bytes,
        filesDone,
        bytesDone: Math.min(bytes, bytesDone),
      });
    };
    const onBytes = (more: number) => {
      bytesDone += more;
      report();
    };
    try {
      report();
      await inParallel(cases, maxConcurrentReads, async asked => {
        throwIfCancelled(signal, asked.local.path);
        tally.addRead(asked, await this.#read(asked, { method, signal, onBytes }));
        filesDone++;
        report();
      });
    } finally {
      this.#deps.onProgress(id, undefined);
    }
    this.#unknown.set(id, tally.unknown);
    return tally.report(id);
  }

  /** Reads one file, whose row shows it meanwhile and takes the verdict. */
  async #read(
    asked: VerifyCase,
    { method, signal, onBytes }: Pick<ReadRequest, 'method' | 'signal'> & OnBytes,
  ): Promise<ContentDecision['content']> {
    const { comparisons } = this.#deps;
    const { job, local } = asked;
    const { prefix } = job.target;
    const before = comparisons.current(job);
    if (before?.get(local.path)?.activity === undefined) {
      before?.setActivity(local.path, { kind: 'verifying' });
    }
    try {
      const { finding, content } = await method.decide(asked, { ...job, prefix, signal, onBytes });
      const now = comparisons.current(job);
      if (finding !== undefined && now !== undefined && isStillAsked(now, asked)) {
        now.place(finding);
      }
      return content;
    } finally {
      const now = comparisons.current(job);
      if (now?.get(local.path)?.activity?.kind === 'verifying') {
        now.setActivity(local.path, undefined);
      }
    }
  }
}

/** The files that a verification has to read, and what is known without reading. */
export class Verification {
  readonly cases: VerifyCase[] = [];
  readonly tally = new VerifyTally();

  /** Adds what was chosen of a folder, compared anew. */
  async add(
    comparisons: Comparisons,
    job: ComparisonJob,
    { chosen, signal }: { readonly chosen: Chosen; readonly signal: AbortSignal },
  ): Promise<void> {
    const { tally } = this;
    comparisons.wantProofs(job.target.folder);
    this.cases.push(...(await casesToVerify({ comparisons, job, chosen, tally, signal })));
  }
}

interface OnBytes {
  readonly onBytes: (bytes: number) => void;
}

interface ReadRequest {
  readonly tally: VerifyTally;
  readonly cases: readonly VerifyCase[];
  readonly method: Method;
  readonly signal: AbortSignal;
}

/** How files are compared, and how many bytes that takes to read. */
interface Method {
  readonly decide: (asked: VerifyCase, request: ContentDecisionRequest) => Promise<ContentDecision>;
  readonly bytesOf: (asked: VerifyCase) => number;
}

const byReading: Method = { decide: decideByReading, bytesOf: ({ local }) => local.size };
const byCopy: Method = {
  decide: decideByCopy,
  bytesOf: ({ local, cloud }) => local.size + cloud.size,
};

/** Of so many verifications the cloud copies can still be read. */
const maxRemembered = 5;

/** Leaves the disk and the processor to whatever else goes on. */
const maxConcurrentReads = 2;

/** Decides about a verdict by reading the cloud copy too, where nothing else can be compared. */
async function decideByCopy(
  asked: ContentCase,
  request: ContentDecisionRequest,
): Promise<ContentDecision> {
  const { local, cloud } = asked;
  const { bucket, prefix, signal, onBytes } = request;
  const hashBegan = Date.now();
  try {
    const key = toKey(prefix, local.path);
    const { head, body } = await bucket.get({ key, ifMatch: cloud.etag, signal });
    const hash = createHash('sha256');
    for await (const chunk of body) {
      hash.update(chunk);
      onBytes?.(chunk.byteLength);
    }
    // What was read is as good as a receipt: it says which bytes are under this ETag.
    const receipt = {
      local,
      sha256: hash.digest('hex'),
      etag: cloud.etag,
      crc32: undefined,
      versionId: head.versionId,
      hashBegan,
      provedAt: Date.now(),
    };
    return await decideByReading({ ...asked, receipt }, request);
  } catch (error) {
    const failure = toFailure(error, local.path);
    if (failure.code === 'cancelled') throw failure;
    return { finding: undefined, content: failure };
  }
}
