// Much of everything: a thousand documents, a chat of two thousand messages; prints how it felt as one line of JSON.
//
// node e2e/load.mjs '{"client": URL, "chromium": PATH, "artefacts": FOLDER, "person": NAME, "project": ID, "chat": ID}'
import assert from 'node:assert/strict';
import path from 'node:path';
import { launch, vitals, watch } from './browser.mjs';
import { look } from './looks.mjs';

const given = JSON.parse(process.argv[2]);
const { browser, context, complaints } = await launch(given.chromium);
const page = await context.newPage();
await watch(page);
const project = `${given.client}/projects/${encodeURIComponent(given.project)}`;
const figures = {};

/** Scrolls step by step while frames are timed: the longest and the 95th percentile, in ms. */
function scrolled(selector, distance, steps) {
  return page.evaluate(
    async ([found, by, times]) => {
      const element = found ? document.querySelector(found) : document.scrollingElement;
      const frames = [];
      let last = performance.now();
      for (let step = 0; step < times; step += 1) {
        element.scrollTop += by;
        await new Promise((go) => requestAnimationFrame(go));
        frames.push(performance.now() - last);
        last = performance.now();
      }
      frames.sort((a, b) => a - b);
      return { frames: frames.length, p95: Math.round(frames[Math.floor(frames.length * 0.95)]), longest: Math.round(frames.at(-1)) };
    },
    [selector, distance, steps],
  );
}

/** Bytes of scripts and styles that this page has fetched, compressed. */
const fetched = () =>
  page.evaluate(() => {
    const entries = performance.getEntriesByType('resource').filter(({ name }) => /\.(js|css|woff2)(\?|$)/.test(name));
    const sum = (ending) => entries.filter(({ name }) => new RegExp(`\\.${ending}(\\?|$)`).test(name)).reduce((bytes, { encodedBodySize }) => bytes + encodedBodySize, 0);
    return { js: sum('js'), css: sum('css'), font: sum('woff2') };
  });

async function signIn() {
  await page.goto(given.client);
  await page.getByRole('link', { name: 'Open your projects' }).waitFor();
  figures['bytes of the front page'] = await fetched();
  await page.goto(`${given.client}/sign-in`);
  await page.getByLabel('Your name').fill(given.person);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
}

async function documents() {
  await page.goto(project);
  await page.getByRole('button', { name: 'All 1000' }).waitFor();
  await page.locator('li[aria-posinset="1"]').waitFor();
  figures['bytes of the documents'] = await fetched();
  figures['scroll through documents'] = await scrolled(null, 240, 120);
  // What lies behind the end that is read so far is asked for, until the last one is in sight.
  const last = page.locator('li[aria-posinset="1000"]');
  while ((await last.count()) === 0) {
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await page.waitForTimeout(50);
  }
  const drawn = await page.locator('li[aria-posinset]').count();
  assert.ok(drawn < 60, `${drawn} rows are drawn`);
  figures['rows drawn of 1,000'] = drawn;
  figures['scroll back'] = await scrolled(null, -600, 110);
  await page.getByLabel('Search by name').pressSequentially('document 77', { delay: 40 });
  await page.getByText('document 777.txt').waitFor();
  figures['vitals of documents'] = await vitals(page);
  await page.screenshot({ path: path.join(given.artefacts, 'thousand-documents.png') });
}

async function messages() {
  await page.goto(`${project}/chat/${encodeURIComponent(given.chat)}`);
  await page.getByText('Answer 999 of many.').waitFor();
  await page.locator('.katex-display .sqrt').waitFor();
  await page.locator('.hljs-keyword').first().waitFor();
  figures['bytes of the chat'] = await fetched();
  const frame = '[data-testid=conversation]';
  const first = page.locator('li[data-message]').first();
  while (Number(await first.getAttribute('aria-posinset')) > 1800) await scrolled(frame, -500, 10);
  figures['scroll through 200 messages'] = await scrolled(frame, 200, 100);
  const drawn = await page.locator('li[data-message]').count();
  assert.ok(drawn < 60, `${drawn} messages are drawn`);
  figures['messages drawn of 2,000'] = drawn;
  await page.getByLabel('Your question').pressSequentially('How does it feel to type here?', { delay: 30 });
  await page.getByRole('button', { name: 'Good answer' }).last().click();
  await page.getByRole('button', { name: 'Good answer', pressed: true }).waitFor();
  const felt = await vitals(page);
  assert.ok(felt.CLS < 0.1, `messages moved by ${felt.CLS}`);
  figures['vitals of the chat'] = felt;
  await page.screenshot({ path: path.join(given.artefacts, 'long-chat.png') });
  await page.reload();
  await page.locator('.katex-display .sqrt').waitFor();
  await look(page, 'chat-rich', given.artefacts);
}

try {
  for (const work of [signIn, documents, messages]) await work();
} catch (error) {
  await page.screenshot({ path: path.join(given.artefacts, 'failed-load.png') });
  console.error(`${error.message}\n${complaints.join('\n')}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
console.log(JSON.stringify({ complaints, figures }));
