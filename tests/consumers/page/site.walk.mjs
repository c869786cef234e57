// Walks through the pages of `perf-report serve` in Chromium: `node site.walk.mjs ADDRESS`. Five runs are stored, the
// newest of which is slower and has a label that would be markup.
import assert from "node:assert/strict";
import { axe, opened, ready, windowOf, withBrowser } from "./browser.mjs";

const address = process.argv[2];
const complaints = [];
const LABEL = "<img src=x onerror=alert(1)>\"'&";

async function accessible(page) {
  await page.evaluate(axe());
  const { violations } = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa"] }));
  for (const { id, nodes } of violations) complaints.push(`${page.url()}: ${id}: ${nodes.map((node) => node.html).slice(0, 2).join(" ")}`);
}

await withBrowser(async (browser) => {
  for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 400, height: 800 } }, { javaScriptEnabled: false }]) {
    const context = await windowOf(browser, options);
    const page = await opened(context, address, complaints);
    page.on("dialog", (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
    const hasScripts = options.javaScriptEnabled !== false;
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    for (const view of ["Overview", "Runs", "What became slower", "Live"]) {
      await page.click(`#nav >> text="${view}"`);
      assert.equal(await page.textContent("#nav [aria-current=page]"), view);
      if (hasScripts) {
        await accessible(page);
        assert.ok((await wide()) <= 0, `${view} is as wide as its window`);
      }
    }
    // A run is found by what narrows the list down, and opened.
    await page.click('#nav >> text="Runs"');
    assert.equal(await page.locator("tbody tr").count(), 5);
    assert.ok((await page.textContent("tbody tr")).includes(LABEL));
    await page.fill("input[name=label]", LABEL);
    await page.click("text=Show");
    assert.equal(await page.locator("tbody tr").count(), 1);
    assert.equal(await page.inputValue("input[name=label]"), LABEL);
    await page.click("tbody th a");
    if (hasScripts) await ready(page);
    assert.ok((await page.textContent("h1")).includes("slowed-under-test"));

    // Two runs are compared.
    await page.click("a.home");
    await page.locator("input[name=baseline]").nth(4).check();
    await page.locator("input[name=run]").nth(0).check();
    await page.click("text=Compare the two");
    if (hasScripts) await ready(page);
    assert.match(await page.textContent("main"), /REGRESSION/);
    assert.equal(new URL(page.url()).pathname.split("/")[1], "run");

    // The live page renews itself, and only its part.
    if (hasScripts) {
      await page.goto(`${address}live`);
      await page.evaluate(() => (document.querySelector("[data-renew]").id = "old"));
      await page.waitForFunction(() => !document.getElementById("old"), { timeout: 20_000 });
    }
    await context.close();
  }
});
complaints.forEach((text) => console.log(text));
process.exit(complaints.length ? 1 : 0);
