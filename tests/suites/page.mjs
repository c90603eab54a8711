// The browser's example in Chromium, at the origin that the API and the store allow; argv: JSON of where and what.
// Prints what stands on the page at the end, one JSON a line.
import { resolve } from "node:path";
import { chromium } from "playwright-core";

const given = JSON.parse(process.argv[2]);
const origin = "http://localhost:3000";
// A page that a test answers for has no address, so that Chromium takes it for one of the open network.
const args = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"];
const browser = await chromium.launch({ executablePath: given.chromium, args });
const page = await browser.newPage();
const complaints = [];
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
// The page's own files come from its folder, whatever runs on that port; all else goes over the network.
await page.route(`${origin}/**`, (route) =>
  route.fulfill({ path: resolve(given.folder, `.${new URL(route.request().url()).pathname}`) }),
);
await page.goto(`${origin}/index.html`);
await page.getByLabel("API").fill(given.url);
await page.getByLabel("Key").fill(given.token);
await page.getByLabel("PDF").setInputFiles(given.pdf);
await page.getByLabel("Question").fill(given.question);
await page.getByRole("button", { name: "Ask" }).click();
const shown = page.getByRole("listitem").first().waitFor({ timeout: 90_000 });
await shown.catch((error) => complaints.push(String(error)));
console.log(
  JSON.stringify({
    complaints,
    status: await page.getByRole("status").innerText(),
    answer: await page.locator("#answer").innerText(),
    sources: await page.getByRole("listitem").allInnerTexts(),
  }),
);
await browser.close();
