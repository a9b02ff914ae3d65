import type { FilePath } from '../../protocol/folders';
import type { VerifyReport } from '../../protocol/verify';
import type { Failure } from '../failures/failure';
import type { ContentCase } from '../compare/join';
import type { ContentDecision } from '../compare/decideByContent';
import type { ComparisonJob } from '../comparison/job';

/** A file to read, and the folder that it belongs to. */
export interface VerifyCase extends ContentCase {
  readonly job: ComparisonJob;
}

/** What a verification has found so far. */
export interface VerifyTally {
  /** What reading a file has said. */
  read(asked: VerifyCase, content: ContentDecision['content']): void;
  /** Of another size than its copy: there is nothing to read for that. */
  different(): void;
  missing(): void;
  failed(job: ComparisonJob, path: FilePath, failure: Failure): void;
  /** The files that only their cloud copies could be compared with. */
  readonly unknown: readonly VerifyCase[];
  report(verificationId: number): VerifyReport;
}

export function verifyTally(): VerifyTally {
  const unknown: VerifyCase[] = [];
  const problems: VerifyReport['problems'][number][] = [];
  let proved = 0;
  let different = 0;
  let missing = 0;
  let failures = 0;

  function failed({ target: { folder } }: ComparisonJob, path: FilePath, failure: Failure): void {
    failures++;
    if (problems.length < mostTroubles) {
      problems.push({ folder, path, failure: failure.toRecord() });
    }
  }

  return {
    unknown,
    failed,
    different() {
      different++;
    },
    missing() {
      missing++;
    },
    read(asked, content) {
      switch (content) {
        case 'equal':
          proved++;
          return;
        case 'different':
          different++;
          return;
        case 'unknown':
          unknown.push(asked);
          return;
        default:
          failed(asked.job, asked.local.path, content);
      }
    },
    report: verificationId => ({
      verificationId,
      files: proved + different + missing + unknown.length + failures,
      proved,
      different,
      missing,
      unknown: {
        files: unknown.length,
        bytes: unknown.reduce((sum, { cloud }) => sum + cloud.size, 0),
      },
      failed: failures,
      problems,
    }),
  };
}

/** A report is one message. */
const mostTroubles = 100;
