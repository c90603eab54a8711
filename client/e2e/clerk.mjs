// Sign-in by Clerk where Clerk does not answer: who is asked, and what people see; prints it as one line of JSON.
//
// node e2e/clerk.mjs '{"client": URL, "chromium": PATH, "artefacts": FOLDER, "clerk": HOST}'
import { launch } from './browser.mjs';
import { look } from './looks.mjs';

const given = JSON.parse(process.argv[2]);
const { browser, context, complaints, hosts } = await launch(given.chromium);
await context.route(`https://${given.clerk}/**`, (route) => route.abort());
const page = await context.newPage();

try {
  await page.goto(`${given.client}/sign-in`);
  await page.getByText('Loading the sign-in').waitFor();
  await look(page, 'clerk-loading', given.artefacts);
  await page.getByText('Sign-in cannot be reached').waitFor();
  await page.getByText(`${given.clerk} does not answer`).waitFor();
  await look(page, 'clerk-unreachable', given.artefacts);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Loading the sign-in').waitFor();
} catch (error) {
  console.error(`${error.message}\n${complaints.join('\n')}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
// What Clerk's own code says of its absence is not ours.
const ours = complaints.filter((complaint) => !complaint.includes(given.clerk) && !complaint.includes('failed_to_load_clerk'));
console.log(JSON.stringify({ complaints: ours, hosts: [...hosts].sort() }));
