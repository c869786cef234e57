// A Chromium without a network of its own, and what a page says and asks for in it.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/x.js`);
export const { chromium } = require("playwright-core");
export const axe = () => require("axe-core").source;

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// Calls `work` with a browser, which has a profile of its own and is gone afterwards.
export async function withBrowser(work) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS, headless: true });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

export function windowOf(browser, options = {}) {
  return browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
}

// Opens an address, and notes all that a page may neither say nor ask for.
export async function opened(context, address, complaints) {
  const page = await context.newPage();
  const own = address.split("#")[0];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => !request.url().startsWith(own.replace(/[^/]*$/, "")) && !request.url().startsWith("data:") && complaints.push(`request: ${request.url()}`));
  await page.goto(address);
  return page;
}

export function ready(page) {
  return page.waitForSelector("html[data-ready]", { timeout: 30_000 });
}

export function viewsOf(page) {
  return page.$$eval("#nav a", (links) => links.map((link) => link.id.replace("nav-", "")));
}
