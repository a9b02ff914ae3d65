import assert from 'node:assert/strict';

import { skipSuite } from '../support/suite/skipSuite';
import { describeCancelling } from './contract/cancelling';
import { describeConditions } from './contract/conditions';
import { describeContent } from './contract/content';
import { describeFailures } from './contract/failures';
import { describeLists } from './contract/lists';
import { describeMultipart } from './contract/multipart';
import { describeNames } from './contract/names';
import { describeRanges } from './contract/ranges';
import { describeVersions } from './contract/versions';
import { describeWire } from './contract/wire';
import type { ContractStore, Harness, OpenStore } from './contract/harness';

/** Defines the suite; the same for every store. */
export function describeBucketContract(store: ContractStore): void {
  describe(`Bucket contract: ${store.name}`, function () {
    this.timeout(120_000);
    let open: OpenStore | undefined;

    before(async function () {
      if (store.openTimeoutMs !== undefined) this.timeout(store.openTimeoutMs);
      const opened = await store.open();
      if (opened.kind === 'unavailable') skipSuite(this, opened.reason);
      open = opened;
    });
    after(async () => {
      await open?.close();
    });

    const opened = (): OpenStore => {
      assert.ok(open);
      return open;
    };
    const harness: Harness = {
      bucket: () => opened().bucket,
      opened,
      itWhere(capabilities, title, test) {
        const reason = [capabilities]
          .flat()
          .flatMap(capability => store.lacks[capability] ?? [])[0];
        if (reason === undefined) it(title, test);
        else it.skip(`${title} (${reason})`);
      },
    };
    describeContractParts(harness);
  });
}

/** Defines the parts, each a suite of its own, in the suite at hand. */
export function describeContractParts(harness: Harness): void {
  describeContent(harness);
  describeNames(harness);
  describeLists(harness);
  describeRanges(harness);
  describeVersions(harness);
  describeConditions(harness);
  describeMultipart(harness);
  describeFailures(harness);
  describeCancelling(harness);
  describeWire(harness);
}
