import { readFileSync, statSync, type Stats } from 'node:fs';
import { devNull, homedir } from 'node:os';
import { join } from 'node:path';
import { found, type Found } from '../failures/found';
import { hasCode } from '../failures/systemCode';
import { parseIni } from './iniFile';
import { shellWords } from './shellWords';

/**
 * The two files in which AWS's tools keep profiles
 * (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html), as the AWS CLI reads them.
 */
export interface SharedFiles {
  readonly credentials: SharedFile;
  readonly config: SharedFile;
  /** Each profile, merged from both files; the credentials file counts first. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** What the credentials file says of them. */
  readonly inCredentialsFile: ReadonlyMap<string, Profile>;
  /** The `[sso-session name]` sections of the config file. */
  readonly ssoSessions: ReadonlyMap<string, Profile>;
  /** The `[services name]` sections of the config file. */
  readonly services: ReadonlyMap<string, Profile>;
  /** The `[plugins]` section of the config file: what the AWS CLI is extended by. */
  readonly plugins: Profile;
}

/** Settings by their names in small letters; nested ones are `s3.name`. */
export type Profile = Readonly<Record<string, string>>;

export type SharedFile =
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly error: unknown }
  | {
      readonly kind: 'read';
      readonly path: string;
      readonly sections: readonly FileSection[];
      readonly faults: readonly FileFault[];
      /** Differs whenever the file has changed. */
      readonly stamp: string;
    };

export interface FileSection {
  /** What stands between the brackets. */
  readonly name: string;
  readonly line: number;
  /** Which profile it is, if any. */
  readonly profile: string | undefined;
}

/** A line that cannot be meant as it stands. */
export interface FileFault {
  /** From 1. */
  readonly line: number;
  readonly why: Found;
  /** Whether there are two values, so that nobody can tell which is meant. */
  readonly isAmbiguous: boolean;
  /** The profile that it stands in, if any. */
  readonly profile: string | undefined;
}

/**
 * Reads both files, synchronously since they are small. Unreadable ones are part of the result; so are
 * pipes, which would hold the thread until somebody writes to them, and give what they hold only once.
 */
export function readSharedFiles(env: NodeJS.ProcessEnv): SharedFiles {
  const credentials = readFile(pathOf(env, 'AWS_SHARED_CREDENTIALS_FILE', 'credentials'), name => ({
    kind: 'profile',
    name: name.trim(),
  }));
  const config = readFile(pathOf(env, 'AWS_CONFIG_FILE', 'config'), kindOfSection);
  const profiles = new Map(config.named('profile'));
  const inCredentialsFile = credentials.named('profile');
  for (const [name, section] of inCredentialsFile) {
    profiles.set(name, { ...profiles.get(name), ...section });
  }
  return {
    credentials: credentials.file,
    config: config.file,
    profiles,
    inCredentialsFile,
    ssoSessions: config.named('sso-session'),
    services: config.named('services'),
    plugins: config.named('other').get('plugins') ?? {},
  };
}

/** Returns a text that changes whenever the file does, also when it appears or goes. */
export function stampOf(file: SharedFile): string {
  return file.kind === 'read' ? file.stamp : file.kind;
}

function pathOf(env: NodeJS.ProcessEnv, variable: string, name: string): string {
  const set = env[variable];
  if (set === undefined || set === '') return join(homedir(), '.aws', name);
  return inHome(set, env);
}

/** Environment variables and `~` in a path count, as they do for the AWS CLI. */
export function inHome(written: string, env: NodeJS.ProcessEnv): string {
  const path = written.replace(
    /\$(?:(\w+)|\{([^}]+)\})/g,
    (text, plain: string | undefined, braced: string | undefined) =>
      env[plain ?? braced ?? ''] ?? text,
  );
  return /^~(?:[/\\]|$)/.test(path) ? join(homedir(), path.slice(1)) : path;
}

interface SectionKind {
  readonly kind: 'profile' | 'sso-session' | 'services' | 'other' | 'unreadable';
  readonly name: string;
}

/** Which section of the config file this is, by the rules of the AWS CLI. */
function kindOfSection(written: string): SectionKind {
  const text = written.trim();
  if (text === 'default') return { kind: 'profile', name: text };
  const kind = (['profile', 'sso-session', 'services'] as const).find(each =>
    text.startsWith(each),
  );
  if (kind === undefined) return { kind: 'other', name: text };
  const [, name, ...more] = shellWords(text) ?? [];
  return name === undefined || more.length > 0
    ? { kind: 'unreadable', name: text }
    : { kind, name };
}

interface SectionsOfFile {
  readonly file: SharedFile;
  /** Returns the sections of a kind; of two with one name, the one further down counts. */
  readonly named: (kind: SectionKind['kind']) => ReadonlyMap<string, Profile>;
}

function readFile(path: string, kindOf: (name: string) => SectionKind): SectionsOfFile {
  try {
    const stat = statSync(path);
    const { mtimeMs, size } = stat;
    if (!stat.isFile() && !isNothing(stat)) throw found`it is not a regular file`;
    const { sections, faults } = parseIni(readFileSync(path, 'utf8'));
    const known = sections.map(section => ({ ...section, is: kindOf(section.name) }));
    // For the AWS CLI, a name with blanks around it is another one.
    const byExactness = known.toSorted((a, b) => exactness(a.name) - exactness(b.name));
    const profileIn = (name: string | undefined): string | undefined => {
      const is = known.find(section => section.name === name)?.is;
      return is?.kind === 'profile' ? is.name : undefined;
    };
    const named = (kind: SectionKind['kind']) =>
      new Map(
        byExactness.filter(({ is }) => is.kind === kind).map(({ is, values }) => [is.name, values]),
      );
    const unreadable = known
      .filter(({ is }) => is.kind === 'unreadable')
      .map(({ name, line }) => ({
        line,
        why: found`the name in [${name}] needs quotes, or has one too many`,
        isAmbiguous: false,
        profile: undefined,
      }));
    const file: SharedFile = {
      kind: 'read',
      path,
      sections: known.map(({ name, line }) => ({ name, line, profile: profileIn(name) })),
      faults: [
        ...faults.map(({ section, ...fault }) => ({ ...fault, profile: profileIn(section) })),
        ...unreadable,
      ].sort((a, b) => a.line - b.line),
      stamp: `${String(mtimeMs)}/${String(size)}`,
    };
    return { file, named };
  } catch (error) {
    const isMissing = hasCode(error, 'ENOENT');
    const file: SharedFile = isMissing
      ? { kind: 'missing', path }
      : { kind: 'unreadable', path, error };
    return { file, named: () => new Map() };
  }
}

/** Whether it is `/dev/null`, by which some say that there is no such file. */
function isNothing(stat: Stats): boolean {
  return stat.isCharacterDevice() && stat.rdev === statSync(devNull).rdev;
}

function exactness(name: string): number {
  return name === name.trim() ? 1 : 0;
}
