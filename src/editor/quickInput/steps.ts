/** One question of several; which one comes next may depend on the answers so far. */
export type Step<R> = (position: StepPosition) => Promise<Transition<R>>;

/** Where a step stands among the others. */
export interface StepPosition {
  /** From 1. */
  readonly number: number;
  readonly canGoBack: boolean;
}

/** Where an answer leads. */
export type Transition<R> =
  | { readonly kind: 'next'; readonly step: Step<R> }
  /** A next step with no way back: something has been done that going back would not undo. */
  | { readonly kind: 'no-return'; readonly step: Step<R> }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'done'; readonly result: R };

/** What a step makes of an answer: it leads on, or is refused and the question stays. */
export type AcceptResult<R> =
  Transition<R> | { readonly kind: 'refused'; readonly because: string };

/** Asks step by step, back and forth, until one is done. Returns `undefined` if the user leaves. */
export async function runSteps<R>(first: Step<R>): Promise<R | undefined> {
  /** The steps that the user can go back through; the last one is being asked. */
  const path = [first];
  /** How many steps lie before them. */
  let passed = 0;
  for (;;) {
    const step = path.at(-1);
    if (step === undefined) return undefined;
    const transition = await step({ number: passed + path.length, canGoBack: path.length > 1 });
    switch (transition.kind) {
      case 'next':
        path.push(transition.step);
        break;
      case 'no-return':
        passed += path.length;
        path.splice(0, path.length, transition.step);
        break;
      case 'back':
        path.pop();
        break;
      case 'cancelled':
        return undefined;
      case 'done':
        return transition.result;
    }
  }
}
