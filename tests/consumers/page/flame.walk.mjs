// Walks through the flame graph of a page in Chromium, by keys and by mouse: `node flame.walk.mjs PAGE`. The
// page needs contexts of three levels. NODE_PATH leads to playwright-core and axe-core, CHROMIUM to the browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const address = pathToFileURL(process.argv[2]).href;
const problems = [];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

async function open(hash, options) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => /^(file|data):/.test(request.url()) || problems.push(`asked for ${request.url()}`));
  await page.goto(`${address}#${hash}`);
  await page.waitForSelector("html[data-ready]");
  await page.waitForSelector("#flame-row-0");
  return page;
}

const page = await open("view=flame");
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(150);
};
const state = (key) => new URLSearchParams(new URL(page.url()).hash.slice(1)).get(key);
const depth = () => (state("focus") ? state("focus").split(/(?<!\\);/).length : 0);
const name = () => page.textContent("#flame-detail b");
const detail = () => page.textContent("#flame-detail");
const row = () => page.evaluate(() => {
  const grid = document.querySelector("[role=treegrid]");
  const active = document.getElementById(grid.getAttribute("aria-activedescendant"));
  return { name: active.querySelector("[title]").title, level: Number(active.getAttribute("aria-level")), isOpen: active.getAttribute("aria-expanded") };
});
const picture = () => page.locator("canvas").screenshot();

// By keys in the picture, which the tree follows.
await page.focus(".flame input[type=search]");
for (let at = 0; at < 9 && !(await page.evaluate(() => document.activeElement.matches("canvas"))); at++) await press("Tab");
await press("ArrowDown");
const first = await name();
assert.notEqual(first, "all", "down goes to a callee");
assert.equal((await row()).name, first, "the tree has the same cursor");
await press("ArrowDown");
const second = await name();
assert.match(await detail(), /% of all · .* of the caller · .* self .* calls, .* mean/s);
await press("Enter");
assert.equal(depth(), 2, "Enter focuses");
await page.reload();
await page.waitForSelector("#flame-row-0");
assert.equal(await name(), second, "a link leads back to the focus");
await page.focus("canvas");
await press("ArrowUp", "Enter");
assert.equal(depth(), 1);
await page.goBack();
await page.waitForTimeout(150);
assert.equal(depth(), 2, "the browser's way back is one focus");
await press("Home");
assert.equal(depth(), 0, "Home shows all");
await press("ArrowDown", "Enter", "Escape");
assert.equal(depth(), 0, "Escape goes back");

// Search: its share, its marks, its end.
await press("/");
await page.keyboard.type(first.split("::").at(-1));
await page.waitForSelector("#flame-tree mark");
assert.match(await page.textContent(".flame output"), /^[\d,]+ contexts?, \d+\.\d % of all$/);
await press("Escape");
await page.waitForTimeout(200);
assert.equal(await page.textContent(".flame output"), "");

// Callers and callees of one function.
await page.focus("canvas");
await press("Home", "ArrowDown", "ArrowDown", "s");
assert.equal(state("fn") && state("sandwich"), "1");
await page.focus("canvas");
await press("ArrowUp");
assert.match(await detail(), /of the callee · .* calls that way/s);
await press("Enter");
assert.equal(state("fn"), first, "a click or Enter goes on to that function");
await page.goBack();
await page.waitForTimeout(150);
assert.notEqual(state("fn"), first);
await page.focus("canvas");
await press("Escape");
assert.equal(state("sandwich"), null);
await press("Home", "m");
assert.equal(state("metric"), "calls", "m is the next metric");
await page.goBack();

// By mouse: a look, a choice, all again.
await page.waitForTimeout(150);
const edge = await page.locator("canvas").boundingBox();
await page.mouse.move(edge.x + 40, edge.y + 30);
assert.equal(await name(), first, "pointing shows what is there");
await page.mouse.click(edge.x + 40, edge.y + 50);
await page.waitForTimeout(150);
assert.equal(depth(), 2);
await page.mouse.dblclick(edge.x + 40, edge.y + 50);
await page.waitForTimeout(150);
assert.equal(depth(), 0);
await page.mouse.move(edge.x + 40, edge.y + 30);
const still = await picture();
await page.keyboard.down("Control");
await page.mouse.wheel(0, -200);
await page.keyboard.up("Control");
await page.waitForTimeout(150);
assert.ok(!still.equals(await picture()), "the wheel zooms");
await press("Home");

// By keys in the tree.
await page.focus("[role=treegrid]");
await press("Home", "ArrowLeft");
assert.deepEqual(await row(), { name: "all", level: 1, isOpen: "false" });
await press("ArrowRight", "ArrowRight");
assert.deepEqual([(await row()).name, (await row()).level], [first, 2]);
assert.equal(await name(), first, "the picture has the same cursor");
await press("ArrowLeft", "ArrowLeft");
assert.equal((await row()).name, "all");
await page.click("text=Expand the hot path");
assert.ok((await row()).level > 2);
await press("Enter");
assert.equal(state("view"), "function", "Enter opens the function");

// What it looks like, and what assistive technology makes of it.
for (const hash of ["view=flame", "view=flame&q=a", `view=flame&sandwich=1&fn=${encodeURIComponent(second)}`]) {
  for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 400, height: 800 }, deviceScaleFactor: 2 }]) {
    const other = await open(hash, { ...options, bypassCSP: true });
    const [sharp, room] = await other.evaluate(() => {
      const { width, clientWidth } = document.querySelector("canvas");
      return [Math.abs(width - clientWidth * devicePixelRatio) < 2, document.documentElement.scrollWidth <= innerWidth];
    });
    assert.ok(sharp && room, `${hash} ${JSON.stringify(options)}: as sharp as the screen, and no wider`);
    await other.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    const { violations } = await other.evaluate(() => globalThis.axe.run({ include: ["#view-flame"] }));
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html]), []);
    await other.close();
  }
}
await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
await page.goto(`${address}#view=flame&focus=${encodeURIComponent("no such function")}`);
await page.waitForTimeout(300);
assert.match(await detail(), /^This run lacks the rest of the path/);
assert.deepEqual(problems, []);
await browser.close();
