import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { repositoryRoot } from '../../dev/repositoryRoot';

const pages = globSync('{*.md,docs/*.md}', { cwd: repositoryRoot });

describe('The pages', () => {
  it('link to files and headings that there are', () => {
    const dead = pages.flatMap(page =>
      linksOf(read(page))
        .filter(link => !leadsSomewhere(page, link))
        .map(link => `${page}: ${link}`),
    );
    assert.deepEqual(dead, []);
  });

  it('name files that there are', () => {
    const missing = pages.flatMap(page =>
      [...read(page).matchAll(/`((?:src|test|scripts|docs|dev|bench|\.github)\/[\w./-]+\.\w+)`/g)]
        .map(([, file = '']) => file)
        .filter(file => !existsSync(join(repositoryRoot, file)))
        .map(file => `${page}: ${file}`),
    );
    assert.deepEqual(missing, []);
  });

  it('have small pictures', () => {
    const large = globSync('docs/images/*.png', { cwd: repositoryRoot }).filter(
      picture => statSync(join(repositoryRoot, picture)).size > 150_000,
    );
    assert.deepEqual(large, []);
  });

  it('are all reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const link of linksOf(read(page))) {
        const to = join(dirname(page), link.replace(/#.*/, ''));
        if (pages.includes(to)) reached.add(to);
      }
    }
    const unreached = pages.filter(page => page.startsWith('docs') && !reached.has(page));
    assert.deepEqual(unreached, []);
  });
});

function read(page: string): string {
  return readFileSync(join(repositoryRoot, page), 'utf8');
}

/** The targets of links and pictures, but addresses of the web. */
function linksOf(text: string): readonly string[] {
  const found = text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g);
  return [...found]
    .map(([, link, picture]) => link ?? picture ?? '')
    .filter(link => !/^(https?|command):/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(repositoryRoot, file))) return false;
  return heading === undefined || headingsOf(read(file)).includes(heading);
}

/** As GitHub names them. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
