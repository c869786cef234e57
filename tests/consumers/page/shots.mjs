// node shots.mjs ADDRESS FOLDER: the pictures of the guide, each of at most 200 KB.
import { statSync } from "node:fs";
import { join } from "node:path";
import { opened, ready, windowOf, withBrowser } from "./browser.mjs";

const [address, folder] = process.argv.slice(2);
const SHOTS = [
  { name: "page-light", hash: "view=summary", colorScheme: "light", width: 1100, height: 760 },
  { name: "page-flame", hash: "view=flame", colorScheme: "dark", width: 1100, height: 700 },
  { name: "page-function", hash: "view=function", colorScheme: "light", width: 1100, height: 760 },
];

await withBrowser(async (browser) => {
  for (const { name, hash, colorScheme, width, height } of SHOTS) {
    const complaints = [];
    const page = await opened(await windowOf(browser, { viewport: { width, height }, colorScheme }), address, complaints);
    await ready(page);
    const heaviest = await page.evaluate(() => document.querySelector("#view-summary .finding a.name, #view-functions a.name")?.hash ?? "");
    await page.goto(address + (hash === "view=function" ? heaviest : `#${hash}`));
    await page.waitForTimeout(400);
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    const { size } = statSync(path);
    if (complaints.length || size > 200_000) throw new Error(`${path}: ${size} bytes ${complaints.join("; ")}`);
    console.log(`${path}: ${Math.round(size / 1024)} KiB`);
  }
});
