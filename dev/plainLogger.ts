import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Takes the place of VS Code's logger, `@vscode/spdlog`, in a server whose binary was not built: the
 * registry has none, and to build it takes half a minute, a compiler and Node's headers. Without a
 * logger VS Code writes no log of any extension, and *Show Log* shows an empty page. The files are
 * never rotated: a server of tests, or of the sample, lives for an hour.
 */
export const version = 0;

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'] as const;

let lowestLevel = 0;

export function setLevel(level: number): void {
  lowestLevel = level;
}

/** Every line is written at once. */
export function setFlushOn(): void {
  // Nothing waits to be flushed.
}

/** What VS Code calls of a logger of `@vscode/spdlog`. */
export class Logger {
  readonly #file: WriteStream;
  #level = lowestLevel;
  #isPlain = false;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = createWriteStream(path, { flags: 'a' });
    // The folder may be removed while the last lines are written.
    this.#file.on('error', () => undefined);
  }

  trace(message: string): void {
    this.#write(0, message);
  }

  debug(message: string): void {
    this.#write(1, message);
  }

  info(message: string): void {
    this.#write(2, message);
  }

  warn(message: string): void {
    this.#write(3, message);
  }

  error(message: string): void {
    this.#write(4, message);
  }

  critical(message: string): void {
    this.#write(5, message);
  }

  getLevel(): number {
    return this.#level;
  }

  setLevel(level: number): void {
    this.#level = level;
  }

  /** Every line has its time and level, whatever the pattern. */
  setPattern(): void {
    this.#isPlain = false;
  }

  /** Lines stand as they are. */
  clearFormatters(): void {
    this.#isPlain = true;
  }

  flush(): void {
    // Nothing waits to be flushed.
  }

  drop(): void {
    this.#file.end();
  }

  #write(level: number, message: string): void {
    if (level < this.#level || this.#file.writableEnded) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    const line = `${time} [${levels[level] ?? ''}] ${message}\n`;
    this.#file.write(this.#isPlain ? message : line);
  }
}

/** The only one that VS Code calls. */
export function createAsyncRotatingLogger(_name: string, path: string): Promise<Logger> {
  return Promise.resolve(new Logger(path));
}
