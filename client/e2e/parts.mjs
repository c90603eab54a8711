// The part of the journey that is a large file's: it is interrupted by a reload, and goes on with one click.
import assert from 'node:assert/strict';

const NAME = 'large.txt';
const CONTENT = Buffer.concat([Buffer.alloc(11 * 1024 * 1024, '\n'), Buffer.from('The lamp is lit at dusk.')]);

const partOf = (request) => (request.method() === 'PUT' ? Number(new URL(request.url()).searchParams.get('partNumber')) : 0);

/** Begins and ends on the page of documents; the file is deleted at the end. */
export async function uploadInParts(page) {
  const button = (label) => page.getByRole('button', { name: label, exact: true });
  const arrived = [];
  page.on('response', (response) => response.ok() && partOf(response.request()) && arrived.push(partOf(response.request())));
  // The second part hangs on its way until the page is left.
  const isSecond = (url) => url.searchParams.get('partNumber') === '2';
  await page.route(isSecond, () => {});
  await page.locator('input[type=file]').setInputFiles({ name: NAME, mimeType: 'text/plain', buffer: CONTENT });
  await button(`Cancel ${NAME}`).waitFor();
  while (arrived.length < 2) await page.waitForTimeout(50);
  assert.deepEqual(arrived.sort(), [1, 3]);
  await page.reload();
  await page.unroute(isSecond);
  await page.getByText('What has arrived is not sent again.').waitFor();
  arrived.length = 0;
  await button(`Retry ${NAME}`).click();
  await page.locator('li', { hasText: NAME }).getByRole('button', { name: `Actions for ${NAME}` }).waitFor();
  await page.getByText('What has arrived is not sent again.').waitFor({ state: 'hidden' });
  await page.getByRole('region', { name: 'Uploads' }).waitFor({ state: 'hidden' });
  assert.deepEqual(arrived, [2]);
  await page.reload();
  await button(`Actions for ${NAME}`).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await button('Delete').click();
  await page.getByText(`Deleted “${NAME}”.`).waitFor();
}
