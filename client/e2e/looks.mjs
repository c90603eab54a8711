// Looks at a page as everybody sees it: light and dark, wide and narrow; keeps pictures and asks axe.
import path from 'node:path';
import { seriousFindings } from './browser.mjs';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/** Raises with everything that axe finds serious in any of the four looks. */
export async function look(page, name, folder) {
  const found = [];
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
      const picture = `${name}-${colorScheme}-${viewport.width}.png`;
      await page.screenshot({ path: path.join(folder, picture) });
      const isWider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      if (isWider) found.push(`${picture}: the page scrolls sideways`);
      for (const finding of await seriousFindings(page)) found.push(`${picture}: ${finding}`);
    }
  }
  await page.setViewportSize(SIZES[0]);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
  if (found.length > 0) throw new Error(`axe finds on ${name}:\n${[...new Set(found)].join('\n')}`);
}
