// node check.mjs ADDRESS RUN.json: whether a page does in Chromium what it must. Prints what it does not, and
// then ends with 1.
import { readFileSync } from "node:fs";
import { axe, opened, ready, viewsOf, windowOf, withBrowser } from "./browser.mjs";

const [address, json] = process.argv.slice(2);
const complaints = [];
const complain = (is, text) => is || complaints.push(text);

// What stands there without scripts.
async function withoutScripts(browser) {
  const page = await (await windowOf(browser, { javaScriptEnabled: false })).newPage();
  await page.goto(address);
  complain(await page.isVisible(".headline"), "the verdict is not visible without scripts");
  complain(await page.isVisible("#view-functions"), "the functions are not visible without scripts");
  complain(await page.locator("#view-functions tbody tr").count(), "there are no functions without scripts");
  await page.close();
}

async function accessible(page, what) {
  const found = await page.evaluate(async (source) => {
    if (!window.axe) (0, eval)(source);
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"], preload: false });
    return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
  }, axe()).catch((error) => [`axe did not run: ${error.message}`]);
  found.forEach((text) => complaints.push(`axe, ${what}: ${text}`));
}

// Every view, in both themes.
async function everyView(page) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const view of await viewsOf(page)) {
      await page.click(`#nav-${view}`);
      await page.waitForSelector(`#view-${view}:not([hidden])`);
      await page.waitForTimeout(150);
      await accessible(page, `${view}, ${colorScheme}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      complain(wide <= 0, `${view} is ${wide} pixels wider than the window`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
}

// All views by keys alone: by their numbers, and by Tab and Enter.
async function byKeys(page) {
  const views = await viewsOf(page);
  const shown = () => page.$$eval("main > section:not([hidden])", (sections) => sections.map((it) => it.id.replace("view-", "")));
  const isTyping = () => page.evaluate(() => Boolean(document.activeElement?.matches("input, select, textarea")));
  for (const [at, view] of views.slice(0, 9).entries()) {
    // A field takes digits for itself: Escape or Tab leaves it.
    for (let step = 0; step < 20 && (await isTyping()); step++) await page.keyboard.press(step ? "Tab" : "Escape");
    await page.keyboard.press(String(at + 1));
    complain((await shown()).join() === view, `key ${at + 1} shows ${await shown()}, not ${view}`);
    let inside = false;
    for (let step = 0; step < 40 && !inside; step++) {
      await page.keyboard.press("Tab");
      inside = await page.evaluate(() => Boolean(document.activeElement?.closest("main > section")) || document.activeElement === document.body);
    }
    complain(inside, `Tab does not lead into ${view}`);
  }
  await page.evaluate(() => document.activeElement?.blur?.());
  const reached = new Set();
  for (let step = 0; step < 30; step++) {
    await page.keyboard.press("Tab");
    const id = await page.evaluate(() => document.activeElement?.id ?? "");
    if (!id.startsWith("nav-") || reached.has(id)) continue;
    reached.add(id);
    await page.keyboard.press("Enter");
    complain((await shown()).join() === id.replace("nav-", ""), `Enter on ${id} shows ${await shown()}`);
  }
  complain(reached.size === views.length, `Tab reaches ${[...reached]} of ${views}`);
}

// The table of functions against the JSON of the run.
async function equalsJson(page) {
  const run = JSON.parse(readFileSync(json, "utf8"));
  await page.evaluate(() => (location.hash = "#view=functions&columns=all"));
  await page.waitForSelector("#view-functions table.rows tbody tr");
  await page.waitForTimeout(200);
  const titles = await page.$$eval("#view-functions thead th", (cells) => cells.map((cell) => cell.textContent.replace(/ [▾▴]$/, "")));
  const rows = await page.$$eval("#view-functions tbody tr", (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  const shown = new Map(rows.map((row) => [row[0], row]));
  const count = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  for (const row of run.functions.filter((it) => it.calls > 0)) {
    const cells = shown.get(visible(row.name));
    complain(cells, `${JSON.stringify(row.name).slice(0, 80)} is not in the table`);
    if (!cells) continue;
    const cell = (title) => cells[titles.indexOf(title)];
    complain(cell("calls") === count(row.calls), `${row.name}: calls ${cell("calls")}, in JSON ${row.calls}`);
    for (const [title, key] of [["total", "total_ns"], ["self", "self_ns"], ["mean", "mean_ns"], ["p50", "p50_ns"], ["p99", "p99_ns"], ["longest", "max_ns"]]) {
      complain(isNear(cell(title), row[key]), `${row.name}: ${title} ${cell(title)}, in JSON ${row[key]}`);
    }
  }
}

const UNITS = { ns: 1, "µs": 1e3, ms: 1e6, s: 1e9, min: 6e10, h: 3.6e12 };

// Whether a time as people read it is that of the document, within its three digits.
function isNear(text, ns) {
  if (text === "–" || text === undefined || ns === null) return text === "–" || ns === null;
  if (text.startsWith("≤")) return true;
  const [number, unit] = text.replace(/^[~≥]/, "").split(" ");
  const shown = Number(number.replaceAll(",", "")) * UNITS[unit];
  return Math.abs(shown - ns) <= Math.max(1, Math.abs(ns) * 0.006);
}

// A name as it must be shown: what nobody sees is made visible, all else stays.
function visible(name) {
  const known = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\u115f\u1160\u3164\uffa0\u034f\u2800\ufe00-\ufe0f]/gu, (c) => known[c] ?? `\\u{${c.codePointAt(0).toString(16)}}`);
}

await withBrowser(async (browser) => {
  await withoutScripts(browser);
  const page = await opened(await windowOf(browser), address, complaints);
  await ready(page);
  await everyView(page);
  await byKeys(page);
  if (json) await equalsJson(page);
  complain(await page.evaluate(() => !window.hostile), "a script of a name ran");
});
complaints.forEach((text) => console.log(text));
process.exit(complaints.length ? 1 : 0);
