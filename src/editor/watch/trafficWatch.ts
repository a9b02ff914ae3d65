import { workspace, type Disposable } from 'vscode';
import { trafficChanged } from '../../protocol/plans';
import type { EngineClient } from '../client/engineClient';
import { concernsTraffic, rawSettings } from '../contributions/settings';

/** Tells a running engine of changed limits, so that they hold for what is under way. */
export function watchTraffic(engine: EngineClient): Disposable {
  return workspace.onDidChangeConfiguration(event => {
    if (concernsTraffic(event)) engine.tell(trafficChanged, rawSettings(undefined));
  });
}
