import type { LogOutputChannel } from 'vscode';
import { children, type Row } from '../../protocol/rows';
import type { EngineClient } from '../client/engineClient';
import { failureLine, toFailureRecord } from '../failures/failed';
import type { LayoutChoice } from './layoutChoice';
import { idOf, placeOf, type BranchNode } from './treeNode';

export interface AskForRowsDeps {
  readonly engine: Pick<EngineClient, 'sendRequest'>;
  readonly layout: LayoutChoice;
  readonly log: LogOutputChannel;
}

/** Asks for the first pages of the rows below a branch, and how many rows there are. */
export async function askForRows(
  { engine, layout, log }: AskForRowsDeps,
  branch: BranchNode,
  pages: number,
): Promise<{ readonly rows: readonly Row[]; readonly total: number }> {
  const rows: Row[] = [];
  let total = 0;
  try {
    for (let page = 0; page < pages; page++) {
      const answer = await engine.sendRequest(children, {
        node: placeOf(branch),
        layout: layout.current,
        offset: rows.length,
        limit: maxRowsPerPage,
      });
      rows.push(...answer.rows);
      total = answer.total;
      if (rows.length >= total) break;
    }
  } catch (error) {
    // The state says what happened, and the view shows that.
    log.warn(`No rows for ${idOf(branch)}: ${failureLine(toFailureRecord(error))}`);
  }
  return { rows, total };
}

const maxRowsPerPage = 1000;
