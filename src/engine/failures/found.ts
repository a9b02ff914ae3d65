import type { Finding } from '../../protocol/failures';

/**
 * A cause that the engine has found by itself and puts into words. The message is for the log; the
 * editor says the finding in the user's language.
 */
export class Found extends Error {
  readonly finding: Finding;

  constructor(template: string, values: readonly (string | Found)[]) {
    super(withValues(template, values));
    this.finding = {
      template,
      values: values.map(value => (typeof value === 'string' ? value : value.finding)),
    };
  }
}

/**
 * Writes a cause with its values in it, such as found`line ${line} has no end`. Every text that is
 * tagged so needs its translation: a test takes them from the sources.
 */
export function found(parts: TemplateStringsArray, ...values: readonly (string | Found)[]): Found {
  return new Found(templateOf(parts), values);
}

/** Puts the parts of a tagged text together, with a numbered place for each value between them. */
export function templateOf(parts: readonly string[]): string {
  return parts
    .map((part, index) => (index === 0 ? part : `{${String(index - 1)}}${part}`))
    .join('');
}

/** Joins findings, none of which knows of the others. */
export function foundAll(findings: readonly (string | Found)[], separator: string): Found {
  return new Found(findings.map((_, index) => `{${String(index)}}`).join(separator), findings);
}

function withValues(template: string, values: readonly (string | Found)[]): string {
  return template.replace(/\{(\d+)\}/g, (_, index: string) => {
    const value = values[Number(index)];
    return value instanceof Found ? value.message : (value ?? '');
  });
}
