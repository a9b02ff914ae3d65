import { commands, l10n, window, type TreeView } from 'vscode';
import type { EngineClient } from '../client/engineClient';
import { viewId } from '../contributions/manifest';
import { plainText } from '../format/plainText';
import { statusLine } from '../view/statusLine';

interface AnnounceComparisonDeps {
  readonly engine: Pick<EngineClient, 'state'>;
  readonly view: { readonly treeView: Pick<TreeView<unknown>, 'visible'> };
}

/** Brings the view forward, where a comparison shows what it does and finds. */
export async function showView({ view }: AnnounceComparisonDeps): Promise<void> {
  if (!view.treeView.visible) await commands.executeCommand(`${viewId}.focus`);
}

/** Says what a comparison has found where the user has turned away from the view meanwhile. */
export function announceComparison(deps: AnnounceComparisonDeps): void {
  const line = statusLine(deps.engine.state, undefined, Date.now());
  if (deps.view.treeView.visible || line === undefined) return;
  void offerView(deps, line);
}

async function offerView(deps: AnnounceComparisonDeps, line: string): Promise<void> {
  const show = l10n.t('Show');
  const answer = await window.showInformationMessage(plainText(line), show);
  if (answer === show) await showView(deps);
}
