import type { FailureCode } from '../../protocol/failures';
import { Failure } from '../failures/failure';

/** Whether the editor gets any answer from a URL; it knows the proxies of the system, too. */
export type ReachesByEditor = (url: string) => Promise<boolean>;

/**
 * Returns what to tell where a store cannot be reached: whether the editor reaches it. Nothing but
 * the editor's main thread can ask the system for its proxies, such as those that a PAC file names.
 */
export async function onlyEditorReaches(
  reachesByEditor: ReachesByEditor,
  failure: Failure,
): Promise<Failure> {
  if (!withoutAnswer.has(failure.code)) return failure;
  const url = failure.subject === 'AWS' ? 'https://s3.amazonaws.com' : failure.subject;
  if (!URL.canParse(url) || !(await reachesByEditor(url))) return failure;
  return new Failure('only-vscode-reaches', failure.subject, failure.cause);
}

const withoutAnswer = new Set<FailureCode>(['unreachable', 'host-not-found', 'timed-out']);
