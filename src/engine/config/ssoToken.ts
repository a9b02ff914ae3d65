import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** What the AWS CLI and the SDKs keep of a sign-in, in their words. */
export interface SsoTokenFile {
  readonly startUrl: string;
  readonly region: string;
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly registrationExpiresAt: string;
  /** Only where it can be renewed. */
  readonly refreshToken?: string;
}

/**
 * Writes a token where the AWS CLI and the SDKs look for it, for its owner alone and whole or not at
 * all. Throws what the disk says.
 *
 * @param id The name of the `sso-session`, or the start URL of a profile without one
 *   (https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html).
 */
export async function writeSsoToken(id: string, token: SsoTokenFile): Promise<void> {
  const file = ssoTokenPath(id);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const whole = `${file}.${randomUUID()}`;
  try {
    await writeFile(whole, JSON.stringify(token, undefined, 2), { flag: 'wx', mode: 0o600 });
    await rename(whole, file);
  } catch (error) {
    await rm(whole, { force: true });
    throw error;
  }
}

function ssoTokenPath(id: string): string {
  const name = createHash('sha1').update(id).digest('hex');
  const { HOME: home = '' } = process.env;
  return join(home === '' ? homedir() : home, '.aws', 'sso', 'cache', `${name}.json`);
}

/** As the AWS CLI writes times, in whole seconds. */
export function timeInToken(sinceEpochMs: number): string {
  return new Date(sinceEpochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
