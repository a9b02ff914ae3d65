import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hasCode } from '../failures/systemCode';

/**
 * The two files in which AWS's tools keep profiles
 * (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html), read for what they hold and
 * what is wrong with them. The SDK reads them itself for credentials, and does not report faults.
 */
export interface SharedFiles {
  readonly credentials: SharedFile;
  readonly config: SharedFile;
  /** Each profile, merged from both files. Keys are as written; nested ones are `s3.name`. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** The `[services name]` sections of the config file. */
  readonly services: ReadonlyMap<string, Profile>;
}

export type Profile = Readonly<Record<string, string>>;

export type SharedFile =
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly error: unknown }
  | {
      readonly kind: 'read';
      readonly path: string;
      /** The first line that cannot be parsed, counted from 1. */
      readonly faultyLine: number | undefined;
      /** Differs whenever the file has changed. */
      readonly stamp: string;
    };

/** Reads both files, synchronously since they are small. Unreadable ones are part of the result. */
export function readSharedFiles(env: NodeJS.ProcessEnv): SharedFiles {
  const credentials = readSections(pathOf(env['AWS_SHARED_CREDENTIALS_FILE'], 'credentials'));
  const config = readSections(pathOf(env['AWS_CONFIG_FILE'], 'config'));
  const profiles = new Map<string, Profile>();
  const services = new Map<string, Profile>();
  for (const [name, section] of config.sections) {
    const [, kind, , quoted] = /^(\w+)\s+(["']?)(.+)\2$/.exec(name) ?? [];
    if (name === 'default') profiles.set(name, section);
    else if (kind === 'profile' && quoted !== undefined) profiles.set(quoted, section);
    else if (kind === 'services' && quoted !== undefined) services.set(quoted, section);
  }
  for (const [name, section] of credentials.sections) {
    profiles.set(name, { ...profiles.get(name), ...section });
  }
  return { credentials: credentials.file, config: config.file, profiles, services };
}

/** Returns a text that changes whenever the file does, also when it appears or goes. */
export function stampOf(file: SharedFile): string {
  return file.kind === 'read' ? file.stamp : file.kind;
}

function pathOf(set: string | undefined, name: string): string {
  if (set === undefined || set === '') return join(homedir(), '.aws', name);
  return set.startsWith('~/') ? join(homedir(), set.slice(2)) : set;
}

function readSections(path: string): {
  readonly file: SharedFile;
  readonly sections: ReadonlyMap<string, Profile>;
} {
  try {
    const { mtimeMs, size } = statSync(path);
    const { sections, faultyLine } = parse(readFileSync(path, 'utf8'));
    const stamp = `${String(mtimeMs)}/${String(size)}`;
    return { file: { kind: 'read', path, faultyLine, stamp }, sections };
  } catch (error) {
    const isMissing = hasCode(error, 'ENOENT');
    const file: SharedFile = isMissing
      ? { kind: 'missing', path }
      : { kind: 'unreadable', path, error };
    return { file, sections: new Map() };
  }
}

/** Accepts what the SDK accepts, and notes the first line that the SDK would silently skip. */
function parse(text: string): {
  readonly sections: ReadonlyMap<string, Profile>;
  readonly faultyLine: number | undefined;
} {
  const sections = new Map<string, Record<string, string>>();
  let section: Record<string, string> | undefined;
  let parent: string | undefined;
  let faultyLine: number | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const content = (line.split(/(?:^|\s)[;#]/, 1)[0] ?? '').trim();
    if (content === '') continue;
    if (content.startsWith('[') && content.endsWith(']')) {
      const name = content.slice(1, -1).trim();
      section = sections.get(name) ?? {};
      sections.set(name, section);
      parent = undefined;
      continue;
    }
    const equals = content.indexOf('=');
    if (section === undefined || equals <= 0) {
      faultyLine ??= index + 1;
      continue;
    }
    const key = content.slice(0, equals).trim();
    const value = content.slice(equals + 1).trim();
    if (line.trimStart() === line) parent = undefined;
    if (value === '') parent = key;
    else section[parent === undefined ? key : `${parent}.${key}`] = value;
  }
  return { sections, faultyLine };
}
