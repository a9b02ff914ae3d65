/** One question of several; it may depend on the answers before it. */
export type Step<R> = (place: StepPosition) => Promise<Transition<R>>;

/** Where a step stands among the others. */
export interface StepPosition {
  /** From 1. */
  readonly number: number;
  readonly wayBack: 'open' | 'closed';
}

/** What follows on an answer. */
export type Transition<R> =
  | { readonly kind: 'next'; readonly step: Step<R> }
  /** A next step with no way back: something has been done that going back would not undo. */
  | { readonly kind: 'onward'; readonly step: Step<R> }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'done'; readonly result: R };

/** Asks step by step, back and forth, until the last one; `undefined` where the user left. */
export async function runSteps<R>(first: Step<R>): Promise<R | undefined> {
  let before = 0;
  const taken = [first];
  for (;;) {
    const step = taken.at(-1);
    if (step === undefined) return undefined;
    const wayBack = taken.length > 1 ? 'open' : 'closed';
    const turn = await step({ number: before + taken.length, wayBack });
    switch (turn.kind) {
      case 'next':
        taken.push(turn.step);
        break;
      case 'onward':
        before += taken.length;
        taken.splice(0, taken.length, turn.step);
        break;
      case 'back':
        taken.pop();
        break;
      case 'cancelled':
        return undefined;
      case 'done':
        return turn.result;
    }
  }
}
