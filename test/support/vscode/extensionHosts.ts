import { readdirSync, readFileSync } from 'node:fs';

/** The extension hosts of the VS Code servers that this process has started; by Linux's `/proc`. */
export function extensionHosts(): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter(entry => /^\d+$/.test(entry))) {
    // The name of the program stands in parentheses, and may hold anything.
    const stat = textOf(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === process.pid || isOurs(parent));
  };
  return [...parents.keys()].filter(
    pid => isOurs(pid) && textOf(`/proc/${String(pid)}/cmdline`).includes('type=extensionHost'),
  );
}

/** Empty where the process has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
