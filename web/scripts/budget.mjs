// What the pages cost a reader, measured in Chromium: HOTSPOT_URL=http://127.0.0.1:8080 npm run budget
// Times are from the start of the navigation, on an empty cache; the machine should have nothing else to do. Sizes are as they go over the wire.
import { openBrowser, ready } from "./browser.mjs";

const origin = process.env.HOTSPOT_URL ?? "http://127.0.0.1:8080";
const ROUNDS = 3;

/** Starts to watch in the page before anything of it runs. */
const watch = () => {
  globalThis.marks = {};
  globalThis.long = [];
  new PerformanceObserver((list) => globalThis.long.push(...list.getEntries().map((e) => ({ at: e.startTime, ms: e.duration })))).observe({ type: "longtask", buffered: true });
  // A frame of the page is one of the map only where the map has drawn in it.
  globalThis.drawn = 0;
  const draw = WebGL2RenderingContext.prototype.drawElements;
  WebGL2RenderingContext.prototype.drawElements = function (...all) {
    globalThis.drawn += 1;
    return draw.apply(this, all);
  };
  // The callback in which the map draws, so that it can be asked to draw again.
  globalThis.drawFrame = null;
  const next = globalThis.requestAnimationFrame;
  globalThis.requestAnimationFrame = (callback) =>
    next((time) => {
      const before = globalThis.drawn;
      callback(time);
      if (globalThis.drawn > before) globalThis.drawFrame = callback;
    });
  const once = (name, holds) => {
    const look = () => {
      if (globalThis.marks[name] === undefined && holds()) globalThis.marks[name] = performance.now();
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
  };
  once("filters", () => document.querySelector("#strand option"));
  once("table", () => document.querySelector("#hotspots tbody tr"));
  once("legend", () => document.querySelector("#legend li"));
  once("ready", () => document.documentElement.dataset.ready === "true");
};

const rounded = (value) => Math.round(value);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Bytes of all that a page asked for, by the browser's own account. */
async function wire(page) {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  const sizes = new Map();
  const names = new Map();
  client.on("Network.requestWillBeSent", ({ requestId, request }) => names.set(requestId, new URL(request.url).pathname));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
  return () => [...sizes].map(([id, bytes]) => ({ path: names.get(id) ?? "?", bytes }));
}

const rows = [];
for (const [name, query] of [["map", ""], ["table", "?view=table"], ["chart", "?view=chart"]]) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { browser, close } = await openBrowser();
    const page = await browser.newPage();
    await page.addInitScript(watch);
    const sent = await wire(page);
    await page.goto(new URL(`/${query}`, origin).href, { waitUntil: "commit" });
    await ready(page);
    const { marks, long } = await page.evaluate(() => ({ marks: globalThis.marks, long: globalThis.long }));
    // A change of strand: from the choice to the new figures, painting left out.
    const change = await page.evaluate(async () => {
      const select = document.querySelector("#source");
      const before = document.querySelector("#headline").textContent;
      const from = performance.now();
      select.value = "all";
      select.dispatchEvent(new Event("change"));
      await new Promise((resolve) => {
        const look = () => (document.querySelector("#legend")?.dataset.n !== undefined && document.querySelector("#headline").textContent !== before && /\d/.test(document.querySelector("#headline").textContent) ? resolve() : setTimeout(look, 2));
        look();
      });
      return performance.now() - from;
    });
    await ready(page);
    const later = await page.evaluate((n) => globalThis.long.slice(n), long.length);
    const all = sent();
    const of = (test) => all.filter(({ path }) => test(path)).reduce((sum, { bytes }) => sum + bytes, 0);
    rounds.push({ ...marks, change, longest: Math.max(0, ...long.map((l) => l.ms)), longestLater: Math.max(0, ...later.map((l) => l.ms)), page: of((p) => p === "/" || p.startsWith("/assets/")), data: of((p) => p.startsWith("/api/") || p.startsWith("/tiles/")), base: of((p) => p.startsWith("/base/")) });
    await close();
  }
  const middle = (key) => rounded(median(rounds.map((r) => r[key] ?? 0)));
  rows.push({ page: name, "filters ms": middle("filters"), "table ms": middle("table"), "colours ms": middle("legend"), "ready ms": middle("ready"), "longest task ms": middle("longest"), "filter ms": middle("change"), "longest then ms": middle("longestLater"), "page kB": middle("page") / 1000, "base kB": middle("base") / 1000, "data kB": middle("data") / 1000 });
}
console.table(rows);

/** Cells on one screen that the map has to bear. */
const MANY = 17_000;

const { releases } = await (await fetch(new URL("/api/v1/releases", origin))).json();
const [w, s, e, n] = releases[0].bounds;
const middle = `lon=${(w + e) / 2}&lat=${(s + n) / 2}`;

/** Frames in which the map draws while keys are pressed for three seconds. */
async function frames(page, keys) {
  await page.locator("#map canvas").first().focus();
  await page.evaluate(() => {
    globalThis.long.length = 0;
    globalThis.times = [performance.now()];
    globalThis.drawn = 0;
    const tick = (time) => {
      if (globalThis.drawn > 0) globalThis.times.push(time);
      globalThis.drawn = 0;
      globalThis.frame = requestAnimationFrame(tick);
    };
    globalThis.frame = requestAnimationFrame(tick);
  });
  for (let i = 0, from = Date.now(); Date.now() - from < 3000; i++) {
    await page.keyboard.press(keys[i % keys.length]);
    await page.waitForTimeout(300);
  }
  const told = await page.evaluate(() => {
    cancelAnimationFrame(globalThis.frame);
    const drawn = globalThis.times.length - 1;
    const gaps = [...globalThis.times.slice(1), performance.now()].map((t, i) => t - globalThis.times[i]);
    return { "frames a second": Math.round((10_000 * drawn) / gaps.reduce((a, b) => a + b, 0)) / 10, "longest frame ms": Math.round(Math.max(...gaps)), "longest task ms": Math.round(Math.max(0, ...globalThis.long.map((l) => l.ms))) };
  });
  await ready(page);
  // The page around the map has to be drawn too, which takes longer the larger it is. What the map takes by itself, until its last pixel is there:
  const whole = await page.evaluate(() => {
    const gl = document.querySelector("#map canvas").getContext("webgl2");
    return Array.from({ length: 9 }, () => {
      const from = performance.now();
      globalThis.drawFrame(from);
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
      return performance.now() - from;
    });
  });
  return { "drawing a frame ms": rounded(median(whole)), ...told };
}

const MOVES = ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"];
const done = [];

// An ordinary screen: the whole study area, and a part of it at the middle resolution.
for (const zoom of [9, 11]) {
  const { browser, close } = await openBrowser();
  const page = await browser.newPage();
  await page.addInitScript(watch);
  await page.goto(new URL(`/?${middle}&zoom=${zoom}`, origin).href, { waitUntil: "commit" });
  await ready(page);
  done.push({ act: `screen, zoom ${zoom}, moved`, ...(await frames(page, MOVES)) });
  done.push({ act: `screen, zoom ${zoom}, zoomed`, ...(await frames(page, ["+", "-"])) });
  await close();
}

// As many cells as a study area has at the middle resolution, all in one view: the page is large, and its pixels are coarse in the same measure, so
// that no more of them are drawn than on an ordinary screen. What such a page costs by itself is told by a part of the world without data.
{
  const { browser, close } = await openBrowser({ width: 5600, height: 2600, deviceScaleFactor: 0.25 });
  const page = await browser.newPage();
  await page.addInitScript(watch);
  await page.goto(new URL(`/?lon=${w - 20}&lat=${s}&zoom=11`, origin).href, { waitUntil: "commit" });
  await ready(page);
  done.push({ act: "large page, no cells, moved", cells: 0, ...(await frames(page, MOVES)) });
  await page.goto(new URL(`/?${middle}&zoom=11`, origin).href, { waitUntil: "commit" });
  await ready(page);
  const { width, height } = await page.locator("#map").evaluate((map) => ({ width: map.clientWidth, height: map.clientHeight }));
  const metre = 40_075_016.7 * Math.cos((((s + n) / 2) * Math.PI) / 180) / 512 / 2 ** 11;
  const seen = [width * metre, height * metre].map((m) => rounded(m / 1000));
  const wanted = [(e - w) * 111.32 * Math.cos((((s + n) / 2) * Math.PI) / 180), (n - s) * 111.32].map(rounded);
  if (seen.some((km, i) => km < wanted[i])) throw new Error(`${seen} km are in view, not the ${wanted} km of the study area`);
  const cells = await page.locator("#legend li .class-n:nth-of-type(3)").evaluateAll((all) => all.reduce((sum, e) => sum + Number(e.firstChild.textContent.replaceAll(",", "")), 0));
  if (cells < MANY) throw new Error(`${cells} cells are drawn: a release with ${MANY} is needed`);
  done.push({ act: "large page, moved", cells, ...(await frames(page, MOVES)) });
  done.push({ act: "large page, zoomed", cells, ...(await frames(page, ["+", "-"])) });
  // From a filter's change until its colours are drawn.
  for (const source of ["all", "reported"]) {
    await ready(page);
    const told = await page.evaluate(async (value) => {
      globalThis.long.length = 0;
      const select = document.querySelector("#source");
      const from = performance.now();
      select.value = value;
      select.dispatchEvent(new Event("change"));
      await new Promise((resolve) => {
        const look = () => (document.documentElement.dataset.ready === "true" && performance.now() - from > 20 ? resolve() : setTimeout(look, 5));
        look();
      });
      return { "colours ms": Math.round(performance.now() - from), "longest task ms": Math.round(Math.max(0, ...globalThis.long.map((l) => l.ms))) };
    }, source);
    done.push({ act: `large page, source ${source}`, cells, ...told });
  }
  await close();
}
console.table(done);

const pages = [];
const [spot] = (await (await fetch(new URL("/api/v1/hotspots", origin))).json()).features;
const { browser, close } = await openBrowser();
for (const path of ["/table", `/hotspot/${spot.properties.id}`, "/challenge", "/month", "/success", "/quality", "/protected", "/protected?part=hotspots", "/method", "/accessibility"]) {
  const page = await browser.newPage();
  const sent = await wire(page);
  const start = performance.now();
  const answer = await page.goto(new URL(path, origin).href);
  const took = performance.now() - start;
  pages.push({ path: path.replace(spot.properties.id, "ID"), status: answer.status(), "ms": rounded(took), "kB": rounded(sent().reduce((sum, { bytes }) => sum + bytes, 0) / 100) / 10 });
  await page.close();
}
await close();
console.table(pages);
