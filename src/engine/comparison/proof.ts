import type { Comparison } from './comparison';
import { contentCaseOf, isStillAsked } from './contentCase';
import type { ContentCase } from '../compare/join';
import { inParallel } from '../concurrency/parallel';
import { decideByContent, type ContentDecisionRequest } from '../compare/decideByContent';
import type { Entry } from './entry';

export interface ProofRequest extends ContentDecisionRequest {
  readonly comparison: Comparison;
}

/**
 * Proves by content what only name and time vouch for, or says what differs: a few files at a time,
 * each taken into the comparison where it is still what was asked about.
 */
export async function proveByContent(
  entries: Iterable<Entry>,
  { comparison, ...request }: ProofRequest,
): Promise<void> {
  const cases = [...entries].flatMap(entry => contentCaseOf(entry, request, 'content') ?? []);
  await inParallel(cases, filesAtOnce, async asked => {
    // Another comparison, or a verification, may have got there first.
    if (!isStillUnproved(comparison, asked)) return;
    const finding = await decideByContent(asked, request);
    if (isStillAsked(comparison, asked)) comparison.place(finding);
  });
}

/** Whether nothing but name and time speaks for an up-to-date verdict. */
export function isUnproved({ verdict }: Entry): boolean {
  return verdict.kind === 'up-to-date' && verdict.proof === 'name-and-time';
}

function isStillUnproved(comparison: Comparison, asked: ContentCase): boolean {
  const now = comparison.get(asked.local.path);
  if (now === undefined || now.activity !== undefined || !isUnproved(now)) return false;
  return isStillAsked(comparison, asked);
}

/** Leaves the disk and the processor to whatever else goes on. */
const filesAtOnce = 2;
