// A Chromium that writes down what a page asks for and complains of.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-dev-shm-usage'];

/** A browser with one context; `complaints` and `hosts` fill as its pages live. */
export async function launch(executablePath) {
  const browser = await chromium.launch({ executablePath, args: ARGS });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  context.setDefaultTimeout(30_000);
  const complaints = [];
  const hosts = new Set();
  const see = (address) => {
    const { protocol, hostname } = new URL(address);
    if (protocol !== 'blob:' && protocol !== 'data:') hosts.add(hostname);
  };
  context.on('request', (request) => see(request.url()));
  context.on('page', (page) => {
    page.on('websocket', (socket) => see(socket.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  });
  return { browser, context, complaints, hosts };
}

/** Has every frame presented from here on: without a watcher, headless Chromium keeps some back, and what waits for them seems slow. */
export async function watch(page) {
  const session = await page.context().newCDPSession(page);
  session.on('Page.screencastFrame', ({ sessionId }) => session.send('Page.screencastFrameAck', { sessionId }).catch(() => {}));
  await session.send('Page.startScreencast', { format: 'jpeg', quality: 1, maxWidth: 64, maxHeight: 64 });
}

/** What axe finds serious on the page as it is, each with the elements. */
export async function seriousFindings(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
}

/** LCP and INP in ms, CLS without unit, as the page measured them so far. */
export function vitals(page) {
  return page.evaluate(() => {
    const marks = performance.getEntriesByType('mark').filter(({ name }) => name.startsWith('web-vitals:'));
    return Object.fromEntries(marks.map(({ name, detail }) => [name.slice('web-vitals:'.length), Math.round(detail * 1000) / 1000]));
  });
}
