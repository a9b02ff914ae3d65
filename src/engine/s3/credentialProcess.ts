import { exec, execFile, type ExecFileException } from 'node:child_process';
import { basename } from 'node:path';
import { shellWords } from '../config/shellWords';
import { Failure } from '../failures/failure';
import { found, foundAll, type Found } from '../failures/found';
import { loginShellPath } from './loginShellPath';

/** Access keys, for a time or for good. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** The `credential_process` of a profile. */
export interface ProcessPlan {
  readonly profile: string;
  readonly command: string;
}

/**
 * Runs the program that a profile names, and returns the keys that it prints
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html). A program that
 * is not on the path of VS Code is looked for on the one of the login shell. Throws
 * `program-not-found` or `program-failed` about the profile.
 */
export async function runCredentialProcess({ profile, command }: ProcessPlan): Promise<Identity> {
  const invocation = parseCommand(command);
  if (invocation === undefined) {
    const why = found`its credential_process is empty, or a quotation in it does not end`;
    throw new Failure('program-failed', profile, why);
  }
  let ended = await run(invocation, process.env);
  if (isNotFound(endOf(command, ended))) {
    const path = await loginShellPath(process.env);
    if (path !== undefined) ended = await run(invocation, { ...process.env, PATH: path });
  }
  if (isNotFound(endOf(command, ended)))
    throw new Failure('program-not-found', profile, invocation.program);
  const { error, stdout, stderr } = ended;
  if (error !== null) throw new Failure('program-failed', profile, why(invocation, error, stderr));
  return parseAnswer(profile, invocation, stdout);
}

/** A command, and how it is run. */
interface Invocation {
  readonly command: string;
  /** As the command names it. */
  readonly program: string;
  readonly words: readonly string[];
  readonly isForShell: boolean;
}

function parseCommand(command: string): Invocation | undefined {
  const words = shellWords(command);
  const [program] = words ?? [];
  // Scripts (`.cmd`) need a shell on Windows, whose rules for quotes are its own.
  if (process.platform === 'win32') {
    const first = command.split(' ', 1)[0] ?? command;
    return { command, program: program ?? first, words: words ?? [], isForShell: true };
  }
  if (words === undefined || program === undefined) return undefined;
  return { command, program, words, isForShell: needsShell(command, process.env) };
}

/**
 * The AWS CLI runs the words of the command without a shell, so that `;`, `#` and most `$` are parts
 * of words; the SDKs leave the command to a shell. Returns whether only a shell can be meant.
 */
function needsShell(command: string, env: NodeJS.ProcessEnv): boolean {
  const quoted = /'[^']*'|("(?:[^"\\]|\\.)*")|\\./g;
  if (/[|&<>]|(?:^|\s)~\//.test(command.replace(quoted, ''))) return true;
  const outsideSingleQuotes = command.replace(
    quoted,
    (_, double: string | undefined) => double ?? '',
  );
  return /`|\$\(/.test(outsideSingleQuotes) || namesVariable(outsideSingleQuotes, env);
}

function namesVariable(text: string, env: NodeJS.ProcessEnv): boolean {
  return [...text.matchAll(/\$\{?(\w+)/g)].some(([, name = '']) => env[name] !== undefined);
}

interface Ended {
  readonly error: ExecFileException | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(invocation: Invocation, env: NodeJS.ProcessEnv): Promise<Ended> {
  const { command, isForShell, words } = invocation;
  const [program = '', ...args] = words;
  const options = { env, encoding: 'utf8', windowsHide: true } as const;
  return new Promise(resolve => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void => {
      resolve({ error, stdout, stderr });
    };
    const child = isForShell
      ? exec(command, options, done)
      : execFile(program, args, options, done);
    // Nobody can type anything: a program that asks finds that out at once, and does not wait.
    child.stdin?.end();
  });
}

function endOf(command: string, { error, stderr }: Ended): CommandEnd {
  return { command, code: error?.code, stderr };
}

/** How a command has ended. */
export interface CommandEnd {
  readonly command: string;
  /** Of the system or of the shell. */
  readonly code: string | number | null | undefined;
  readonly stderr: string;
}

/**
 * Whether nothing was found by the name that a command begins with: by the system's answer, by the
 * exit code of a POSIX shell, or by `cmd.exe`, which ends with 9009 in a script and with 1 after
 * `/c`, and says so. What a script says of a program that it misses itself does not count.
 */
export function isNotFound({ command, code, stderr }: CommandEnd): boolean {
  if (code === 'ENOENT' || code === 127 || code === 9009) return true;
  const [, missing] = /^'(.+)' is not recognized as an internal/m.exec(stderr) ?? [];
  return code === 1 && missing !== undefined && unquoted(command).startsWith(unquoted(missing));
}

function unquoted(text: string): string {
  return text.replaceAll('"', '');
}

function why(invocation: Invocation, error: ExecFileException, stderr: string): Found {
  const how = howItEnded(basename(invocation.program), error);
  const said = lastLine(stderr);
  return said === undefined ? how : foundAll([how, withoutSecrets(said, invocation.words)], ': ');
}

function howItEnded(program: string, { code, signal }: ExecFileException): Found {
  if (typeof code === 'number')
    return found`its program “${program}” ended with exit code ${String(code)}`;
  return isText(signal)
    ? found`its program “${program}” was ended by ${signal}`
    : found`its program “${program}” could not be run (${String(code)})`;
}

function lastLine(text: string): string | undefined {
  const lines = text.split(/[\r\n]+/).map(line => line.trim());
  return lines.findLast(line => line !== '');
}

/**
 * Returns what a program has said without what may be secret: what it was called with, and what looks
 * like a key or a token.
 */
function withoutSecrets(said: string, [, ...args]: readonly string[]): string {
  let shown = said.slice(0, maxShownChars);
  for (const arg of args) {
    if (arg.length >= minSecretChars) shown = shown.replaceAll(arg, '…');
  }
  return shown.replace(/[\w+/=-]{16,}/g, text =>
    /\d/.test(text) && /[a-z]/i.test(text) ? '…' : text,
  );
}

const maxShownChars = 300;
const minSecretChars = 6;

function parseAnswer(profile: string, { program }: Invocation, stdout: string): Identity {
  const named = basename(program);
  const fail = (why: Found): Failure => new Failure('program-failed', profile, why);
  let answer: Answer | null;
  try {
    answer = JSON.parse(stdout.trim()) as Answer | null;
  } catch {
    // The error of the parser would repeat a piece of the text, which may be a key.
    throw fail(found`its program “${named}” printed something that is no JSON`);
  }
  const { Version, AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer ?? {};
  if (Version !== 1) throw fail(found`its program “${named}” printed no “"Version": 1”`);
  if (!isText(AccessKeyId) || !isText(SecretAccessKey)) {
    throw fail(found`its program “${named}” printed no AccessKeyId, or no SecretAccessKey`);
  }
  const expiration = isText(Expiration) ? new Date(Expiration) : undefined;
  if (expiration !== undefined && !(expiration.getTime() > Date.now())) {
    throw fail(found`its program “${named}” printed credentials that have expired`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(isText(SessionToken) ? { sessionToken: SessionToken } : {}),
    ...(expiration === undefined ? {} : { expiration }),
  };
}

type Answer = Readonly<
  Partial<
    Record<'Version' | 'AccessKeyId' | 'SecretAccessKey' | 'SessionToken' | 'Expiration', unknown>
  >
>;

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
