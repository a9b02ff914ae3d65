import type { S3Backup } from '../../../src/extension';
import { cloudContents, type CloudContents } from '../servers/cloudContents';
import { testVariable } from '../suite/testEnvironment';
import { activateWithTarget, setUserSetting } from './extensionUnderTest';

/** The place in the suite's bucket that the open folder is backed up to, another for each test. */
export interface SuitePlaces {
  readonly cloud: CloudContents;
  readonly prefix: string;
  /** Goes to the next place, in which nothing is yet. */
  next(): Promise<S3Backup>;
}

/** To be called in a `describe`, at whose end the open folder is backed up nowhere again. */
export function suitePlaces(name: string): SuitePlaces {
  const cloud = cloudContents(testVariable('embeddedEndpoint'), testVariable('embeddedBucket'));
  let run = 0;
  after(async () => {
    cloud.close();
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });
  return {
    cloud,
    get prefix() {
      return `${name}-${String(run)}/`;
    },
    next() {
      run += 1;
      return activateWithTarget(this.prefix);
    },
  };
}
