// Walks through the views of benchmarks of a page in Chromium: `node benchmarks.walk.mjs PAGE`. The page is that of
// the run in perf-report/benches/common/benched.rs.
import assert from "node:assert/strict";
import { opened, ready, windowOf, withBrowser } from "./browser.mjs";

const address = process.argv[2];
const complaints = [];

await withBrowser(async (browser) => {
  for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 400, height: 800 } }]) {
    const page = await opened(await windowOf(browser, options), address, complaints);
    await ready(page);
    const goto = async (hash) => {
      await page.evaluate((to) => (location.hash = to), hash);
      await page.waitForTimeout(200);
    };
    const titles = () => page.$$eval("#view-functions thead th", (cells) => cells.map((cell) => cell.textContent.replace(/ [▾▴]$/, "")));
    const cells = () => page.$$eval("#view-functions tbody tr", (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
    const column = async (title) => {
      const at = (await titles()).indexOf(title);
      return new Map((await cells()).map((row) => [row[0], row[at]]));
    };

    // The table has what the static one has.
    await goto("#view=functions");
    for (const title of ["time", "interval", "throughput", "allocs", "leak", "success", "outcome"]) assert.ok((await titles()).includes(title), `${title} of ${await titles()}`);
    assert.equal((await column("throughput")).get("speed::parse"), "154 GiB/s");
    assert.equal((await column("outcome")).get("speed::hangs"), "✗ timeout: it took longer than its limit");
    assert.equal((await column("success")).get("speed::flaky"), "86 %");
    assert.match((await cells())[0][0], /speed::(hangs|breaks)/, "what did not end well comes first");

    // It is sorted by its new columns, whose values are numbers, and filtered by how benchmarks ended.
    await goto("#view=functions&sort=throughput:down");
    assert.equal((await cells())[0][0], "speed::parse");
    await goto("#view=functions&sort=leak:down");
    assert.equal((await cells())[0][0], "speed::leaks");
    await goto("#view=functions&sort=interval:up");
    assert.notEqual((await column("interval")).get((await cells())[0][0]), "–", "what is not known comes last");
    await goto("#view=functions&outcome=panicked");
    assert.deepEqual((await cells()).map((row) => row[0]), ["speed::breaks"]);

    // Growth with the size, and the form that fits; a case leads to its view.
    await goto("#view=function&fn=speed%3A%3Apairs%2F100");
    const here = page.locator("#view-function");
    assert.equal(await here.locator(".growth svg path.fit").count(), 3);
    assert.equal(await here.locator(".growth svg .fit-name").first().textContent(), "n²");
    assert.equal(await here.locator(".growth svg circle").count(), 15);
    assert.equal(await here.locator(".growth svg circle.here").count(), 3);
    assert.match(await here.textContent(), /exponent 2\.0/);
    assert.equal(await here.locator(".growth tbody tr").count(), 5);
    await here.locator(".growth svg circle").nth(4).click();
    await page.waitForTimeout(150);
    assert.equal(await here.locator("h2").textContent(), "speed::pairs/1000");

    // Threads, with the knee and the step that does less.
    await goto("#view=function&fn=speed%3A%3Alock%2Fthreads%3D8");
    assert.match(await here.locator(".ramp svg").getAttribute("aria-label"), /knee at 2 threads/);
    assert.equal(await here.locator(".ramp svg .knee").count(), 1);
    assert.match(await here.locator(".ramp svg").textContent(), /less from 8 on/);
    assert.equal(await here.locator(".ramp svg circle.here").count(), 1);

    // Errors by kind with their share; a name is text.
    await goto("#view=function&fn=speed%3A%3Aflaky");
    const errors = await here.locator("section", { has: page.locator("h3", { hasText: "Errors" }) }).locator("tbody tr").allTextContents();
    assert.deepEqual(errors, ["Timeout10071.4 %", "<b>Refused3021.4 %", "(no name)107.14 %"]);

    // How it ended, and why its time may be doubted.
    await goto("#view=function&fn=speed%3A%3Ahangs");
    assert.match(await here.locator(".problem").textContent(), /timeout: it took longer than its limit/);
    await goto("#view=function&fn=speed%3A%3Aleaks");
    assert.match(await here.locator(".note").textContent(), /^unstable/);
    assert.match(await here.textContent(), /32 B an iteration \(31\.5 B to 32\.5 B\)/);

    // All of them at once, and no wider than the window.
    await goto("#view=scaling");
    assert.equal(await page.locator("#view-scaling svg").count(), 4);
    for (const view of ["scaling", "functions", "function"]) {
      await goto(`#view=${view}&fn=speed%3A%3Apairs%2F100`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${view} ${JSON.stringify(options)}`);
    }
    await page.close();
  }
  assert.deepEqual(complaints, []);
});
