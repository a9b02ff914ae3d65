import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commands } from 'vscode';

import {
  commandIds,
  contextValues,
  section,
  machineSettings,
  settingNames,
  viewId,
} from '../../../src/editor/contributions/manifest';
import { extension } from '../../support/vscode/extensionUnderTest';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
    readonly submenus: readonly { readonly id: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly walkthroughs: readonly { readonly steps: readonly WalkthroughStep[] }[];
    readonly viewsWelcome: readonly { readonly when?: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope: string }>>;
    };
  };
  readonly capabilities: {
    readonly untrustedWorkspaces: Declaration & {
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: Declaration;
  };
}

/** Whether a kind of workspace is supported, and what is told of it. */
interface Declaration {
  readonly supported: boolean | 'limited';
  readonly description: string;
}

interface WalkthroughStep {
  readonly id: string;
  readonly media: { readonly svg: string };
  readonly completionEvents: readonly string[];
}

function stepsOf({ contributes }: Manifest): readonly WalkthroughStep[] {
  return contributes.walkthroughs.flatMap(({ steps }) => steps);
}

type MenuItem = ({ readonly command: string } | { readonly submenu: string }) & {
  readonly when?: string;
};

describe('The manifest', () => {
  let manifest: Manifest;
  let contributed: readonly string[];

  before(async () => {
    await extension().activate();
    manifest = extension().packageJSON as Manifest;
    contributed = manifest.contributes.commands.map(({ command }) => command).sort();
  });

  it('names just the commands that the code has', () => {
    assert.deepEqual(contributed, [...commandIds].sort());
  });

  it('names just the commands that are registered', async () => {
    const registered = await commands.getCommands(true);
    // VS Code itself adds commands for the view.
    const own = registered.filter(id => /^s3Backup\.(?!files\.)/.test(id));
    assert.deepEqual(own.sort(), contributed);
  });

  it('has menus for commands that exist', () => {
    const submenus = manifest.contributes.submenus.map(({ id }) => id);
    for (const item of Object.values(manifest.contributes.menus).flat()) {
      if ('command' in item) assert.ok(contributed.includes(item.command), item.command);
      else assert.ok(submenus.includes(item.submenu), item.submenu);
    }
    for (const id of submenus) assert.ok(id in manifest.contributes.menus, id);
  });

  it('has no pattern that a key without a value matches', () => {
    // VS Code asks whether the pattern matches the word “undefined”.
    for (const { when = '' } of Object.values(manifest.contributes.menus).flat()) {
      for (const [, pattern = ''] of when.matchAll(/=~ \/((?:[^/\\]|\\.)+)\//g)) {
        assert.doesNotMatch('undefined', new RegExp(pattern), when);
      }
    }
  });

  it('names just the view that the code fills', () => {
    const views = Object.values(manifest.contributes.views).flat();
    assert.deepEqual(
      views.map(({ id }) => id),
      [viewId],
    );
  });

  it('asks just for the context keys that the code sets, and for values that they can have', () => {
    const { menus, viewsWelcome } = manifest.contributes;
    const conditions = [
      ...[...Object.values(menus).flat(), ...viewsWelcome].map(({ when = '' }) => when),
      ...manifest.contributes.commands.map(({ enablement = '' }) => enablement),
      ...stepsOf(manifest).flatMap(({ completionEvents }) => completionEvents),
    ];
    const known: Readonly<Record<string, readonly unknown[]>> = contextValues;
    const asked = new Set<string>();
    for (const condition of conditions) {
      for (const [, key = '', value] of condition.matchAll(/(s3Backup\.\w+)(?: == '(.*?)')?/g)) {
        if (key === viewId) continue;
        asked.add(key);
        if (value !== undefined) assert.ok(known[key]?.includes(value), condition);
      }
    }
    assert.deepEqual([...asked].sort(), Object.keys(known).sort());
  });

  it('leads through the first five minutes with pictures that follow the theme', async () => {
    assert.deepEqual(
      stepsOf(manifest).map(({ id }) => id),
      ['credentials', 'bucket', 'compare', 'backUp', 'restore'],
    );
    for (const { media } of stepsOf(manifest)) {
      const picture = await readFile(join(extension().extensionPath, media.svg), 'utf8');
      for (const [, color = ''] of picture.matchAll(/(?:fill|stroke)="([^"]*)"/g)) {
        assert.match(color, /^(none|var\(--vscode-.*\))$/, media.svg);
      }
    }
  });

  it('links only to commands that exist', async () => {
    const texts = await readFile(join(extension().extensionPath, 'package.nls.json'), 'utf8');
    for (const [, id = ''] of texts.matchAll(/\(command:(s3Backup\.\w+)\)/g)) {
      assert.ok(contributed.includes(id), id);
    }
  });

  it('names just the settings that the code reads', () => {
    const names = Object.keys(manifest.contributes.configuration.properties);
    assert.deepEqual(names.sort(), settingNames.map(name => `${section}.${name}`).sort());
  });

  it('says of just the settings of the machine that they are', () => {
    const properties = Object.entries(manifest.contributes.configuration.properties);
    const ofMachine = properties.flatMap(([name, { scope }]) => (scope === 'machine' ? name : []));
    assert.deepEqual(ofMachine.sort(), machineSettings.map(name => `${section}.${name}`).sort());
  });

  it('takes nothing from a workspace that is not trusted which could redirect files', () => {
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    for (const [name, { scope }] of Object.entries(manifest.contributes.configuration.properties)) {
      const isSafe = scope === 'machine' || scope === 'window' || restricted.includes(name);
      assert.ok(isSafe, name);
    }
  });

  it('is limited in a workspace that is not trusted, with a reason', () => {
    const { supported, description, restrictedConfigurations } =
      manifest.capabilities.untrustedWorkspaces;
    assert.equal(supported, 'limited');
    assert.match(description, /Restricted Mode/);
    // By name: another scope would otherwise take one of them off the list unseen.
    assert.deepEqual([...restrictedConfigurations].sort(), [
      's3Backup.backUpOnSave',
      's3Backup.bucket',
      's3Backup.compare.rule',
      's3Backup.compareOnStartup',
      's3Backup.exclude',
      's3Backup.prefix',
      's3Backup.storageClass',
      's3Backup.useGitignore',
    ]);
  });

  it('says that it does not work in virtual workspaces, with a reason', () => {
    const { supported, description } = manifest.capabilities.virtualWorkspaces;
    assert.equal(supported, false);
    assert.match(description, /disk/i);
  });

  it('has a text for every placeholder, and no text that is not used', async () => {
    const folder = extension().extensionPath;
    const source = await readFile(join(folder, 'package.json'), 'utf8');
    const texts = await readFile(join(folder, 'package.nls.json'), 'utf8');
    const used = [...source.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    const given = Object.keys(JSON.parse(texts) as Record<string, string>);
    assert.deepEqual([...new Set(used)].sort(), given.sort());
  });
});
