import { commands } from 'vscode';
import type { CommandId } from './manifest';

/** Runs a command of this extension as if the user had: its failure is shown by the command. */
export async function runCommand(id: CommandId, ...args: readonly unknown[]): Promise<void> {
  await commands.executeCommand(id, ...args);
}
