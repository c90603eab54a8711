// Looks at a page as everybody sees it: light and dark, wide and narrow; keeps pictures and asks axe.
import path from 'node:path';
import { seriousFindings } from './browser.mjs';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/** The narrowest screen that has to do: nothing may make the page scroll sideways there. */
const NARROWEST = { width: 360, height: 740 };

/** Raises with everything that axe finds serious in any of the four looks, and with what is too wide in them or on the narrowest screen. */
export async function look(page, name, folder) {
  const found = [];
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
      const picture = `${name}-${colorScheme}-${viewport.width}.png`;
      await page.screenshot({ path: path.join(folder, picture) });
      found.push(...(await tooWide(page, picture)));
      for (const finding of await seriousFindings(page)) found.push(`${picture}: ${finding}`);
    }
  }
  await page.setViewportSize(NARROWEST);
  found.push(...(await tooWide(page, `${name} at ${NARROWEST.width} px`)));
  await page.setViewportSize(SIZES[0]);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
  if (found.length > 0) throw new Error(`axe finds on ${name}:\n${[...new Set(found)].join('\n')}`);
}

/** What sticks out of the page to the right, by itself or by making the page scroll sideways. */
async function tooWide(page, where) {
  const out = await page.evaluate(async () => {
    // The page has its new width with the next frame.
    await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
    const width = document.documentElement.clientWidth;
    const isClipped = (element) => element && (getComputedStyle(element).overflowX !== 'visible' || isClipped(element.parentElement));
    const beyond = [...document.body.querySelectorAll('*')].filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 1 && !isClipped(element.parentElement));
    if (beyond.length === 0 && document.documentElement.scrollWidth > width) return ['the page'];
    return beyond.slice(0, 3).map((element) => `<${element.localName} class="${element.getAttribute('class') ?? ''}">`);
  });
  return out.map((element) => `${where}: too wide: ${element}`);
}
