// Screenshot of the running page: HOTSPOT_URL=http://127.0.0.1:8080 node scripts/screenshot.mjs FILE.png [QUERY] [WIDTHxHEIGHT]
import { openBrowser, ready } from "./browser.mjs";

const [file, query = "", size = "1280x800"] = process.argv.slice(2);
if (!file) {
  console.error("usage: HOTSPOT_URL=http://127.0.0.1:8080 node scripts/screenshot.mjs FILE.png [QUERY] [WIDTHxHEIGHT]");
  process.exit(2);
}
const [width, height] = size.split("x").map(Number);
const { browser, close } = await openBrowser({ width, height });
try {
  const page = await browser.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && console.error(`page: ${message.text()}`));
  page.on("pageerror", (error) => console.error(`page: ${error.message}`));
  const start = Date.now();
  await page.goto(new URL(`/${query}`, process.env.HOTSPOT_URL ?? "http://127.0.0.1:8080").href, { waitUntil: "commit" });
  await ready(page);
  console.error(`ready after ${Date.now() - start} ms`);
  await page.screenshot({ path: file });
} finally {
  await close();
}
