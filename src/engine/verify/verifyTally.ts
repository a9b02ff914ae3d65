import type { FilePath } from '../../protocol/folders';
import type { VerifyReport } from '../../protocol/verify';
import type { ContentDecision } from '../compare/decideByContent';
import type { ContentCase } from '../compare/join';
import type { ComparisonJob } from '../comparison/job';
import type { Failure } from '../failures/failure';

/** A file to read, and the folder that it belongs to. */
export interface VerifyCase extends ContentCase {
  readonly job: ComparisonJob;
}

/** What a verification has found so far. */
export class VerifyTally {
  readonly #unknown: VerifyCase[] = [];
  readonly #problems: VerifyReport['problems'][number][] = [];
  #proved = 0;
  #different = 0;
  #missing = 0;
  #failed = 0;

  /** The files that can only be compared with by reading their cloud copies. */
  get unknown(): readonly VerifyCase[] {
    return this.#unknown;
  }

  /** Counts a file by what reading it has said. */
  addRead(asked: VerifyCase, content: ContentDecision['content']): void {
    switch (content) {
      case 'equal':
        this.#proved++;
        return;
      case 'different':
        this.#different++;
        return;
      case 'unknown':
        this.#unknown.push(asked);
        return;
      default:
        this.addFailed(asked.job, asked.local.path, content);
    }
  }

  /** Counts a file of another size than its copy, which need not be read. */
  addDifferent(): void {
    this.#different++;
  }

  addMissing(): void {
    this.#missing++;
  }

  addFailed({ target: { folder } }: ComparisonJob, path: FilePath, failure: Failure): void {
    this.#failed++;
    if (this.#problems.length < maxProblems) {
      this.#problems.push({ folder, path, failure: failure.toRecord() });
    }
  }

  report(verificationId: number): VerifyReport {
    const unknown = this.#unknown.length;
    return {
      verificationId,
      files: this.#proved + this.#different + this.#missing + unknown + this.#failed,
      proved: this.#proved,
      different: this.#different,
      missing: this.#missing,
      unknown: {
        files: unknown,
        bytes: this.#unknown.reduce((sum, { cloud }) => sum + cloud.size, 0),
      },
      failed: this.#failed,
      problems: this.#problems,
    };
  }
}

/** A report travels as one message. */
const maxProblems = 100;
