import type { Look, WriteKind, WriteKnowledge } from '../ports/writeKnowledge';
import { newFilesUntilProbe } from './probeConditions';
import {
  needsHeadFirst,
  type ConditionTreatment,
  type StoreCapabilities,
} from './storeCapabilities';

/** What a bucket's answers have shown so far of what writes cost. */
export function knownOfWrites(capabilities: StoreCapabilities): WriteKnowledge {
  const { conditions, checksums, shown } = capabilities;
  const looksOf = (write: WriteKind) => ({
    absent: lookFor(conditions[write].absent),
    unchanged: lookFor(conditions[write].unchanged),
  });
  const hasDigests = shown['digest-etags'] !== 'unsupported';
  return {
    looks: { put: looksOf('put'), completion: looksOf('completion') },
    triesConditionsAfter: newFilesUntilProbe(capabilities),
    triesChecksums: {
      put: checksums.put === 'unknown',
      completion: checksums.upload === 'unknown',
    },
    readsBack: {
      put: !hasDigests && checksums.put !== 'supported',
      completion: !hasDigests && checksums.upload !== 'supported',
    },
  };
}

function lookFor(treatment: ConditionTreatment): Look {
  if (!needsHeadFirst(treatment)) return 'never';
  return treatment === 'unknown' || treatment === 'doubted' ? 'until-known' : 'always';
}
