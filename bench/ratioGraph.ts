import { ours } from './contestants';
import { median, type Result } from './results';

/**
 * Returns an SVG with a line for each workload: how long each program takes beside the best peer,
 * which is at 1. Left of that is faster. The scale is logarithmic, so that twice as fast lies as far
 * from 1 as twice as slow.
 */
export function ratioGraph(results: readonly Result[]): string {
  const lines = results.map(ratiosOf);
  const height = top + lines.length * lineHeight + bottom;
  const axis = marks.map(mark => {
    const at = x(mark);
    const end = height - bottom;
    return (
      `<line x1="${at}" y1="${String(top - 6)}" x2="${at}" y2="${String(end)}" class="${mark === 1 ? 'best' : 'mark'}"/>` +
      `<text x="${at}" y="${String(top - 12)}" text-anchor="middle">${label(mark)}</text>`
    );
  });
  const drawn = lines.map(({ name, ratios }, index) => {
    const y = top + (index + 0.5) * lineHeight;
    const dots = ratios
      // Ours last, so that it is not covered.
      .toSorted((one, other) => Number(one.isOurs) - Number(other.isOurs))
      .map(({ program, ratio, isOurs }) => {
        const title = `<title>${escaped(program)}: ${ratio.toFixed(2)}</title>`;
        const size = isOurs ? 7 : 4;
        return `<circle cx="${x(ratio)}" cy="${String(y)}" r="${String(size)}" class="${isOurs ? 'ours' : 'peer'}">${title}</circle>`;
      });
    const text = `<text x="${String(left - 12)}" y="${String(y + 4)}" text-anchor="end">${escaped(name)}</text>`;
    return text + dots.join('');
  });
  const legend =
    `<circle cx="${String(left)}" cy="${String(height - 16)}" r="7" class="ours"/>` +
    `<text x="${String(left + 14)}" y="${String(height - 12)}">${escaped(ours.name)}</text>` +
    `<circle cx="${String(left + 120)}" cy="${String(height - 16)}" r="4" class="peer"/>` +
    `<text x="${String(left + 132)}" y="${String(height - 12)}">another program; the best of them is 1×</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}" role="img" aria-label="Wall time beside the best other program">`,
    `<style>${style}</style>`,
    ...axis,
    ...drawn,
    legend,
    '</svg>',
    '',
  ].join('\n');
}

interface Ratio {
  readonly program: string;
  readonly ratio: number;
  readonly isOurs: boolean;
}

function ratiosOf({ workload, runs }: Result): {
  readonly name: string;
  readonly ratios: readonly Ratio[];
} {
  const names = [...new Set(runs.map(({ contestant }) => contestant))];
  const walls = names.map(program => ({
    program,
    isOurs: program === ours.name,
    wall: median(
      runs.filter(({ contestant }) => contestant === program).map(run => run.wallSeconds),
    ),
  }));
  const peers = walls.filter(({ isOurs }) => !isOurs).map(({ wall }) => wall);
  const best = peers.length === 0 ? 1 : Math.min(...peers);
  return {
    name: workload.name,
    ratios: walls.map(({ program, isOurs, wall }) => ({ program, isOurs, ratio: wall / best })),
  };
}

/** Beyond the ends of the scale a dot lies at its end. */
function x(ratio: number): string {
  const [first, last] = [Math.log2(marks[0]), Math.log2(marks[marks.length - 1] ?? 1)];
  const share = (Math.log2(ratio) - first) / (last - first);
  return (left + Math.min(1, Math.max(0, share)) * (width - left - right)).toFixed(1);
}

function label(mark: number): string {
  return mark < 1 ? `1/${String(1 / mark)}×` : `${String(mark)}×`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const marks = [0.25, 0.5, 1, 2, 4, 8, 16] as const;
const [width, left, right, top, bottom, lineHeight] = [760, 250, 30, 40, 44, 28];

const style = [
  'text{font:13px system-ui,sans-serif;fill:#24292f}',
  '.mark{stroke:#d0d7de}.best{stroke:#57606a;stroke-width:2}',
  '.ours{fill:#0969da}.peer{fill:#8c959f}',
  '@media (prefers-color-scheme:dark){text{fill:#e6edf3}.mark{stroke:#30363d}.best{stroke:#8b949e}.ours{fill:#2f81f7}.peer{fill:#6e7681}}',
].join('');
