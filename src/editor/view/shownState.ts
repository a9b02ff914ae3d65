import type { ComparisonTotals } from '../../protocol/comparisons';
import type { State } from '../../protocol/state';

/**
 * The state as it is shown: what goes on at this moment, and the numbers that were drawn last. The tree
 * draws its groups and advances them in the same beat, and all else that shows numbers reads them here:
 * whoever looks from one to the other sees the same ones.
 */
export class ShownState {
  readonly #engine: { readonly state: State };
  #comparisons: readonly ComparisonTotals[];

  constructor(engine: { readonly state: State }) {
    this.#engine = engine;
    this.#comparisons = engine.state.comparisons;
  }

  get state(): State {
    return { ...this.#engine.state, comparisons: this.#comparisons };
  }

  /** Called when the numbers of this moment are drawn. */
  advance(): void {
    this.#comparisons = this.#engine.state.comparisons;
  }
}
