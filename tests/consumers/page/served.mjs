// node served.mjs FOLDER NAME: whether a page with its assets beside it works from a server that forbids pages
// to bring scripts of their own. Prints what does not, and then ends with 1.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { opened, ready, viewsOf, windowOf, withBrowser } from "./browser.mjs";

const [folder, name] = process.argv.slice(2);
const TYPES = { html: "text/html", css: "text/css", js: "text/javascript" };
const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url.split("?")[0]);
  try {
    const text = readFileSync(join(folder, path));
    response.writeHead(200, { "Content-Type": TYPES[path.split(".").pop()], "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'" });
    response.end(text);
  } catch {
    response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const complaints = [];
await withBrowser(async (browser) => {
  const page = await opened(await windowOf(browser), `http://127.0.0.1:${server.address().port}/${name}`, complaints);
  await ready(page);
  if ((await viewsOf(page)).length < 4) complaints.push("the views are not there");
});
server.close();
complaints.forEach((text) => console.log(text));
process.exit(complaints.length ? 1 : 0);
