import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '../../dev/repositoryRoot';

type Theme = 'dark' | 'light' | 'highContrast' | 'highContrastLight';

/** What rows lie on in VS Code's own themes: the side bar, the editor, a row that is selected. */
const grounds: Readonly<Record<Theme, readonly string[]>> = {
  dark: ['#181818', '#1F1F1F', '#04395E'],
  light: ['#F8F8F8', '#FFFFFF', '#E8E8E8'],
  highContrast: ['#000000'],
  highContrastLight: ['#FFFFFF'],
};

describe('The colours of the groups', () => {
  const { contributes } = JSON.parse(
    readFileSync(join(repositoryRoot, 'package.json'), 'utf8'),
  ) as {
    readonly contributes: {
      readonly colors: readonly {
        readonly id: string;
        readonly defaults: Readonly<Record<Theme, string>>;
      }[];
    };
  };

  for (const theme of Object.keys(grounds) as Theme[]) {
    it(`can be read, and told apart: ${theme}`, () => {
      const colors = contributes.colors.map(({ id, defaults }) => ({ id, color: defaults[theme] }));
      assert.ok(colors.length > 0);
      for (const { id, color } of colors) {
        for (const ground of grounds[theme]) {
          // What WCAG 2.2 asks of small text (1.4.3): tiles of the overview have their names on these colours.
          assert.ok(contrast(color, ground) >= 4.5, `${id} on ${ground}`);
        }
        for (const other of colors) {
          if (other.id === id) continue;
          assert.ok(difference(color, other.color) >= 25, `${id} and ${other.id}`);
        }
      }
    });

    it(`can be read where a tile of the overview is patterned: ${theme}`, () => {
      // Names have the colour of the editor's ground.
      const [first = '', name = first] = grounds[theme];
      const { stroke = name, opacity } = lineIn(theme);
      for (const { id, defaults } of contributes.colors) {
        const on = mixed(defaults[theme], stroke, opacity);
        assert.ok(contrast(name, on) >= 4.5, id);
        // And the pattern can be seen.
        assert.ok(contrast(defaults[theme], on) >= 1.4, id);
      }
    });
  }
});

/** How the lines of patterns are drawn; without a `stroke`, in the colour of the names on them. */
function lineIn(theme: Theme): { readonly stroke: string | undefined; readonly opacity: number } {
  const rules = [
    ...readFileSync(join(repositoryRoot, 'src', 'webview', 'overview.css'), 'utf8').matchAll(
      /([^{}]*\.line) \{([^}]*)\}/g,
    ),
  ];
  const isLight = theme.toLowerCase().endsWith('light');
  const own = rules.filter(([, of = '']) => isLight || !of.includes('-light'));
  const values = own.map(([, , values = '']) => values).join('\n');
  const last = (property: string): string | undefined =>
    [...values.matchAll(new RegExp(`${property}: ([^;]+);`, 'g'))].at(-1)?.[1];
  const stroke = last(' stroke');
  const isName = stroke === 'var(--vscode-editor-background)';
  return { stroke: isName ? undefined : stroke, opacity: Number(last('stroke-opacity')) };
}

/** A colour with this much of another over it. */
function mixed(below: string, above: string, opacity: number): string {
  const parts = [1, 3, 5].map(at => {
    const [from = 0, to = 0] = [below, above].map(color =>
      Number.parseInt(color.slice(at, at + 2), 16),
    );
    return Math.round(from + (to - from) * opacity)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${parts.join('').toUpperCase()}`;
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [one, other].map(color => xyz(color)[1]).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The distance in CIELAB; 2 can just be seen side by side. */
function difference(one: string, other: string): number {
  const others = lab(other);
  return Math.hypot(...lab(one).map((value, at) => value - (others[at] ?? 0)));
}

function lab(color: string): readonly number[] {
  const [x, y, z] = xyz(color);
  const bent = (t: number) => (t > 216 / 24_389 ? Math.cbrt(t) : ((24_389 / 27) * t + 16) / 116);
  const [a, b, c] = [bent(x / 0.9505), bent(y), bent(z / 1.089)];
  return [116 * b - 16, 500 * (a - b), 200 * (b - c)];
}

/** By sRGB's curve and primaries, IEC 61966-2-1. */
function xyz(color: string): readonly [number, number, number] {
  assert.match(color, /^#[\dA-F]{6}$/, 'A colour of our own, which no theme moves to another.');
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map(at => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return [
    0.4124 * r + 0.3576 * g + 0.1805 * b,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    0.0193 * r + 0.1192 * g + 0.9505 * b,
  ];
}
