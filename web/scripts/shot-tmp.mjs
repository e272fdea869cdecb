import { openBrowser } from "./browser.mjs";
const jobs = JSON.parse(process.argv[2]);
for (const scheme of ["dark","light"]) {
const { browser, close } = await openBrowser({ width: scheme==="dark"?1280:360, height: 900, colorScheme: scheme });
const page = await browser.newPage();
for (const [name, path] of jobs) { await page.goto(new URL(path, "http://127.0.0.1:8091").href); await page.screenshot({ path: `/tmp/runs/v-${name}-${scheme}.png` }); }
await close(); }
