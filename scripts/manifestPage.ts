import { markdownTable } from './markdownTable';

/** What of the manifest is told on the page of settings and commands. */
export interface Manifest {
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
    }[];
    readonly menus: Readonly<
      Record<string, readonly { readonly command?: string; readonly when?: string }[]>
    >;
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

interface Setting {
  readonly order: number;
  readonly default: string | boolean | null | readonly string[];
  readonly scope: string;
  readonly markdownDescription: string;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
}

type Texts = Readonly<Record<string, string>>;

/** The page of all settings and commands, as they are in the manifest. */
export function manifestPage(manifest: Manifest, texts: Texts): string {
  return `# Settings and commands

<!-- Made of package.json by \`npm run generate\`. -->

## Settings

${settingsTable(manifest, texts)}

_Who sets it_: a setting of the _machine_ counts only in your own settings, and in a remote window in those of the remote machine. All others may also stand in the settings of a workspace; what could lead files elsewhere is not taken from a workspace that you do not trust.

## Commands

In the palette each begins with _S3 Backup:_. Some are there only while they can do something.

${commandsTable(manifest, texts)}
`;
}

function settingsTable({ contributes }: Manifest, texts: Texts): string {
  const settings = Object.entries(contributes.configuration.properties).sort(
    ([, one], [, other]) => one.order - other.order,
  );
  return markdownTable([
    ['setting', 'without a value', 'who sets it', 'what it does'],
    ...settings.map(([name, setting]) => [
      `\`${name}\``,
      defaultOf(setting),
      setting.scope === 'machine' ? 'you, for the machine' : 'you or a workspace',
      descriptionOf(setting, texts),
    ]),
  ]);
}

function defaultOf({ default: value }: Setting): string {
  if (value === '' || value === null) return 'none';
  const values = typeof value === 'object' ? value : [String(value)];
  return values.map(each => `\`${each}\``).join(', ');
}

function descriptionOf(setting: Setting, texts: Texts): string {
  const values = (setting.enum ?? []).flatMap((value, index) => {
    if (value === '') return [];
    const description = setting.enumDescriptions?.[index];
    return description === undefined
      ? [`\`${value}\`.`]
      : [`\`${value}\`: ${textOf(description, texts)}`];
  });
  return [textOf(setting.markdownDescription, texts), ...values]
    .join(' ')
    .replaceAll(/`#([\w.]+)#`/g, '`$1`')
    .replaceAll(/\*(?!\*)([^*]+)\*/g, '_$1_')
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ');
}

function commandsTable({ contributes }: Manifest, texts: Texts): string {
  return markdownTable([
    ['command', 'id', 'where'],
    ...contributes.commands.map(({ command, title }) => [
      textOf(title, texts),
      `\`${command}\``,
      placesOf(command, contributes.menus).join(', '),
    ]),
  ]);
}

function placesOf(command: string, menus: Manifest['contributes']['menus']): readonly string[] {
  const inPalette = (menus['commandPalette'] ?? []).find(item => item.command === command);
  const inMenus = Object.entries(placeNames).flatMap(([menu, name]) =>
    menus[menu]?.some(item => item.command === command) === true ? [name] : [],
  );
  return [...(inPalette?.when === 'false' ? [] : ['palette']), ...new Set(inMenus)];
}

const placeNames: Readonly<Record<string, string>> = {
  'view/title': 'title of the view',
  'view/item/context': 'rows',
  'explorer/context': 'Explorer',
  's3Backup.explorer': 'Explorer, _S3 Backup_',
  'editor/title': 'title of the editor',
  'editor/title/context': 'editor tabs',
  's3Backup.editor': 'editor tabs, _S3 Backup_',
};

function textOf(text: string, texts: Texts): string {
  return text.replace(/^%(.+)%$/, (_, key: string) => texts[key] ?? key);
}
