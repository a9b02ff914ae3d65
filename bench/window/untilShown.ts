import type { Page } from 'playwright-core';

/**
 * Returns when a row of a tree comes to say what the pattern says, in milliseconds since 1970; told
 * by the page itself, so that no polling and no way to it counts. Call it before that can be.
 */
export async function whenRowSays(page: Page, pattern: RegExp): Promise<number> {
  return await page.evaluate(inPage(pattern.source));
}

/** Returns how many milliseconds after the next press of the mouse a row says that. */
export async function pressedUntilRowSays(page: Page, pattern: RegExp): Promise<number> {
  return await page.evaluate(`(async () => {
    let pressedAt = 0;
    addEventListener('mousedown', () => { pressedAt = Date.now(); }, { capture: true, once: true });
    return (await ${inPage(pattern.source)}) - pressedAt;
  })()`);
}

/** As a text: the bench is compiled without the types of a browser. */
function inPage(pattern: string): string {
  return `new Promise(resolve => {
    const wanted = new RegExp(${JSON.stringify(pattern)});
    const look = () => {
      for (const row of document.querySelectorAll('.sidebar .monaco-list-row')) {
        if (!wanted.test(row.getAttribute('aria-label') ?? '')) continue;
        observer.disconnect();
        resolve(Date.now());
        return;
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributeFilter: ['aria-label'],
    });
    look();
  })`;
}
