import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { startEmbeddedS3 } from '../../dev/embeddedS3';
import { eventually } from '../support/suite/eventually';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';

const bucket = 'ui-credentials';

describe('Credentials and the way to the store', () => {
  let temporary: TemporaryFolder;
  let session: UiSession;
  let credentials: string;
  let port: number;
  let stopServer: () => Promise<void>;

  before(async function () {
    this.timeout(240_000);
    temporary = await temporaryFolder('ui');
    const workspace = join(temporary.path, 'recipes');
    await mkdir(workspace);
    await writeFile(join(workspace, 'bread.md'), 'flour, water, salt\n');
    const aws = join(temporary.path, 'home', '.aws');
    credentials = join(aws, 'credentials');
    session = await startUiSession({
      workspace,
      buckets: [bucket],
      settings: { 's3Backup.bucket': bucket },
      env: {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_SHARED_CREDENTIALS_FILE: credentials,
        AWS_CONFIG_FILE: join(aws, 'config'),
      },
    });
    port = session.s3.port;
    stopServer = () => session.s3.stop();
  });
  after(async () => {
    await session.stop();
    await stopServer();
    await temporary.remove();
  });

  async function startServer(): Promise<void> {
    const server = await startEmbeddedS3({ port, buckets: [bucket] });
    stopServer = () => server.stop();
  }

  it('begin a file with a template where there are none, for the owner alone', async () => {
    const { workbench } = session;
    await workbench.showViewContainer('S3 Backup');
    await workbench.runCommand('S3 Backup: Compare');
    const message = await workbench.notifications.waitFor(/No AWS credentials were found/);
    assert.ok(message.includes(credentials), message);
    await eventually(async () => {
      assert.match(await workbench.welcomeText(), /Choose Credentials…/);
    });
    await workbench.screenshot('no-credentials');
    await workbench.notifications.press(/No AWS credentials/, 'Learn More');
    assert.match(await workbench.dialog.text(), /docs\.aws\.amazon\.com/);
    await workbench.screenshot('learn-more');
    await workbench.dialog.press('Cancel');
    await workbench.runCommand('S3 Backup: Compare');
    await workbench.notifications.press(/No AWS credentials/, 'Open Credentials File');
    await eventually(async () => {
      assert.deepEqual(await workbench.editorTabs(), ['credentials']);
    });
    await workbench.screenshot('credentials-file');
    assert.equal((await stat(credentials)).mode & 0o777, 0o600);
    assert.equal((await stat(join(credentials, '..'))).mode & 0o777, 0o700);
    assert.match(await readFile(credentials, 'utf8'), /aws_secret_access_key/);
  });

  it('are opened and left as they are where there is a file', async () => {
    const text = [
      '[kitchen]',
      'aws_access_key_id = test',
      'aws_secret_access_key = test',
      '[half]',
      'aws_access_key_id = test',
    ].join('\n');
    await writeFile(credentials, text);
    await session.workbench.runCommand('S3 Backup: Open Credentials File');
    await eventually(async () => {
      assert.deepEqual(await session.workbench.editorTabs(), ['credentials']);
    });
    assert.equal(await readFile(credentials, 'utf8'), text);
  });

  it('are opened at the line that is damaged', async () => {
    const { workbench, page } = session;
    const whole = await readFile(credentials, 'utf8');
    await writeFile(credentials, `${whole}\nnot a setting\n`);
    await page.keyboard.press('ControlOrMeta+F4');
    await workbench.runCommand('S3 Backup: Compare');
    await workbench.notifications.press(/neither a section/, 'Open File');
    await eventually(async () => {
      assert.deepEqual(await workbench.editorTabs(), ['credentials']);
      assert.ok((await workbench.statusBarItems()).some(item => item.includes('Ln 6,')));
    });
    await workbench.screenshot('credentials-damaged');
    await writeFile(credentials, whole);
  });

  it('are chosen by profile and tried at once; a half key pair is named', async () => {
    const { workbench, page } = session;
    await page.locator('.sidebar').getByRole('button', { name: 'Choose Credentials' }).click();
    const rows = await workbench.quickPick.rows();
    const detailOf = (name: string) => rows.find(({ label }) => label === name)?.detail;
    assert.equal(detailOf('kitchen'), '');
    // A profile that cannot be used says so before it is chosen.
    assert.match(detailOf('half') ?? '', /aws_secret_access_key/);
    await workbench.screenshot('choose-credentials');
    await workbench.quickPick.choose('half');
    await workbench.notifications.waitFor(/aws_secret_access_key/);
    await workbench.screenshot('half-a-key-pair');
    await workbench.notifications.close(/aws_secret_access_key/);
  });

  it('fail visibly after four attempts where the store is down, and recover by Retry', async () => {
    const { workbench } = session;
    await session.s3.stop();
    await workbench.runCommand('S3 Backup: Choose Credentials…');
    await workbench.quickPick.choose('kitchen');
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /attempt [234] of 4/);
    });
    await workbench.screenshot('connecting');
    const message = await workbench.notifications.waitFor(/cannot be reached/);
    assert.ok(message.includes(`127.0.0.1:${String(port)}`), message);
    await eventually(async () => {
      assert.match(await workbench.welcomeText(), /Retry/);
    });
    await workbench.screenshot('connection-failed');
    await startServer();
    await workbench.notifications.press(/cannot be reached/, 'Retry');
    await workbench.tree('Files').waitForRow('Missing in Cloud');
    await workbench.screenshot('connection-recovered');
  });

  it('can be cancelled while the store does not answer, in silence', async () => {
    const { workbench } = session;
    await stopServer();
    const sockets: Socket[] = [];
    const silent = createServer(socket => sockets.push(socket));
    silent.listen(port, '127.0.0.1');
    const connected = once(silent, 'connection');
    await once(silent, 'listening');
    stopServer = async () => {
      for (const socket of sockets) socket.destroy();
      silent.close();
      await once(silent, 'close');
    };
    await workbench.runCommand('S3 Backup: Compare');
    await connected;
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /Connecting to S3/);
    });
    await workbench.pressViewAction('Cancel');
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /Compared/);
    });
    await workbench.screenshot('connecting-cancelled');
    assert.deepEqual(await workbench.notifications.texts(), []);
  });
});

describe('Credentials before there is a bucket', () => {
  let temporary: TemporaryFolder;
  let session: UiSession;

  before(async function () {
    this.timeout(240_000);
    temporary = await temporaryFolder('ui');
    session = await startUiSession({ workspace: temporary.path });
  });
  after(async () => {
    await session.stop();
    await temporary.remove();
  });

  it('are tried with the store alone, and lead to the choice of a bucket', async () => {
    const { workbench, page } = session;
    await workbench.showViewContainer('S3 Backup');
    await page.locator('.sidebar a', { hasText: 'choose credentials' }).click();
    await workbench.quickPick.choose('Default Credentials');
    await eventually(async () => {
      assert.match(await workbench.welcomeText(), /Credentials accepted/);
    });
    await workbench.screenshot('connected');
  });
});

describe('A first bucket where nothing has been set up', () => {
  const bucket = 'ui-first';
  let temporary: TemporaryFolder;
  let session: UiSession;
  let credentials: string;

  before(async function () {
    this.timeout(240_000);
    temporary = await temporaryFolder('ui');
    const workspace = join(temporary.path, 'recipes');
    await mkdir(workspace);
    const aws = join(temporary.path, 'home', '.aws');
    await mkdir(aws, { recursive: true });
    credentials = join(aws, 'credentials');
    session = await startUiSession({
      workspace,
      buckets: [bucket],
      settings: { 's3Backup.endpoint': '', 's3Backup.region': '' },
      env: {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_SHARED_CREDENTIALS_FILE: credentials,
        AWS_CONFIG_FILE: join(aws, 'config'),
      },
    });
  });
  after(async () => {
    await session.stop();
    await temporary.remove();
  });

  async function untilLabels(...expected: readonly string[]): Promise<void> {
    await eventually(async () => {
      const rows = await session.workbench.quickPick.rows();
      assert.deepEqual(
        rows.map(({ label }) => label),
        expected,
      );
    });
  }

  const waysOut = ['Choose Credentials…', 'Open Credentials File', 'Retry', 'Other Store…'];

  it('begins with credentials where there are none, and offers nothing that cannot work', async () => {
    const { workbench, page } = session;
    await workbench.showViewContainer('S3 Backup');
    await page.locator('.sidebar').getByRole('button', { name: 'Choose Bucket…' }).click();
    await untilLabels(...waysOut);
    const [first] = await workbench.quickPick.rows();
    assert.match(first?.detail ?? '', /No AWS credentials were found/);
    await workbench.screenshot('choose-bucket-no-credentials');
    await workbench.quickPick.choose('Open Credentials File', { typed: '' });
    await eventually(async () => {
      assert.deepEqual(await workbench.editorTabs(), ['credentials']);
    });
  });

  it('names the missing half of a key pair in the list', async () => {
    const { workbench, page } = session;
    await writeFile(credentials, '[default]\naws_access_key_id = test\n');
    await page.locator('.sidebar').getByRole('button', { name: 'Choose Bucket…' }).click();
    await untilLabels(...waysOut);
    const [first] = await workbench.quickPick.rows();
    assert.match(first?.detail ?? '', /aws_secret_access_key/);
    await workbench.screenshot('choose-bucket-half-a-key-pair');
  });

  it('leads to another store by its endpoint, region and credentials', async () => {
    const { workbench } = session;
    const { quickPick } = workbench;
    const keys = 'aws_access_key_id = test\naws_secret_access_key = test\n';
    await writeFile(credentials, `[default]\n${keys}[kitchen]\n${keys}`);
    await quickPick.choose('Other Store…', { typed: '' });
    await quickPick.choose('Other…');
    await quickPick.type('not a store');
    await eventually(async () => {
      assert.match(await quickPick.message(), /Enter an http or https address/);
    });
    await workbench.screenshot('other-store-invalid');
    await quickPick.answer(`127.0.0.1:${String(session.s3.port)}`);
    await eventually(async () => {
      assert.match(await quickPick.message(), /Region/);
    });
    await workbench.screenshot('other-store-region');
    await quickPick.answer('us-east-1');
    await untilLabels(
      'Default Credentials',
      'default',
      'kitchen',
      'Environment Variables',
      'Web Identity from Environment Variables',
      'Role of This Container',
      'Role of This EC2 Instance',
      'Enter an Access Key…',
      'Open Credentials File',
    );
    await workbench.screenshot('other-store-credentials');
    await quickPick.choose('kitchen');
    await untilLabels(
      'Create New Bucket…',
      'Enter a Bucket Name…',
      'Other Store…',
      'Copy the Smallest Policy…',
      bucket,
    );
    await workbench.screenshot('other-store-buckets');
    await quickPick.choose(bucket);
    await quickPick.choose('recipes/');
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /Compared/);
    });
  });

  /** Compares until a message comes: VS Code takes its time to notice other settings. */
  async function compareUntilTold(text: RegExp): Promise<void> {
    const { workbench } = session;
    await eventually(async () => {
      await workbench.runCommand('S3 Backup: Compare');
      await eventually(async () => {
        assert.ok((await workbench.notifications.texts()).some(each => text.test(each)));
      }, 5_000);
    }, 60_000);
  }

  it('opens the settings where those of the machine can be edited', async () => {
    const { workbench, page } = session;
    const file = join(session.server.serverDataDir, 'data', 'Machine', 'settings.json');
    const settings = await readFile(file, 'utf8');
    const broken = settings.replace(/"http:\/\/127[^"]*"/, '"ftp://127.0.0.1"');
    assert.notEqual(broken, settings);
    await writeFile(file, broken);
    await compareUntilTold(/s3Backup\.endpoint/);
    await workbench.notifications.press(/s3Backup\.endpoint/, 'Open Settings');
    const endpoint = page.locator('.settings-editor [data-key="s3Backup.endpoint"]');
    await endpoint.locator('input').waitFor();
    assert.equal(await endpoint.locator('input').inputValue(), 'ftp://127.0.0.1');
    await workbench.screenshot('settings-of-the-machine');
    await writeFile(file, settings);
    await page.keyboard.press('ControlOrMeta+F4');
  });

  it('offers another endpoint where this one cannot be reached', async () => {
    const { workbench, page } = session;
    await session.s3.stop();
    await compareUntilTold(/cannot be reached/);
    await workbench.screenshot('cannot-be-reached');
    await workbench.notifications.press(/cannot be reached/, 'Change Endpoint…');
    await workbench.quickPick.choose('Other…');
    await eventually(async () => {
      assert.match(await workbench.quickPick.message(), /address/);
    });
    await workbench.screenshot('use-another-store');
    await page.keyboard.press('Escape');
  });
});
