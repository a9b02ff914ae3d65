import { l10n, window, type Memento } from 'vscode';
import {
  allowSecrets,
  takeOut,
  unaskedSecrets,
  type PlannedFile,
  type PlanRequest,
  type PlanSummary,
} from '../../protocol/plans';
import type { EngineClient } from '../client/engineClient';
import { namedFiles } from '../format/namedFiles';
import { formatFiles } from '../format/quantity';
import { ignoreItems } from '../ignore/addToIgnoreFile';
import { folderById } from '../targets/targets';
import { placeKey } from './placeKey';

interface AskAboutSecretsDeps {
  readonly engine: Pick<EngineClient, 'sendRequest' | 'notify'>;
  /** Of this user, over all windows. */
  readonly memory: Memento;
}

/**
 * Asks whether the files of a plan that look like secrets are to be sent, or ignored from now on.
 * Each is asked about once for a folder and the place where it is backed up. Returns the plan that is
 * left; `undefined` where the user cancels, or nothing is left. The engine sends no such file unless
 * it was allowed here.
 */
export async function askAboutSecrets(
  deps: AskAboutSecretsDeps,
  plan: PlanSummary,
  scopes: PlanRequest['folders'],
): Promise<PlanSummary | undefined> {
  if (plan.unaskedSecrets === 0) return plan;
  const { engine } = deps;
  const { planId } = plan;
  const secrets = await engine.sendRequest(unaskedSecrets, planId);
  const agreed = await AgreedSecrets.of(deps, scopes);
  const open = secrets.filter(file => !agreed.has(file));
  if (open.length > 0) {
    // Whoever sets a rule aside has ignored the file already.
    const isIgnored = scopes.every(({ scope }) => scope.kind === 'ignored');
    switch (await ask(open, scopes, isIgnored ? [] : [ignoreTitle()])) {
      case backUpTitle():
        await agreed.add(open);
        break;
      case ignoreTitle(): {
        await ignoreFiles(deps, open);
        const left = await engine.sendRequest(takeOut, { planId, files: open });
        const ignored = (plan.excluded.ignored ?? 0) + open.length;
        const rest = { ...plan, ...left, excluded: { ...plan.excluded, ignored } };
        if (rest.files === 0) return undefined;
        return askAboutSecrets(deps, rest, scopes);
      }
      default:
        return undefined;
    }
  }
  await engine.sendRequest(allowSecrets, { planId, files: secrets });
  return plan;
}

function backUpTitle(): string {
  return l10n.t('Back Up');
}

function ignoreTitle(): string {
  return l10n.t('Ignore');
}

async function ask(
  files: readonly PlannedFile[],
  scopes: PlanRequest['folders'],
  buttons: readonly string[],
): Promise<string | undefined> {
  const [first, ...others] = files;
  if (first === undefined) return undefined;
  const places = scopes
    .filter(({ setup }) => files.some(({ folder }) => folder === setup.id))
    .map(({ setup: { bucket, prefix } }) => `s3://${bucket}/${prefix}`);
  const text =
    others.length === 0
      ? l10n.t('“{0}” looks like it contains a secret. Back it up?', first.path)
      : l10n.t('{0} look like they contain secrets. Back them up?', formatFiles(others.length + 1));
  const place = places.join(', ');
  const consequences =
    others.length === 0
      ? l10n.t(
          'Anyone who can read {0} can then read it, and S3 Backup never deletes it there.',
          place,
        )
      : l10n.t(
          'Anyone who can read {0} can then read them, and S3 Backup never deletes them there.',
          place,
        );
  const ignoring =
    others.length === 0
      ? l10n.t('“Ignore” adds it to .s3backupignore, so it is not backed up.')
      : l10n.t('“Ignore” adds them to .s3backupignore, so they are not backed up.');
  const names = others.length === 0 ? [] : [...namedFiles(files.map(({ path }) => path)), ''];
  // Enter presses the first button: what can be taken back.
  return window.showWarningMessage(
    text,
    {
      modal: true,
      detail: [...names, consequences, ...(buttons.length === 0 ? [] : [ignoring])].join('\n'),
    },
    ...buttons,
    backUpTitle(),
  );
}

async function ignoreFiles(
  deps: AskAboutSecretsDeps,
  files: readonly PlannedFile[],
): Promise<void> {
  const items = files.flatMap(({ folder: id, path }) => {
    const folder = folderById(id);
    return folder === undefined ? [] : [{ folder, path, kind: 'file' as const }];
  });
  await ignoreItems(deps, items);
}

/** The secrets that the user wants in the cloud, for each folder and the place that it has there. */
class AgreedSecrets {
  readonly #memory: Memento;
  readonly #keys: ReadonlyMap<string, string>;

  private constructor(memory: Memento, keys: ReadonlyMap<string, string>) {
    this.#memory = memory;
    this.#keys = keys;
  }

  static async of(
    { engine, memory }: AskAboutSecretsDeps,
    scopes: PlanRequest['folders'],
  ): Promise<AgreedSecrets> {
    const keys = new Map<string, string>();
    for (const { setup } of scopes) {
      keys.set(setup.id, `agreedSecrets:${await placeKey(engine, setup)}`);
    }
    return new AgreedSecrets(memory, keys);
  }

  has({ folder, path }: PlannedFile): boolean {
    return this.#paths(folder).includes(path);
  }

  async add(files: readonly PlannedFile[]): Promise<void> {
    for (const [folder, key] of this.#keys) {
      const paths = files.filter(file => file.folder === folder).map(({ path }) => path);
      if (paths.length > 0) await this.#memory.update(key, [...this.#paths(folder), ...paths]);
    }
  }

  #paths(folder: string): readonly string[] {
    return this.#memory.get<readonly string[]>(this.#keys.get(folder) ?? '', []);
  }
}
