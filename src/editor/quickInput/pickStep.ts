import {
  CancellationTokenSource,
  QuickInputButtons,
  window,
  type CancellationToken,
  type QuickInputButton,
  type QuickPick,
  type QuickPickItem,
} from 'vscode';
import type { StepPosition, Transition, AcceptResult } from './steps';

/** An item is told apart by its value, never by its label; one without a value cannot be chosen. */
export interface PickItem<V> extends QuickPickItem {
  readonly value?: V;
}

export interface PickStep<V, R> {
  readonly title: string;
  /** How many steps there are in all, as far as this one can know. */
  readonly total: number;
  readonly placeholder: string;
  readonly items: readonly PickItem<V>[];
  /** Lets the user check several items, and says how each one's checkbox starts. */
  readonly checkState?: (value: V) => CheckState;
  /** Loads items while the list is already shown. */
  readonly load?: (list: PickList<V>, token: CancellationToken) => Promise<void>;
  /** Called when the user presses a button on an item. */
  readonly onItemButton?: (value: V, button: QuickInputButton) => Transition<R>;
  /** Called with the answer; the list is disabled and busy until it returns. */
  readonly accept: (
    values: readonly V[],
    typed: string,
    token: CancellationToken,
  ) => Promise<AcceptResult<R>>;
}

/** How the checkbox of an item starts; one that is required cannot be unchecked. */
export type CheckState = 'required' | 'checked' | 'unchecked';

/** What loading can change of a list. */
export interface PickList<V> {
  items: readonly PickItem<V>[];
  placeholder: string | undefined;
}

/** Asks with a list of items, which is shown at once. */
export async function pickStep<V, R>(
  position: StepPosition,
  step: PickStep<V, R>,
): Promise<Transition<R>> {
  const pick = window.createQuickPick<PickItem<V>>();
  const source = new CancellationTokenSource();
  let pending = 0;
  const whileBusy = async <T>(work: () => Promise<T>): Promise<T> => {
    pending++;
    pick.busy = true;
    try {
      return await work();
    } finally {
      pending--;
      pick.busy = pending > 0;
    }
  };
  pick.title = step.title;
  pick.step = position.number;
  pick.totalSteps = step.total;
  pick.placeholder = step.placeholder;
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  pick.keepScrollPosition = true;
  pick.buttons = position.canGoBack ? [QuickInputButtons.Back] : [];
  pick.items = step.items;
  if (step.checkState !== undefined) addCheckboxes(pick, step.checkState);
  try {
    return await new Promise<Transition<R>>((resolve, reject) => {
      const load = (): void => {
        if (step.load === undefined) return;
        const { load: loadItems } = step;
        whileBusy(() => loadItems(new ActiveKeepingList(pick), source.token)).catch(reject);
      };
      const accept = async (): Promise<void> => {
        const values = pick.selectedItems.flatMap(({ value }) =>
          value === undefined ? [] : [value],
        );
        if (values.length === 0 && step.checkState === undefined) return;
        pick.enabled = false;
        const result = await whileBusy(() => step.accept(values, pick.value.trim(), source.token));
        if (result.kind !== 'refused') {
          resolve(result);
          return;
        }
        pick.enabled = true;
        pick.placeholder = result.because;
        pick.value = '';
        load();
      };
      pick.onDidAccept(() => void accept().catch(reject));
      pick.onDidTriggerButton(() => {
        resolve({ kind: 'back' });
      });
      pick.onDidTriggerItemButton(({ item: { value }, button }) => {
        if (value !== undefined && step.onItemButton !== undefined)
          resolve(step.onItemButton(value, button));
      });
      pick.onDidHide(() => {
        resolve({ kind: 'cancelled' });
      });
      pick.show();
      load();
    });
  } finally {
    source.cancel();
    source.dispose();
    pick.dispose();
  }
}

/** Keeps the row that the user is on while items are added. */
class ActiveKeepingList<V> implements PickList<V> {
  readonly #pick: QuickPick<PickItem<V>>;

  constructor(pick: QuickPick<PickItem<V>>) {
    this.#pick = pick;
  }

  get items(): readonly PickItem<V>[] {
    return this.#pick.items;
  }

  set items(items: readonly PickItem<V>[]) {
    const active = this.#pick.activeItems;
    this.#pick.items = items;
    const kept = active.filter(item => items.includes(item));
    if (kept.length > 0) this.#pick.activeItems = kept;
  }

  get placeholder(): string | undefined {
    return this.#pick.placeholder;
  }

  set placeholder(text: string | undefined) {
    this.#pick.placeholder = text;
  }
}

function addCheckboxes<V>(pick: QuickPick<PickItem<V>>, stateOf: (value: V) => CheckState): void {
  const inState = (...states: readonly CheckState[]) =>
    pick.items.filter(({ value }) => value !== undefined && states.includes(stateOf(value)));
  pick.canSelectMany = true;
  pick.selectedItems = inState('required', 'checked');
  pick.onDidChangeSelection(selected => {
    const missing = inState('required').filter(item => !selected.includes(item));
    if (missing.length > 0) pick.selectedItems = [...missing, ...selected];
  });
}
