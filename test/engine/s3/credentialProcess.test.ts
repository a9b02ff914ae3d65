import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { Failure } from '../../../src/engine/failures/failure';
import { isNotFound, runCredentialProcess } from '../../../src/engine/s3/credentialProcess';
import type { FailureCode } from '../../../src/protocol/failures';
import { awsFiles, type AwsFiles } from '../../support/disk/awsFiles';

const secret = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY';

describe('The credential_process of a profile', function () {
  let aws: AwsFiles;
  const isWindows = process.platform === 'win32';

  before(function () {
    if (isWindows) this.skip();
  });
  beforeEach(async () => {
    aws = await awsFiles();
  });
  afterEach(() => aws.remove());

  const answer = `{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"s"}`;

  /** A program that gives its arguments as the key. */
  async function helper(name: string, folder = aws.folder): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\nprintf '${answer}' "$*"\n`);
    await chmod(file, 0o755);
    return file;
  }

  async function keyOf(command: string): Promise<string> {
    return (await runCredentialProcess({ profile: 'p', command })).accessKeyId;
  }

  async function expectFailure(code: FailureCode, command: string): Promise<string> {
    try {
      await keyOf(command);
    } catch (error) {
      assert.ok(error instanceof Failure, String(error));
      const record = error.toRecord();
      assert.deepEqual([record.code, record.subject], [code, 'p'], record.cause);
      assert.ok(!JSON.stringify(record).includes(secret), record.cause);
      return record.cause ?? '';
    }
    throw new Error('There were credentials.');
  }

  it('gets its words as the AWS CLI splits them', async () => {
    const program = await helper('helper');
    await mkdir(join(aws.folder, 'my tools'));
    const apart = await helper('the helper', join(aws.folder, 'my tools'));
    for (const [command, args] of [
      [`${program} --user anna`, '--user anna'],
      [`${program} a ; b`, 'a ; b'],
      [`${program} a #1`, 'a #1'],
      [`${program} 'a  b' "c ; d" e\\ f`, 'a  b c ; d e f'],
      [`${program} pa$noSuchVariable`, 'pa$noSuchVariable'],
      [`${program} "*" (x)`, '* (x)'],
      [`"${apart}" 1`, '1'],
      [`${apart.replaceAll(' ', '\\ ')} 2`, '2'],
      [`sh -c "true ; ${program} 3"`, '3'],
    ] as const) {
      assert.equal(await keyOf(command), args, command);
    }
  });

  it('can ask nobody in a terminal, and does not wait for an answer', async () => {
    const program = await helper('helper');
    assert.equal(await keyOf(`sh -c 'cat; exec "$0" 1' ${program}`), '1');
    assert.equal(await keyOf(`cat | ${program} 2`), '2');
    const cause = await expectFailure(
      'program-failed',
      `sh -c 'read code || { echo no code >&2; exit 3; }'`,
    );
    assert.match(cause, /exit code 3: no code/);
  });

  it('is left to a shell where only a shell can be meant', async () => {
    const program = await helper('helper');
    aws.set({ HOME: aws.folder, S3_BACKUP_TEST_WORD: 'word' });
    assert.equal(await keyOf('~/helper 1'), '1');
    assert.equal(await keyOf('"$HOME/helper" 2'), '2');
    assert.equal(await keyOf(`${program} "\${S3_BACKUP_TEST_WORD}"`), 'word');
    assert.equal(await keyOf(`${program} 3 | cat`), '3');
    assert.equal(await keyOf(`${program} 4 2>/dev/null`), '4');
  });

  it('is found on the path of the login shell, too', async () => {
    const folder = join(aws.folder, 'bin');
    await mkdir(folder);
    await helper('s3-backup-test-helper', folder);
    await writeFile(
      join(aws.folder, '.profile'),
      `echo Welcome\nPATH="${folder}${delimiter}$PATH"\n`,
    );
    aws.set({ HOME: aws.folder, SHELL: '/bin/sh', ENV: undefined });
    assert.equal(await keyOf('s3-backup-test-helper 1'), '1');
    assert.equal(await keyOf('s3-backup-test-helper 2 2>&1'), '2');
  });

  it('is named where nothing finds it', async () => {
    aws.set({ HOME: aws.folder, SHELL: '/bin/sh' });
    assert.equal(await expectFailure('program-not-found', 'no-such-helper --x'), 'no-such-helper');
    await expectFailure('program-not-found', 'no-such-helper 2>&1');
    aws.set({ SHELL: join(aws.folder, 'no-such-shell') });
    await expectFailure('program-not-found', '/no/such/helper');
  });

  it('is told of with its exit code and what it said last', async () => {
    const cause = await expectFailure(
      'program-failed',
      `sh -c "echo first >&2; echo 'MFA code is wrong' >&2; exit 3"`,
    );
    assert.match(cause, /“sh”.*exit code 3: MFA code is wrong$/);
    assert.match(await expectFailure('program-failed', 'sh -c "exit 4"'), /exit code 4$/);
    assert.match(await expectFailure('program-failed', 'sh -c "kill -9 $$"'), /SIGKILL/);
    await expectFailure('program-failed', 'sh -c "exit 3');
    await expectFailure('program-failed', aws.folder);
  });

  it('never repeats what it was called with, or what may be a key', async () => {
    await expectFailure('program-failed', `sh -c 'echo "key ${secret}" >&2; exit 3'`);
    await expectFailure('program-failed', `sh -c 'echo "$1" >&2; exit 3' x ${secret}`);
    await expectFailure('program-failed', `echo '${secret}'`);
    await expectFailure('program-failed', `echo '{"Version":1,"SecretAccessKey":"${secret}"}'`);
  });

  it('is told of where it gives no credentials, or past ones', async () => {
    for (const said of [
      '',
      'null',
      '[]',
      '{"Version":2}',
      '{"Version":1,"AccessKeyId":"A"}',
      '{"Version":1,"AccessKeyId":"A","SecretAccessKey":5}',
      '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"2020-01-01T00:00:00Z"}',
      '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"}',
    ]) {
      await expectFailure('program-failed', `echo '${said}'`);
    }
  });
});

describe('A program that is not there', () => {
  const said = (name: string) =>
    `'${name}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n`;

  for (const [command, code, stderr, expected] of [
    ['helper --user anna', 'ENOENT', '', true],
    ['helper', 127, 'sh: helper: not found', true],
    ['helper', 9009, said('helper'), true],
    ['helper --user anna', 1, said('helper'), true],
    ['"C:\\My Tools\\helper.exe" x', 1, said('"C:\\My Tools\\helper.exe"'), true],
    ['helper.cmd', 1, `Signing in\r\n${said('aws')}`, false],
    ['helper', 1, 'The code is not recognized.', false],
    ['helper', 3, said('helper'), false],
    ['helper', undefined, '', false],
  ] as const) {
    it(`is told by ${String(code)} and “${stderr.replace(/\s+/g, ' ').slice(0, 40)}”: ${String(expected)}`, () => {
      assert.equal(isNotFound({ command, code, stderr }), expected);
    });
  }
});
