import {
  CancellationTokenSource,
  QuickInputButtons,
  window,
  type CancellationToken,
  type QuickInputButton,
  type QuickPick,
  type QuickPickItem,
} from 'vscode';
import type { StepPosition, Transition } from './steps';

/** An item is told apart by its value, never by its label; without one it cannot be taken. */
export interface PickItem<V> extends QuickPickItem {
  readonly value?: V;
}

/** What a step does on an answer: it goes on, or stays with a word on why. */
export type AcceptResult<R> =
  Transition<R> | { readonly kind: 'refused'; readonly because: string };

export interface PickStep<V, R> {
  readonly title: string;
  /** How many steps there are in all, as far as can be known here. */
  readonly total: number;
  readonly placeholder: string;
  readonly items: readonly PickItem<V>[];
  /** For several values at once: which are ticked at first, and which cannot be unticked. */
  readonly checkState?: (value: V) => CheckState;
  /** Runs while the list is shown, to fill it. */
  readonly load?: (list: PickList<V>, token: CancellationToken) => Promise<void>;
  /** What a button on an item leads to. */
  readonly onItemButton?: (value: V, button: QuickInputButton) => Transition<R>;
  /** What the answer leads to; the list is shown as busy until then. */
  readonly accept: (
    values: readonly V[],
    typed: string,
    token: CancellationToken,
  ) => Promise<AcceptResult<R>>;
}

export type CheckState = 'always' | 'at-first' | 'not';

/** What filling can change of a list. */
export interface PickList<V> {
  items: readonly PickItem<V>[];
  placeholder: string | undefined;
}

/** Asks by a list that is shown at once. */
export async function pickStep<V, R>(
  place: StepPosition,
  step: PickStep<V, R>,
): Promise<Transition<R>> {
  const pick = window.createQuickPick<PickItem<V>>();
  const source = new CancellationTokenSource();
  let waiting = 0;
  const busily = async <T>(work: () => Promise<T>): Promise<T> => {
    waiting++;
    pick.busy = true;
    try {
      return await work();
    } finally {
      waiting--;
      pick.busy = waiting > 0;
    }
  };
  pick.title = step.title;
  pick.step = place.number;
  pick.totalSteps = step.total;
  pick.placeholder = step.placeholder;
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  pick.keepScrollPosition = true;
  pick.buttons = place.wayBack === 'open' ? [QuickInputButtons.Back] : [];
  pick.items = step.items;
  if (step.checkState !== undefined) tick(pick, step.checkState);
  try {
    return await new Promise<Transition<R>>((resolve, reject) => {
      const fill = (): void => {
        if (step.load === undefined) return;
        const { load: filling } = step;
        busily(() => filling(listOf(pick), source.token)).catch(reject);
      };
      const take = async (): Promise<void> => {
        const values = pick.selectedItems.flatMap(({ value }) =>
          value === undefined ? [] : [value],
        );
        if (values.length === 0 && step.checkState === undefined) return;
        pick.enabled = false;
        const taken = await busily(() => step.accept(values, pick.value.trim(), source.token));
        if (taken.kind !== 'refused') {
          resolve(taken);
          return;
        }
        pick.enabled = true;
        pick.placeholder = taken.because;
        pick.value = '';
        fill();
      };
      pick.onDidAccept(() => void take().catch(reject));
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
      fill();
    });
  } finally {
    source.cancel();
    source.dispose();
    pick.dispose();
  }
}

/** A list that grows keeps the row that the user is on. */
function listOf<V>(pick: QuickPick<PickItem<V>>): PickList<V> {
  return {
    get items() {
      return pick.items;
    },
    set items(items) {
      const active = pick.activeItems;
      pick.items = items;
      const kept = active.filter(item => items.includes(item));
      if (kept.length > 0) pick.activeItems = kept;
    },
    get placeholder() {
      return pick.placeholder;
    },
    set placeholder(text) {
      pick.placeholder = text;
    },
  };
}

function tick<V>(pick: QuickPick<PickItem<V>>, tickOf: (value: V) => CheckState): void {
  const withTick = (...ticks: readonly CheckState[]) =>
    pick.items.filter(({ value }) => value !== undefined && ticks.includes(tickOf(value)));
  pick.canSelectMany = true;
  pick.selectedItems = withTick('always', 'at-first');
  pick.onDidChangeSelection(selected => {
    const unticked = withTick('always').filter(item => !selected.includes(item));
    if (unticked.length > 0) pick.selectedItems = [...unticked, ...selected];
  });
}
