import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { Bucket } from '../ports/bucket';
import { CloudFiles } from '../scan/cloudFiles';
import { listCloud } from '../scan/cloudListing';
import { guidesAmong, keysBetweenGuides } from '../scan/keyOrder';
import type { ExcludeRules } from '../scan/exclude';
import { throwIfCancelled, toFailure } from '../failures/failure';
import { isWithinAny } from '../disk/filePath';
import { pathOf, type LocalLeaf, type SetAside } from './join';
import { scanLocal } from '../scan/localScan';
import { inParallel } from '../concurrency/parallel';
import type { FolderReceipts } from '../records/receiptStore';
import { decideByContent } from './decideByContent';
import type { CompareRule } from '../config/settings';
import { joinWithUnlisted } from './joinWithUnlisted';
import type { Findings } from './findings';

export interface CompareRequest {
  readonly root: string;
  readonly bucket: Bucket;
  readonly prefix: string;
  /** The files and folders to compare, none below another; the empty one is the whole folder. */
  readonly starts: readonly FilePath[];
  /** What to do where some of the starts do not exist, and others do. */
  readonly ifVanished?: 'fail' | 'leave-out';
  readonly exclude: ExcludeRules;
  readonly rule: CompareRule;
  readonly receipts: FolderReceipts;
  readonly signal: AbortSignal;
  /** Called with the numbers of files found so far, after every batch of either side. */
  readonly onProgress?: (localFiles: number, cloudFiles: number) => void;
  /** Called before each attempt to reach the store, counted from 1. */
  readonly onAttempt?: (number: number) => void;
  /** Called when the store has returned its first page, before `onProgress`. */
  readonly onAnswer?: () => void;
}

export interface CompareResult {
  /** Those of the starts that were there. */
  readonly starts: readonly FilePath[];
  readonly findings: Findings;
  /** Why the listing broke off; `undefined` for a complete one. */
  readonly incomplete: FailureRecord | undefined;
}

/**
 * Walks the folder and lists the bucket at the same time, and judges every path found on either side.
 * A listing that breaks off after its first page does not throw: what it did not return is unchecked
 * then, never missing.
 */
export async function compareFolder(request: CompareRequest): Promise<CompareResult> {
  const { bucket, prefix, exclude, rule, receipts, signal, onProgress } = request;
  const local = new Map<FilePath, LocalLeaf>();
  const folders = new Set<FilePath>();
  let cloud = new CloudFiles();
  const setAside: SetAside[] = [];
  const starts = new Set(request.starts);

  async function walk(both: AbortSignal): Promise<undefined> {
    for (const start of request.starts) {
      try {
        for await (const batch of scanLocal({ ...request, start, signal: both })) {
          for (const entry of batch) {
            if (entry.kind === 'folder') folders.add(entry.path);
            else local.set(pathOf(entry), entry);
          }
          onProgress?.(local.size, cloud.size);
        }
      } catch (error) {
        const isLeftOut = request.ifVanished === 'leave-out' && starts.size > 1;
        if (!isLeftOut || toFailure(error, start).code !== 'file-vanished') throw error;
        starts.delete(start);
      }
    }
  }

  async function list(both: AbortSignal): Promise<FailureRecord | undefined> {
    let pages = 0;
    const proved = receipts.everyNth(keysBetweenGuides);
    const inParallel = {
      guides: () => (proved.length > 0 ? proved : guidesAmong(local.keys(), local.size)),
      onBeginAgain: () => {
        cloud = new CloudFiles();
        setAside.length = 0;
      },
    };
    try {
      for await (const page of listCloud({ ...request, inParallel, signal: both })) {
        for (const entry of page) {
          if (entry.kind === 'set-aside') setAside.push(entry);
          else cloud.put(entry.file);
        }
        if (pages++ === 0) request.onAnswer?.();
        onProgress?.(local.size, cloud.size);
      }
      return undefined;
    } catch (error) {
      const failure = toFailure(error, bucket.name);
      if (pages === 0 || failure.code === 'cancelled') throw failure;
      return failure.toRecord();
    }
  }

  const incomplete = await bothOrNeither(signal, walk, list);
  // Of what is left out, nothing is said.
  if (starts.size < request.starts.length) cloud = filesWithin(cloud, starts);
  await receipts.readable(signal);
  throwIfCancelled(signal, bucket.name);
  const sides = {
    local,
    folders,
    cloud,
    setAside,
    receipts: receipts.all([...starts]),
    readings: receipts.differing([...starts]),
  };
  const rules = { prefix, exclude, rule, clockOffsetMs: bucket.clockOffsetMs, incomplete };
  const { findings, questions } = await joinWithUnlisted(sides, rules, request);
  await inParallel(questions, maxConcurrentReads, async question => {
    findings.add(await decideByContent(question, request));
  });
  throwIfCancelled(signal, bucket.name);
  return { starts: [...starts], findings, incomplete };
}

function filesWithin(all: CloudFiles, places: ReadonlySet<FilePath>): CloudFiles {
  const files = new CloudFiles();
  for (const file of all) if (isWithinAny(file.path, places)) files.put(file);
  return files;
}

/** More files read at the same time make disks slower, not faster. */
const maxConcurrentReads = 4;

/**
 * Runs both at the same time and returns the second one's result. If one fails, stops the other,
 * waits for it, and throws the first failure.
 */
async function bothOrNeither<T>(
  signal: AbortSignal,
  one: (signal: AbortSignal) => Promise<undefined>,
  other: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let first: unknown;
  const watch = <R>(work: Promise<R>): Promise<R> =>
    work.catch((error: unknown) => {
      first ??= error;
      stop.abort();
      throw error;
    });
  const [, result] = await Promise.allSettled([watch(one(both)), watch(other(both))]);
  if (first !== undefined || result.status === 'rejected') throw first;
  return result.value;
}
