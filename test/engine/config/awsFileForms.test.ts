import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';

import { planCredentials } from '../../../src/engine/config/credentialPlan';
import { credentialSources } from '../../../src/engine/config/profiles';
import { readSharedFiles } from '../../../src/engine/config/sharedFiles';
import { Failure } from '../../../src/engine/failures/failure';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';
import { awsFileForms, type AwsFileForm } from '../../support/disk/awsFileForms';
import { isInstalled } from '../../support/suite/isInstalled';

describe('A form of the shared AWS files', () => {
  let aws: AwsFiles;

  beforeEach(async () => {
    aws = await awsFiles();
  });
  afterEach(() => aws.remove());

  /** The key of the form's profile, or the failure with its file and line. */
  function answerHere({ profile }: AwsFileForm): AwsFileForm['here'] {
    try {
      const plan = planCredentials({ profile, env: {}, files: readSharedFiles(process.env) });
      return { key: plan.kind === 'keys' ? plan.identity.accessKeyId : plan.kind };
    } catch (error) {
      assert.ok(error instanceof Failure, String(error));
      return [error.code, error.subject.replace(`${aws.folder}/`, '')];
    }
  }

  for (const form of awsFileForms) {
    const { cli, here = cli } = form;
    it(`${form.name}: is read as by the AWS CLI, or named`, async () => {
      await aws.write(form);
      assert.deepEqual(answerHere(form), here);
      const { profiles } = credentialSources({}, readSharedFiles(process.env));
      const listed = profiles.find(({ name }) => name === form.profile);
      // Whatever is listed and cannot be used says so.
      assert.equal(listed !== undefined && listed.fault === undefined, !Array.isArray(here));
    });
  }

  it('is asked for of the AWS CLI again, where it is installed', async function () {
    if (!isInstalled('aws')) this.skip();
    this.timeout(300_000);
    assert.match(execFileSync('aws', ['--version'], { encoding: 'utf8' }), /aws-cli/);
    for (const form of awsFileForms) {
      await aws.write(form);
      assert.deepEqual(answerOfCli(form), form.cli, form.name);
    }
  });

  function answerOfCli({ profile }: AwsFileForm): AwsFileForm['cli'] {
    const { status, stdout, stderr } = spawnSync(
      'aws',
      ['configure', 'get', 'aws_access_key_id', '--profile', profile],
      { encoding: 'utf8' },
    );
    if (status === 0) return { key: stdout.replace(/\n$/, '') };
    return stderr.includes('Unable to parse') ? 'refused' : 'none';
  }
});
