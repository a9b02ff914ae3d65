import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, resolve, win32 } from 'node:path';

import { connectionDefaults } from '../../src/engine/config/connectionDefaults';
import { planCredentials, planProfile } from '../../src/engine/config/credentialPlan';
import { credentialSources } from '../../src/engine/config/profiles';
import { proxyOf, proxySettings } from '../../src/engine/config/proxy';
import {
  parseCompareSettings,
  parseConnectionSettings,
  parseTrafficSettings,
} from '../../src/engine/config/settings';
import { readSharedFiles } from '../../src/engine/config/sharedFiles';
import { isRestoredExactly, storedAttributes } from '../../src/engine/disk/fileMetadata';
import { toAbsolutePath } from '../../src/engine/disk/filePath';
import { readKey, toKey } from '../../src/engine/disk/objectKey';
import { MalformedAnswer } from '../../src/engine/failures/malformedAnswer';
import { unsafeName } from '../../src/engine/restore/diskNames';
import { keyDecoder } from '../../src/engine/s3/answerField';
import { readListPage } from '../../src/engine/s3/listAnswer';
import { ExcludeRules } from '../../src/engine/scan/exclude';
import { ignoreFilesBelow } from '../../src/engine/scan/ignoreFiles';
import type { FilePath, RawSettings } from '../../src/protocol/folders';
import { faultOf } from '../support/suite/faultOf';

/**
 * What the fuzzer calls with bytes that it changes where that leads to code it has not seen. Each
 * throws where the program would crash, or say nothing of what is wrong.
 */

/** The credentials file and, after the first NUL, the config file. */
export function awsFiles(data: Buffer): void {
  const env = filesOf(data);
  const files = readSharedFiles(env);
  const { profiles } = credentialSources(env, files);
  for (const { name, fault } of profiles) {
    assert.deepEqual(faultOf(() => planProfile(name, files))?.toRecord(), fault);
    faultOf(() =>
      parseConnectionSettings({ profile: name }, of => connectionDefaults(of, env, files)),
    );
  }
  for (const profile of [undefined, 'nobody', '__proto__']) {
    faultOf(() => planCredentials({ profile, env, files }));
  }
}

/** All settings as JSON, by their names. */
export function settings(data: Buffer): void {
  const raw = jsonOf(data);
  if (raw === undefined) return;
  for (const parse of [parseConnectionSettings, parseCompareSettings, parseTrafficSettings]) {
    const fault = faultOf(() => parse(raw));
    if (fault !== undefined) assert.equal(fault.code, 'invalid-setting');
  }
  const fault = faultOf(() => proxyOf(proxySettings(raw, {}), new URL('https://a.store:9000')));
  if (fault !== undefined) assert.equal(fault.code, 'invalid-setting');
}

/** An ignore file, the last line of which is the path that is asked about, too. */
export function ignoreFiles(data: Buffer): void {
  const [path = '', ...patterns] = data.toString().split('\n').reverse();
  writeFileSync(join(place, '.s3backupignore'), data);
  const inFile = new ExcludeRules([], ignoreFilesBelow(place, []));
  const inSetting = new ExcludeRules(patterns);
  if (readKey('', path, posix).kind !== 'path') return;
  for (const kind of ['file', 'folder'] as const) {
    for (const rules of [inFile, inSetting]) {
      const ruled = rules.find(path as FilePath, kind);
      // Below what is ignored, nothing is asked for.
      if (ruled?.kind === 'file' || ruled === undefined) rules.match(path as FilePath, kind);
      else assert.ok(`${path}/`.startsWith(`${ruled.path}/`));
    }
  }
}

/** A key: it stands for a file in the folder, or for none, on each system. */
export function names(data: Buffer): void {
  const key = toKey('w/', data.toString() as FilePath);
  for (const [style, platform, root] of [
    [posix, 'linux', '/home/w'],
    [win32, 'win32', 'C:\\w'],
  ] as const) {
    const reading = readKey('w/', key, style);
    if (reading.kind !== 'path') continue;
    assert.equal(toKey('w/', reading.path), key);
    if (unsafeName(reading.path, { platform, foldsNames: false }) !== undefined) continue;
    const absolute = toAbsolutePath(root, reading.path, style);
    assert.ok(style.normalize(absolute).startsWith(root + style.sep), absolute);
  }
}

/** A time and a mode as another tool may have stored them. */
export function metadata(data: Buffer): void {
  const [mtime = '', mode = ''] = data.toString().split('\0');
  const stored = { mtime, mode };
  const attributes = storedAttributes({ metadata: stored, modifiedAtMs: 1_000 });
  const { mode: read, mtimeNs } = attributes;
  assert.ok(read === undefined || (read >= 0 && read <= 0o777), String(read));
  // It has to be one that a date can have.
  assert.ok(!Number.isNaN(new Date(Number(mtimeNs / 1_000_000n)).getTime()), mtime);
  isRestoredExactly(stored, { mtimeNs, mode: read ?? 0o644 }, 'linux');
}

/** What a store answers when it is asked for a list. */
export function lists(data: Buffer): void {
  let page;
  try {
    page = readListPage(data.toString());
  } catch (error) {
    if (error instanceof MalformedAnswer) return;
    throw error;
  }
  const decode = keyDecoder(page.encodingType);
  for (const { key, size } of page.entries) {
    if (key !== undefined) decode(key);
    assert.ok(size === undefined || (Number.isSafeInteger(size) && size >= 0), String(size));
  }
}

const place = mkdtempSync(join(tmpdir(), 's3-backup-fuzz-'));

function filesOf(data: Buffer): NodeJS.ProcessEnv {
  const end = data.indexOf(0);
  const [credentials, config] = [resolve(place, 'credentials'), resolve(place, 'config')];
  writeFileSync(credentials, end < 0 ? data : data.subarray(0, end));
  writeFileSync(config, end < 0 ? data : data.subarray(end + 1));
  return { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: config };
}

function jsonOf(data: Buffer): RawSettings | undefined {
  try {
    const value: unknown = JSON.parse(data.toString());
    return typeof value === 'object' && value !== null ? (value as RawSettings) : undefined;
  } catch {
    return undefined;
  }
}
