import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { repositoryRoot } from '../../dev/repositoryRoot';
import { temporaryFolder } from '../../dev/temporaryFolder';
import {
  foundTemplates,
  readBundle,
  sentencesOfSources,
  type Bundle,
} from '../../scripts/sentences';
import { translationFaults } from '../support/l10n/translations';

describe('A translation', () => {
  let sentences: Bundle;
  let manifest: Bundle;

  before(async () => {
    const temporary = await temporaryFolder('l10n');
    sentences = await sentencesOfSources(temporary.path);
    await temporary.remove();
    manifest = await readBundle(join(repositoryRoot, 'package.nls.json'));
  });

  for (const file of globSync('{l10n/bundle.l10n.*.json,package.nls.*.json}', {
    cwd: repositoryRoot,
  })) {
    it(`has just what is said, with all placeholders: ${file}`, async () => {
      const original = file.startsWith('package') ? manifest : sentences;
      const translation = await readBundle(join(repositoryRoot, file));
      assert.deepEqual(translationFaults(original, translation), []);
    });
  }

  it('fails where it lacks a sentence, has one that nobody says, or loses a placeholder', () => {
    const original = { a: '{0} of {count} files', b: '[Log](command:s3Backup.showLog)', c: 'Open' };
    const good = { a: '{count}, davon {0}', b: '[Protokoll](command:s3Backup.showLog)', c: 'Auf' };
    assert.deepEqual(translationFaults(original, good), []);
    assert.deepEqual(translationFaults(original, {}), []);
    for (const wrong of [
      { a: good.a, b: good.b },
      { ...good, d: 'Zu' },
      { ...good, a: '{0} Dateien' },
      { ...good, b: '[Protokoll](command:s3Backup.zeigeProtokoll)' },
    ]) {
      assert.equal(translationFaults(original, wrong as Bundle).length, 1);
    }
  });

  it('is wanted for each cause that the engine words, with its values as placeholders', () => {
    const source = 'const why = found`the line ${line} of ${found`its ${name}`} ends`;';
    assert.deepEqual(foundTemplates(source), ['the line {0} of {1} ends', 'its {0}']);
  });

  it('has the same languages for the manifest and the code', () => {
    const manifest = readFileSync(join(repositoryRoot, 'package.json'), 'utf8');
    const { l10n } = JSON.parse(manifest) as { readonly l10n: string };
    const languages = (pattern: string) =>
      globSync(pattern, { cwd: repositoryRoot })
        .map(file => basename(file).split('.').at(-2))
        .sort();
    assert.deepEqual(languages(`${l10n}/bundle.l10n.*.json`), languages('package.nls.*.json'));
  });
});
