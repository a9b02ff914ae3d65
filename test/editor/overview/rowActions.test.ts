import assert from 'node:assert/strict';

import { overviewHtml } from '../../../src/editor/overview/overviewHtml';
import { rowActions, type MenuManifest } from '../../../src/editor/overview/rowActions';
import { flags } from '../../../src/editor/view/rowFlags';
import { groups } from '../../../src/protocol/verdicts';
import { Uri } from 'vscode';
import { extension } from '../../support/vscode/extensionUnderTest';

/** Flags as rows have them; which of them occur together does not matter here. */
const contextValues = [
  ...groups.flatMap(group =>
    ['file', 'subfolder'].map(kind =>
      flags(kind, group, 'canBackUp', 'onDisk', 'inCloud', 'byRule'),
    ),
  ),
  flags('folder', 'canBackUp', 'onDisk'),
  flags('folder', 'unbound', 'onDisk'),
];

describe('The actions of a tile', () => {
  let manifest: MenuManifest;
  before(() => {
    manifest = extension().packageJSON as MenuManifest;
  });

  it('are those of the menu of its row, once each and in its order', () => {
    const actions = rowActions(manifest, flags('file', 'missing-in-cloud', 'canBackUp', 'onDisk'));
    assert.deepEqual(
      actions.map(({ command }) => command),
      [
        's3Backup.backUp',
        's3Backup.open',
        's3Backup.revealInExplorer',
        's3Backup.showVersions',
        's3Backup.ignore',
        's3Backup.copyS3Uri',
      ],
    );
    assert.equal(actions[0]?.title, 'Back Up');
  });

  it('leave out no entry of the menu, since every condition in it is understood', () => {
    const offered = contextValues.flatMap(value =>
      rowActions(manifest, value).map(({ command }) => command),
    );
    const inMenu = manifest.contributes.menus['view/item/context'].map(({ command }) => command);
    assert.deepEqual([...new Set(offered)].sort(), [...new Set(inMenu)].sort());
  });

  it('are not offered by a condition that nobody understands', () => {
    const [entry] = manifest.contributes.menus['view/item/context'];
    assert.ok(entry);
    const when = `${entry.when} && s3Backup.somethingNew`;
    const menus = { 'view/item/context': [{ ...entry, group: '1_backup@1', when }] };
    const changed = { contributes: { ...manifest.contributes, menus } };
    assert.deepEqual(
      contextValues.flatMap(value => rowActions(changed, value)),
      [],
    );
  });
});

describe('The page of the overview', () => {
  it('may run and load nothing but its own, under another nonce each time', () => {
    const webview = { cspSource: 'https://own.test', asWebviewUri: (uri: Uri) => uri };
    const pages = [1, 2].map(() => overviewHtml(webview, Uri.file('/dist')));
    const policies = pages.map(
      page => /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1],
    );
    const [policy = '', other] = policies;
    assert.notEqual(policy, other);
    assert.match(
      policy,
      /^default-src 'none'; style-src https:\/\/own\.test; script-src 'nonce-[\w-]{22}'; base-uri 'none'; form-action 'none'$/,
    );
    for (const page of pages) assert.doesNotMatch(page, /style=|<style|onload|javascript:|http:/);
  });
});
