// The report's page in a browser: nothing against it in axe, nothing to scroll sideways, nothing that its policy stops, in three
// widths, light, dark and printed. The pages are written by `cargo test --test report_page`; screenshots stay beside them.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { here, root } from "./support.mjs";

const pages = join(root, "tests/output/report");
const shots = join(pages, "shots");
const axe = readFileSync(join(here, "node_modules/axe-core/axe.min.js"), "utf8");
let browser;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
});
after(() => browser?.close());

/** The page of a report, opened from disk; what its policy stops and what it asks of the network is kept. */
async function opened(name, { width = 1280, colorScheme = "light", media = "screen" } = {}) {
  const file = join(pages, `${name}.html`);
  if (!existsSync(file)) throw new Error(`expected ${file}; run \`cargo test --test report_page\` first`);
  const tab = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const asked = [];
  const stopped = [];
  tab.on("request", (request) => asked.push(request.url()));
  tab.on("console", (message) => message.type() === "error" && stopped.push(message.text()));
  tab.on("dialog", (dialog) => stopped.push(`dialog: ${dialog.message()}`));
  await tab.emulateMedia({ media, colorScheme });
  await tab.goto(pathToFileURL(file).href);
  return { tab, asked, stopped };
}

/** What is wider than the page, apart from what scrolls by itself. */
const sideways = (tab) =>
  tab.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const wide = [...document.body.querySelectorAll("*")].filter((node) => !node.closest(".scroll, .skip, svg") && node.getBoundingClientRect().right > width + 1);
    return { over: document.documentElement.scrollWidth - width, wide: wide.map((node) => node.outerHTML.slice(0, 120)) };
  });

for (const name of ["full", "empty", "hostile"]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${name}, ${colorScheme}: axe finds nothing, nothing scrolls sideways, nothing is asked or stopped`, async () => {
      for (const width of [390, 768, 1280]) {
        const { tab, asked, stopped } = await opened(name, { width, colorScheme });
        if (name === "full") await tab.screenshot({ path: join(shots, `${width}-${colorScheme}.png`), fullPage: true });
        assert.deepEqual(await sideways(tab), { over: 0, wide: [] }, `${width} px`);
        assert.equal(asked.length, 1, asked.join(" "));
        assert.deepEqual(stopped, []);
        await tab.evaluate(() => document.querySelectorAll("details").forEach((node) => (node.open = true)));
        assert.deepEqual(await sideways(tab), { over: 0, wide: [] }, `${width} px, unfolded`);
        await tab.evaluate(axe);
        const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html).join(" ")}`), []);
        await tab.close();
      }
    });
  }
}

test("printed, every table is there without a click, and each experiment begins a page", async () => {
  const { tab } = await opened("full", { width: 794, media: "print" });
  const hidden = await tab.evaluate(() => [...document.querySelectorAll("details table")].filter((table) => table.getBoundingClientRect().height === 0).length);
  assert.equal(hidden, 0);
  const breaks = await tab.evaluate(() => [...document.querySelectorAll(".experiment")].map((node) => getComputedStyle(node).breakBefore));
  assert.deepEqual([...new Set(breaks)], ["page"]);
  await tab.screenshot({ path: join(shots, "print.png"), fullPage: true });
  await tab.pdf({ path: join(shots, "print.pdf"), format: "A4", margin: { top: "14mm", bottom: "14mm", left: "12mm", right: "12mm" } });
  await tab.close();
});

test("what is folded opens by keyboard, and the first stop of the tab key leads to the verdicts", async () => {
  const { tab } = await opened("full");
  await tab.keyboard.press("Tab");
  assert.equal(await tab.evaluate(() => document.activeElement.getAttribute("href")), "#overview");
  await tab.locator("summary").first().focus();
  await tab.keyboard.press("Enter");
  assert.equal(await tab.locator("details").first().getAttribute("open"), "");
  await tab.close();
});

test("a report of forty placements over a year opens", async () => {
  const { tab } = await opened("large");
  assert.equal(await tab.locator(".card").count(), 40);
  assert.equal(await tab.locator("section.experiment svg").count() > 160, true);
  assert.equal((await sideways(tab)).over, 0);
  await tab.close();
});

test("a hostile shop runs nothing and stays where it is", async () => {
  const { tab, stopped } = await opened("hostile");
  const found = await tab.evaluate(() => ({ scripts: document.scripts.length, images: document.images.length, styles: document.querySelectorAll("style").length, title: document.title }));
  assert.deepEqual(found, { scripts: 0, images: 0, styles: 1, title: "Brew & Bean: experiments" });
  assert.deepEqual(stopped, []);
  await tab.close();
});
