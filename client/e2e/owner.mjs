// The part of the journey that is an owner's: how a project finds, which model reads it, and who else may act.
import assert from 'node:assert/strict';
import { look } from './looks.mjs';

/** The steps on this page; `settings` begins on any page of a project, `keys` comes back to where it began. */
export function ownerOf(page, given) {
  const button = (label) => page.getByRole('button', { name: label, exact: true });

  async function settings() {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Passages found', { exact: true }).fill('50');
    await button('Save').click();
    await page.getByText('Answering').waitFor();
    await page.getByLabel('Passages found', { exact: true }).fill('7');
    await button('Save').click();
    await page.getByText('Saved. The next question is answered this way.').waitFor();
    await page.getByLabel('Questions, one a line').fill(given.question);
    await button('Compare').click();
    await page.getByText('Nothing is edited yet').waitFor();
    await page.getByLabel('Search', { exact: true }).selectOption('HYBRID');
    await page.getByText('Nothing is edited yet').waitFor({ state: 'hidden' });
    await page.getByRole('region', { name: 'As edited' }).getByText('ferry.txt').waitFor();
    await button('Discard').click();
    await page.getByText('Nothing is edited yet').waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await look(page, 'settings', given.artefacts);
  }

  /** To another embedding model and back; the page follows without being loaded again. */
  async function changeModel() {
    const chosen = page.getByLabel('Another model');
    await chosen.selectOption({ index: 1 });
    await button('Change…').click();
    await button('Change the model').click();
    await button('Go back to it…').click({ timeout: 60_000 });
    await button('Go back').click();
    await page.getByText(/^Before, it was .*256 dimensions/).waitFor({ timeout: 60_000 });
  }

  /** A key for one project, with an end and a budget: it signs a program in until it is revoked. */
  async function keys() {
    await button('Account').click();
    await page.getByRole('menuitem', { name: 'API keys' }).click();
    await page.getByText('No keys yet').waitFor();
    await button('New key').click();
    await page.getByLabel('Name').fill('Nightly report');
    await page.getByLabel(/^Only these/).click();
    await page.getByLabel('Harbour').check();
    await page.getByLabel('Budget in US dollars').fill('2.50');
    await look(page, 'key-new', given.artefacts);
    await button('Make the key').click();
    const first = await page.getByLabel('The key', { exact: true }).inputValue();
    await look(page, 'key-secret', given.artefacts);
    await page.keyboard.press('Escape');
    await button('I have kept it').click();
    assert.equal(await holds(first), true);
    await page.getByText('$0.00 of $2.50').waitFor();
    await button('Renew Nightly report').click();
    await page.getByLabel('The old key still holds').selectOption('End it at once');
    await button('Renew').click();
    const second = await page.getByLabel('The key', { exact: true }).inputValue();
    await button('I have kept it').click();
    await page.getByText('1 key that ended').waitFor();
    assert.deepEqual([await holds(first), await holds(second)], [false, true]);
    await button('Revoke Nightly report').click();
    await button('Revoke the key').click();
    await page.getByText('2 keys that ended').click();
    assert.equal(await holds(second), false);
    await look(page, 'keys', given.artefacts);
    await page.goBack();
  }

  /** Whether the API takes this key, asked as a program would. */
  async function holds(key) {
    const body = JSON.stringify({ query: '{ projects { totalCount } }' });
    const answer = await fetch(given.api, { method: 'POST', headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, body });
    return (await answer.json()).data?.projects?.totalCount === 1;
  }

  return { settings, changeModel, keys };
}
