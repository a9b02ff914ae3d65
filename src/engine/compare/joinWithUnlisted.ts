import type { FilePath } from '../../protocol/folders';
import type { Verdict } from '../../protocol/verdicts';
import { TimeSlice } from '../concurrency/timeSlice';
import { Failure } from '../failures/failure';
import { isOfCopy } from '../records/receipts';
import type { CloudFile } from '../scan/cloudListing';
import type { Finding } from './finding';
import { joinSides, type Joined, type JoinRules, type Sides } from './join';
import { unlistedCopies, type UnlistedRequest } from './unlistedCopies';

/**
 * Joins the two sides. The store is asked once more for what its list did not show and a receipt
 * speaks of, before that is called lost or missing.
 */
export async function joinWithUnlisted(
  sides: Sides,
  rules: JoinRules,
  request: UnlistedRequest,
): Promise<Joined> {
  const slice = new TimeSlice(request.signal);
  const joined = await joinSides(sides, rules, slice);
  const lost = await unlistedCopies(
    pathsOf(joined, verdict => verdict.kind === 'lost'),
    request,
  );
  // Of a missing file nothing need be known: what is sent replaces no copy that was not seen.
  const { found } = await unlistedCopies(pathsOf(joined, isGoneFromCloud), request);
  // Another copy is not this file's: its name may be one that the store takes for this one.
  const standing = [...found].filter(([path, cloud]) => isProved(path, cloud, sides));
  const unlisted = new Map([...lost.found, ...standing]);
  if (unlisted.size + lost.unknown.size + lost.notAsked.size === 0) return joined;

  for (const found of unlisted.values()) sides.cloud.put(found);
  const { findings, questions } =
    unlisted.size === 0 ? joined : await joinSides(sides, rules, slice);
  return {
    findings: findings.changed(finding => {
      const { path, verdict } = finding;
      const failure = lost.unknown.get(path);
      if (failure !== undefined) return { ...finding, verdict: { kind: 'unchecked', failure } };
      if (unlisted.has(path)) return { ...finding, verdict: ofUnlisted(finding) };
      if (verdict.kind !== 'lost' || !lost.notAsked.has(path)) return finding;
      return { ...finding, verdict: { ...verdict, because: 'not-asked' } };
    }),
    questions: questions.map(asked => {
      const { path } = asked.local;
      if (!unlisted.has(path)) return asked;
      return { ...asked, question: { ...asked.question, equal: notListed(path) } };
    }),
  };
}

function pathsOf({ findings }: Joined, isMeant: (verdict: Verdict) => boolean): FilePath[] {
  const paths: FilePath[] = [];
  for (const { path, verdict } of findings.others) if (isMeant(verdict)) paths.push(path);
  return paths;
}

function isGoneFromCloud(verdict: Verdict): boolean {
  return verdict.kind === 'missing-in-cloud' && verdict.safeAt !== undefined;
}

function isProved(path: FilePath, cloud: CloudFile, { receipts }: Sides): boolean {
  const receipt = receipts.get(path);
  return receipt !== undefined && isOfCopy(receipt, cloud);
}

/** Says why the row may surprise whoever looks at a listing of the bucket. */
function ofUnlisted({ path, verdict }: Finding): Verdict {
  switch (verdict.kind) {
    case 'only-in-cloud':
      return { kind: 'only-in-cloud', because: 'not-listed' };
    case 'up-to-date':
      return notListed(path);
    default:
      return verdict;
  }
}

/** The verdict on a file whose copy is the same, and found by nobody who does not know its name. */
function notListed(path: FilePath): Verdict {
  return { kind: 'unchecked', failure: new Failure('not-listed', path).toRecord() };
}
