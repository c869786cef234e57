// node time.mjs ADDRESS: how long a page takes to open, to sort, and to pan its flame graph. Prints JSON.
import { opened, windowOf, withBrowser } from "./browser.mjs";

const [address] = process.argv.slice(2);
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

// From the request to the first row of the table of functions.
async function open(browser) {
  const complaints = [];
  const page = await opened(await windowOf(browser), "about:blank", []);
  const began = performance.now();
  await page.goto(`${address}#view=functions`, { waitUntil: "commit" });
  await page.waitForSelector("#view-functions table.rows tbody tr th");
  const rows = performance.now() - began;
  await page.waitForSelector("html[data-ready]", { timeout: 60_000 });
  return { page, rows, all: performance.now() - began, complaints };
}

// From the click on a title to the frame after it.
function sort(page) {
  return page.evaluate(async () => {
    const times = [];
    const count = document.querySelectorAll("#view-functions thead button").length;
    for (let at = 0; at < Math.min(10, count); at++) {
      const began = performance.now();
      document.querySelectorAll("#view-functions thead button")[at].click();
      // What comes of it is laid out before the next line.
      document.querySelector("#view-functions tbody").getBoundingClientRect();
      times.push(performance.now() - began);
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }
    return times;
  });
}

// Frames a second while the picture is dragged to and fro.
async function pan(page) {
  await page.evaluate(() => (location.hash = "#view=flame"));
  await page.waitForSelector("#view-flame canvas");
  await page.waitForTimeout(500);
  return page.evaluate(async () => {
    const canvas = document.querySelector("#view-flame canvas");
    const box = canvas.getBoundingClientRect();
    const send = (type, x) => canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, isPrimary: true, bubbles: true, cancelable: true, button: 0, buttons: type === "pointerup" ? 0 : 1, clientX: x, clientY: box.top + 60 }));
    canvas.focus();
    for (let step = 0; step < 5; step++) canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: -240, ctrlKey: true, bubbles: true, cancelable: true, clientX: box.left + box.width / 2, clientY: box.top + 60 }));
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    send("pointerdown", box.left + box.width / 2);
    const began = performance.now();
    let frames = 0;
    while (performance.now() - began < 2000) {
      send("pointermove", box.left + box.width / 2 + 200 * Math.sin(frames / 9));
      await frame();
      frames++;
    }
    send("pointerup", box.left);
    return (frames * 1000) / (performance.now() - began);
  });
}

await withBrowser(async (browser) => {
  const opens = [];
  let last;
  for (let round = 0; round < 3; round++) {
    last?.page.close();
    last = await open(browser);
    opens.push(last);
  }
  const sorts = await sort(last.page);
  const frames = await pan(last.page);
  console.log(JSON.stringify({
    open_ms: Math.round(median(opens.map((it) => it.rows))),
    complete_ms: Math.round(median(opens.map((it) => it.all))),
    sort_ms: Math.round(median([...sorts]) * 10) / 10,
    sort_most_ms: Math.round(Math.max(...sorts) * 10) / 10,
    pan_frames: Math.round(frames),
  }));
});
