import type { Bundle } from '../../../scripts/sentences';

/** What a translation must leave as it is: values, icons, commands, settings and code. */
function placeholders(sentence: string): readonly string[] {
  const found = sentence.match(
    /\{\w+\}|\$\([\w-]+\)|\]\((?:command:|https?:)[^)]+\)|#s3Backup\.[\w.]+#|`[^`]+`/g,
  );
  return (found ?? []).sort();
}

/** What a translation lacks, has too much, or has lost of its placeholders. */
export function translationFaults(original: Bundle, translation: Bundle): readonly string[] {
  const faults: string[] = [];
  for (const [key, sentence] of Object.entries(translation)) {
    const source = original[key];
    if (source === undefined) faults.push(`is not used any more: ${key}`);
    else if (placeholders(source).join() !== placeholders(sentence).join()) {
      faults.push(`has other placeholders: ${key}`);
    }
  }
  // A language that nobody has begun yet speaks English.
  if (Object.keys(translation).length === 0) return faults;
  const missing = Object.keys(original).filter(key => translation[key] === undefined);
  return [...faults, ...missing.map(key => `is missing: ${key}`)];
}
