import { workspace, type Disposable } from 'vscode';
import { trafficChanged } from '../../protocol/plans';
import type { Engine } from '../client/engineClient';
import { concernsTraffic, rawSettings } from '../contributions/settings';

/** Tells a running engine of changed limits, so that they hold for what is under way. */
export function watchTraffic(engine: Engine): Disposable {
  return workspace.onDidChangeConfiguration(event => {
    if (concernsTraffic(event)) engine.tell(trafficChanged, rawSettings(undefined));
  });
}
