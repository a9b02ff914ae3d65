import assert from 'node:assert/strict';

import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { instanceRole } from '../../../src/engine/config/instanceRole';
import { writeTree } from '../../support/disk/localTree';

describe('The role of an EC2 instance', () => {
  let firmware: TemporaryFolder;
  beforeEach(async () => {
    firmware = await temporaryFolder('firmware');
  });
  afterEach(() => firmware.remove());

  const kind = (env: NodeJS.ProcessEnv = {}) => instanceRole(env, firmware.path).kind;

  const instances: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'of the Nitro system': { sys_vendor: 'Amazon EC2\n', bios_vendor: 'Amazon EC2\n' },
    'of the Xen system': { sys_vendor: 'Xen\n', bios_version: '4.11.amazon\n' },
  };
  for (const [name, words] of Object.entries(instances)) {
    it(`is possible on an instance ${name}`, async () => {
      await writeTree(firmware.path, words);
      assert.equal(kind(), 'possible');
    });
  }

  it('is possible where the machine does not say what it is', () => {
    assert.equal(kind(), 'possible');
  });

  it('is not asked for on a machine that says it is another', async () => {
    await writeTree(firmware.path, { sys_vendor: 'LENOVO\n', product_version: 'ThinkPad X1\n' });
    assert.equal(kind(), 'none');
    // Something else answers there, by the user's word.
    assert.equal(kind({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1338' }), 'possible');
  });

  it('is not asked for where it is switched off', async () => {
    await writeTree(firmware.path, { sys_vendor: 'Amazon EC2\n' });
    assert.equal(kind({ AWS_EC2_METADATA_DISABLED: 'true' }), 'none');
    assert.equal(kind({ AWS_EC2_METADATA_DISABLED: 'false' }), 'possible');
  });
});
