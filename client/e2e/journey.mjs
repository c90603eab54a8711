// The whole journey of a person, in a real browser against the real stack; prints what it saw as one line of JSON.
//
// node e2e/journey.mjs '{"client": URL, "chromium": PATH, "artefacts": FOLDER, "pdf": FILE, "question": …, "quote": …}'
import assert from 'node:assert/strict';
import path from 'node:path';
import { launch, vitals, watch } from './browser.mjs';
import { look } from './looks.mjs';
import { ownerOf } from './owner.mjs';
import { uploadInParts } from './parts.mjs';

const given = JSON.parse(process.argv[2]);
const { browser, context, complaints, hosts } = await launch(given.chromium);
const page = await context.newPage();
await watch(page);
const figures = {};
const name = path.basename(given.pdf);
let step = 'begin';

const button = (label) => page.getByRole('button', { name: label, exact: true });
const answers = () => page.locator('article[data-status]');
const textOf = (answer) => answer.locator('.prose-answer').innerText();

async function signIn() {
  await page.goto(given.client);
  await look(page, 'home', given.artefacts);
  await page.getByRole('link', { name: 'Open your projects' }).click();
  await page.getByLabel('Your name').fill('Journey');
  await look(page, 'sign-in', given.artefacts);
  await button('Continue').click();
  await page.getByText('Begin with a project').waitFor();
}

async function createProject() {
  await look(page, 'projects-empty', given.artefacts);
  await button('New project').click();
  await page.getByLabel('Name').fill('Harbour');
  await button('Create project').click();
  await page.getByText('Nothing to read yet').waitFor();
}

async function upload() {
  await page.locator('input[type=file]').setInputFiles(given.pdf);
  const row = page.locator('li', { hasText: name });
  await row.getByText('Ready').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Ready 1' }).waitFor();
  await row.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await row.getByText('Indexing').waitFor();
  await look(page, 'knowledge', given.artefacts);
  // The same bytes again are not sent again.
  await page.locator('input[type=file]').setInputFiles(given.pdf);
  await page.getByText('Already in this project').waitFor();
}

/** The document beside its passages; a chosen one is marked on its page. */
async function readDocument() {
  await page.getByRole('link', { name: 'Open the document' }).click();
  await page.getByRole('button', { name: /lifts at most/ }).click();
  await page.getByRole('img', { name: `Page 1 of ${name}, the quoted words marked` }).waitFor();
  await page.getByTestId('quoted').nth(2).waitFor();
  await button('Next page').click();
  await page.getByRole('img', { name: `Page 2 of ${name}, the quoted words marked` }).waitFor();
  await look(page, 'document', given.artefacts);
}

/** Reloads as soon as the first words stand there; what was read stays, and the rest comes. */
async function askAndReload() {
  await page.getByRole('link', { name: 'Chat', exact: true }).click();
  await page.getByText('Answers come from 1 document').waitFor();
  await look(page, 'chat-new', given.artefacts);
  await page.getByLabel('Your question').fill(given.question);
  await page.keyboard.press('Enter');
  const answer = answers().last();
  await answer.locator('.prose-answer p').first().waitFor();
  const before = (await textOf(answer)).trim();
  await page.reload();
  await page.locator('article[data-status=COMPLETED]').waitFor({ timeout: 60_000 });
  const whole = await textOf(answers().last());
  assert.ok(whole.startsWith(before.slice(0, 20)), `after the reload: ${whole}\nbefore: ${before}`);
  assert.ok(whole.replace(/\s+/g, ' ').includes(given.quote), whole);
}

async function readSource() {
  const mark = answers().last().getByRole('button', { name: /^Source 1: .*page 2 \(verified\)/ }).first();
  await mark.click();
  const source = page.getByRole('complementary', { name: 'Source' });
  await source.getByText('Verified.').waitFor();
  assert.equal((await source.locator('mark').innerText()).replace(/\s+/g, ' '), given.quote);
  await page.getByRole('img', { name: `Page 2 of ${name}, the quoted words marked` }).waitFor();
  // Where the test's PDF has the first line of the quotation, in hundredths of the page.
  const place = await source.getByTestId('quoted').first().evaluate((box) => {
    const [mark, sheet] = [box.getBoundingClientRect(), box.parentElement.getBoundingClientRect()];
    return { left: Math.round((100 * (mark.left - sheet.left)) / sheet.width), top: Math.round((100 * (mark.top - sheet.top)) / sheet.height) };
  });
  assert.deepEqual(place, given.place);
  await look(page, 'citation', given.artefacts);
  await page.keyboard.press('Escape');
  await source.waitFor({ state: 'detached' });
  assert.ok(await mark.evaluate((element) => element === document.activeElement), 'the focus comes back to the mark');
}

/** Another tab sees the same answer grow, and stops it. */
async function stopFromAnotherTab() {
  // Looking at the page took its thread for long: what people feel is measured from here on.
  await page.reload();
  const other = await context.newPage();
  await other.goto(page.url());
  await other.locator('article[data-status=COMPLETED]').waitFor();
  await page.getByLabel('Your question').fill(given.question);
  await page.keyboard.press('Enter');
  await answers().nth(1).locator('.prose-answer p').first().waitFor();
  await other.reload();
  await other.getByRole('button', { name: 'Stop the answer' }).click();
  for (const tab of [page, other]) await tab.getByText('Stopped. What was written so far is kept.').waitFor();
  await other.close();
}

/** Another answer takes the place of the stopped one, which is still there. */
async function regenerate() {
  await answers().nth(1).getByRole('button', { name: 'Answer again' }).click();
  await page.getByLabel('Answer 2 of 2').waitFor();
  await page.locator('article[data-status=COMPLETED]').nth(1).waitFor({ timeout: 60_000 });
  await button('Earlier answer').click();
  await page.getByLabel('Answer 1 of 2').waitFor();
  await page.getByText('Stopped. What was written so far is kept.').waitFor();
}

async function rate() {
  const answer = answers().first();
  await answer.getByRole('button', { name: 'Good answer' }).click();
  await answer.getByRole('button', { name: 'Good answer', pressed: true }).waitFor();
  await answer.getByRole('button', { name: 'Bad answer' }).click();
  await page.getByText('Incomplete').click();
  await button('Send').last().click();
  await answer.getByRole('button', { name: 'Bad answer', pressed: true }).waitFor();
}

/** A formula is drawn while its answer is written, and its source is never seen. */
async function askFormula() {
  await page.getByLabel('Your question').fill('What is the moment of the ferry ramp?');
  await page.keyboard.press('Enter');
  const answer = answers().last();
  await answer.locator('.katex .sqrt').waitFor({ timeout: 60_000 });
  assert.equal(await answer.getAttribute('aria-busy'), 'true');
  assert.ok(!(await answer.locator('p').filter({ hasText: 'moment' }).first().innerText()).includes('$'));
  await page.locator('article[data-status=COMPLETED]').nth(1).waitFor({ timeout: 60_000 });
  await page.keyboard.press('Control+/');
  await page.getByText('Begin a new chat').waitFor();
  await look(page, 'chat-keys', given.artefacts);
  await page.keyboard.press('Escape');
  await look(page, 'chat-formula', given.artefacts);
}

/** What can be done with a document and a chat beside the everyday. */
async function tend() {
  await page.getByLabel('Search in all messages').fill('crane -ferry');
  await page.getByLabel('Messages found').getByText('You asked').first().waitFor();
  await look(page, 'chat-search', given.artefacts);
  await page.getByLabel('Search in all messages').fill('');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.keyboard.press('Control+K');
  const narrow = page.getByRole('dialog', { name: 'Chats' });
  await narrow.locator('input[type=search]:focus').waitFor();
  await look(page, 'chat-list', given.artefacts);
  await page.keyboard.press('Escape');
  await page.getByRole('listitem').filter({ has: page.locator('[aria-current=page]') }).hover();
  await page.getByRole('button', { name: /^Actions for / }).first().click();
  const [exported] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as Markdown' }).click()]);
  assert.match(exported.suggestedFilename(), /\.md$/);
  await page.getByRole('link', { name: 'Knowledge' }).click();
  await button(`Actions for ${name}`).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('crane.pdf');
  await button('Save').click();
  await button('Actions for crane.pdf').click();
  await page.getByRole('menuitem', { name: 'Read again' }).click();
  await page.locator('li', { hasText: 'crane.pdf' }).getByText('Ready').waitFor({ state: 'hidden' });
  await page.locator('li', { hasText: 'crane.pdf' }).getByText('Ready').waitFor({ timeout: 60_000 });
  await button('Actions for crane.pdf').click();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('menuitem', { name: 'Replace the file…' }).click()]);
  await chooser.setFiles({ name: 'ferry.txt', mimeType: 'text/plain', buffer: Buffer.from('The ferry leaves at nine.') });
  await page.locator('li', { hasText: 'ferry.txt' }).getByText('Ready').waitFor({ timeout: 60_000 });
  await button('Add a site…').click();
  await page.getByLabel('Address of the first page').waitFor();
  await look(page, 'add-site', given.artefacts);
  await button('Cancel').click();
}

async function deleteProject() {
  await button('Delete').click();
  await page.getByText('1 document with').waitFor();
  await look(page, 'delete', given.artefacts);
  await button('Delete everything').click();
  await page.getByText('Begin with a project').waitFor();
}

const { settings, changeModel, keys } = ownerOf(page, given);

try {
  for (const work of [signIn, createProject, upload, readDocument, askAndReload, readSource, stopFromAnotherTab, regenerate, rate, askFormula, tend, uploadInParts, settings, changeModel, keys, deleteProject]) {
    step = work.name;
    const began = performance.now();
    await work(page);
    figures[step] = Math.round(performance.now() - began);
    if (step === 'signIn' || step === 'askAndReload' || step === 'rate') figures[`vitals after ${step}`] = await vitals(page);
  }
} catch (error) {
  await page.screenshot({ path: path.join(given.artefacts, `failed-${step}.png`) });
  console.error(`The journey ended at ${step}: ${error.message}\n${complaints.join('\n')}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
console.log(JSON.stringify({ complaints, hosts: [...hosts], figures }));
