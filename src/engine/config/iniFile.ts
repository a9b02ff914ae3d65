import { found, type Found } from '../failures/found';

/** A text in the form of `~/.aws/config`, as the AWS CLI reads it. */
export interface IniFile {
  readonly sections: readonly Section[];
  /** What the AWS CLI refuses, or what cannot be meant, in the order of the lines. */
  readonly faults: readonly LineFault[];
}

export interface Section {
  /** What stands between the brackets. */
  readonly name: string;
  readonly line: number;
  /** By their names in small letters; nested ones are `s3.name`. */
  readonly values: Readonly<Record<string, string>>;
}

export interface LineFault {
  /** From 1. */
  readonly line: number;
  /** The section that it stands in, if any. */
  readonly section: string | undefined;
  readonly why: Found;
  /** Whether there are two values, so that nobody can tell which is meant. */
  readonly isAmbiguous: boolean;
}

/**
 * Reads what Python's `configparser` reads, by which the AWS CLI does
 * (https://docs.python.org/3/library/configparser.html): names of settings in any case, `=` or `:`,
 * indented lines that go on with the value above, comments on lines of their own only. It differs
 * where the CLI gives up the whole file or takes what nobody can mean, and other AWS tools do not:
 * sections and equal settings may be there twice, comments may follow values that are one word, and
 * such values do not go on in the next line.
 */
export function parseIni(text: string): IniFile {
  const reader = new IniReader();
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  for (const [index, line] of lines.entries()) reader.read(line, index + 1);
  return reader.finish();
}

/** A setting as it is being read; its value may go on in further lines. */
interface OpenSetting {
  readonly name: string;
  readonly line: number;
  readonly indent: number;
  readonly lines: { readonly text: string; readonly line: number }[];
}

class IniReader {
  readonly #sections = new Map<string, { line: number; values: Record<string, string> }>();
  readonly #faults: LineFault[] = [];
  #name: string | undefined;
  #setting: OpenSetting | undefined;

  read(line: string, number: number): void {
    const content = strip(line);
    if (/^[#;]/.test(content)) return;
    const setting = this.#setting;
    if (content === '') {
      setting?.lines.push({ text: '', line: number });
      return;
    }
    const indent = line.length - stripStart(line).length;
    if (setting !== undefined && indent > setting.indent && goesOn(setting.name, content)) {
      setting.lines.push({ text: content, line: number });
      return;
    }
    this.#close();
    const name = /^\[(.+)\]/s.exec(content)?.[1];
    if (name !== undefined) this.#open(name, number);
    else this.#begin(content, indent, number);
  }

  finish(): IniFile {
    this.#close();
    // It is no section: all others have what it says, too.
    const inherited = this.#sections.get('DEFAULT')?.values;
    this.#sections.delete('DEFAULT');
    const sections = [...this.#sections].map(([name, { line, values }]) => ({
      name,
      line,
      values: { ...unlessIn(values, inherited), ...values },
    }));
    const faults = this.#faults.sort((a, b) => a.line - b.line);
    return { sections, faults };
  }

  #open(name: string, line: number): void {
    this.#name = name;
    // Nothing is in it by itself: a file may say “constructor” or “__proto__”.
    const values = Object.create(null) as Record<string, string>;
    if (!this.#sections.has(name)) this.#sections.set(name, { line, values });
  }

  #begin(content: string, indent: number, line: number): void {
    const [, name = '', value = ''] = settingForm.exec(content) ?? [];
    if (name === '') {
      this.#fault(line, found`it is neither a section nor a “name = value”`);
    } else if (this.#name === undefined) {
      this.#fault(line, found`it stands above the first section`);
    } else {
      const lines = [{ text: value, line }];
      this.#setting = { name: name.toLowerCase(), line, indent, lines };
      const meant = /^(?:export|set)\s+(aws_\w+)$/i.exec(name)?.[1];
      if (meant !== undefined) this.#fault(line, found`it has to begin with “${meant}”`);
    }
  }

  #close(): void {
    const setting = this.#setting;
    this.#setting = undefined;
    if (setting === undefined) return;
    const { name, line, lines } = setting;
    const value = stripEnd(lines.map(({ text }) => text).join('\n'));
    if (!value.startsWith('\n')) {
      this.#set(
        name,
        oneWord.has(name) ? (value.split(/\s[;#]/, 1)[0]?.trim() ?? '') : value,
        line,
      );
      return;
    }
    const pieces = lines.flatMap(({ text, line: at }) =>
      text.split(lineBoundaries).map(piece => ({ text: strip(piece), line: at })),
    );
    for (const { text, line: at } of pieces) {
      if (text === '') continue;
      const equals = text.indexOf('=');
      if (equals < 0) this.#fault(at, found`it is no “name = value” below “${name}”`);
      else {
        const nested = `${name}.${stripEnd(text.slice(0, equals))}`;
        this.#set(nested, stripStart(text.slice(equals + 1)), at);
      }
    }
  }

  #set(name: string, value: string, line: number): void {
    const values = this.#sections.get(this.#name ?? '')?.values;
    if (values === undefined) return;
    const before = values[name];
    if (before !== undefined && before !== value) {
      const why = found`“${name}” is there twice, with two values`;
      this.#faults.push({ line, section: this.#name, why, isAmbiguous: true });
    }
    values[name] = value;
  }

  #fault(line: number, why: Found): void {
    this.#faults.push({ line, section: this.#name, why, isAmbiguous: false });
  }
}

/** Those that the section has not itself; what it says of a nested setting counts as a whole. */
function unlessIn(own: Section['values'], inherited: Section['values'] = {}): Section['values'] {
  const outer = (name: string) => name.split('.', 1)[0];
  const known = new Set(Object.keys(own).map(outer));
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => !known.has(outer(name))));
}

/** What Python takes for a blank, which is not what JavaScript does. */
const blank = String.raw`[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const blanksAtStart = new RegExp(`^${blank}+`);
const settingForm = new RegExp(`^(.*?)${blank}*[=:]${blank}*(.*)$`, 's');

function strip(text: string): string {
  return stripEnd(stripStart(text));
}

function stripStart(text: string): string {
  return text.replace(blanksAtStart, '');
}

/** Not by an expression, which would try each run of blanks within the text to its end. */
function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && oneBlank.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

const oneBlank = new RegExp(blank);

/** Where Python's `str.splitlines` ends a line, of those that a line of a file may hold. */
// eslint-disable-next-line no-control-regex
const lineBoundaries = /[\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** Whether an indented line belongs to the setting above it. */
function goesOn(setting: string, content: string): boolean {
  return !oneWord.has(setting) || !/^[a-z]\w*\s*[=:]/i.test(content);
}

/** Settings whose values have neither blanks nor line breaks. */
const oneWord = new Set([
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'aws_security_token',
  'aws_account_id',
  'region',
  'output',
  'role_arn',
  'credential_source',
  'duration_seconds',
  'endpoint_url',
  'sso_start_url',
  'sso_region',
  'sso_account_id',
  'sso_role_name',
]);
