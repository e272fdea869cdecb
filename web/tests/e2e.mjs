// The page in a real Chromium against a running server: HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/e2e.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { openBrowser, ready } from "../scripts/browser.mjs";

const base = process.env.HOTSPOT_URL;
if (!base) throw new Error("set HOTSPOT_URL to the address of a running server, such as http://127.0.0.1:8080");
const origin = new URL(base).origin;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const api = async (path) => {
  const response = await fetch(new URL(path, origin));
  assert.equal(response.status, 200, path);
  return response.json();
};

let browser;
let close;
let release;

/** A page that keeps account of what it must not do. */
async function open(query = "", { init, routes = [], size } = {}) {
  const page = await browser.newPage();
  if (size) await page.setViewportSize(size);
  const seen = { foreign: [], errors: [], requests: [] };
  page.on("request", (request) => {
    const url = new URL(request.url());
    seen.requests.push(url.pathname + url.search);
    if (!["data:", "blob:"].includes(url.protocol) && url.origin !== origin) seen.foreign.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(error.message));
  await page.addInitScript(() => {
    globalThis.violations = [];
    addEventListener("securitypolicyviolation", (event) => globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  if (init) await page.addInitScript(init);
  for (const [pattern, handler] of routes) await page.route(pattern, handler);
  await page.goto(new URL(`/${query}`, origin).href, { waitUntil: "commit" });
  return { page, seen };
}

/** A browser without WebGL: also the quick way to what needs no map. */
const withoutWebGl = () => {
  const real = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return kind.startsWith("webgl") ? null : real.call(this, kind, ...rest);
  };
};

async function assertClean(page, seen) {
  assert.deepEqual(seen.foreign, [], "requests to other origins");
  assert.deepEqual(seen.errors, [], "errors on the console");
  assert.deepEqual(await page.evaluate(() => globalThis.violations), [], "violations of the content security policy");
}

async function assertAccessible(page, state) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`), [], `axe: ${state}`);
}

const legend = (page) =>
  page.evaluate(() => ({
    n: Number(document.querySelector("#legend").dataset.n),
    incidents: [...document.querySelectorAll("#legend li")].map((li) => Number(li.dataset.incidents)),
  }));
const rows = (page) => page.locator("#hotspots tbody tr");
const headline = (page) => page.locator("h1").innerText();

/** Waits for the page after something that makes it ask again. */
const settle = async (page, act) => {
  await act();
  await page.waitForTimeout(50);
  await ready(page);
};

before(async () => {
  ({ browser, close } = await openBrowser({ width: 1000, height: 700 }));
  release = (await api("/api/v1/releases")).releases[0];
});

after(async () => close?.());

describe("the page", { concurrency: false }, () => {
  test("draws the map and the table, from its own origin and within its policy", async () => {
    const { page, seen } = await open();
    await ready(page);
    const { features } = await api("/api/v1/hotspots");
    const shown = await rows(page).evaluateAll((list) => list.map((row) => [row.dataset.id, row.cells[3].textContent.replaceAll(",", "")]));
    const wanted = features.map((f) => f.properties).sort((a, b) => a.rank - b.rank);
    assert.deepEqual(shown, wanted.map(({ id, n }) => [id, String(n)]));
    assert.equal(await page.locator("h1").count(), 1);
    assert.match(await page.locator("#marking").innerText(), release.class === "synthetic" ? /SYNTHETIC DATA — about nobody/ : /Open data/);
    assert.ok(seen.requests.some((r) => /^\/tiles\/.+\.geojson$/.test(r)), "cell tiles are unfiltered");
    assert.equal(await page.locator("canvas.maplibregl-canvas").count(), 1);
    const { n, incidents } = await legend(page);
    assert.equal(incidents.reduce((a, b) => a + b, 0), n, "the legend adds up to n");
    assert.equal(n, (await api("/api/v1/cells")).n);
    await assertClean(page, seen);
    await assertAccessible(page, "start");
    await page.close();
  });

  test("follows a change of strand in legend, headline and address, and Back takes it back", async () => {
    const { page, seen } = await open();
    await ready(page);
    const first = { legend: await legend(page), headline: await headline(page) };
    const strand = release.strands.find((s) => s.id !== "all" && s.hotspots !== null && s.n !== first.legend.n);
    assert.ok(strand, "the release has a strand with hotspots");
    const tilesBefore = seen.requests.filter((r) => r.startsWith("/tiles/")).length;
    await settle(page, () => page.selectOption("#strand", strand.id));
    const second = await legend(page);
    assert.equal(new URL(page.url()).searchParams.get("strand"), strand.id);
    assert.equal(second.n, (await api(`/api/v1/cells?strand=${strand.id}`)).n);
    assert.equal(second.incidents.reduce((a, b) => a + b, 0), second.n);
    assert.match(await headline(page), new RegExp(strand.label, "i"));
    assert.match(await page.title(), new RegExp(strand.label, "i"));
    assert.equal(await rows(page).count(), strand.hotspots);
    assert.equal(seen.requests.filter((r) => r.startsWith("/tiles/")).length, tilesBefore, "a filter fetches no geometry");
    await settle(page, () => page.goBack());
    assert.deepEqual(await legend(page), first.legend);
    assert.equal(await headline(page), first.headline);
    assert.equal(await page.locator("#strand").inputValue(), "all");
    assert.equal(new URL(page.url()).search, "");
    await settle(page, () => page.goForward());
    assert.deepEqual(await legend(page), second);
    await settle(page, () => page.click("#quick-2"));
    assert.equal(new URL(page.url()).searchParams.get("from"), release.months.to);
    assert.ok((await legend(page)).n < second.n, "a month holds less than the window");
    await assertClean(page, seen);
    await page.close();
  });

  test("opens a hotspot from its row, keeps it over a reload, closes it with Escape and gives the focus back", async () => {
    const { page, seen } = await open();
    await ready(page);
    const { features } = await api("/api/v1/hotspots");
    const spot = features[1].properties;
    await settle(page, () => page.locator(`tr[data-id="${spot.id}"] button`).click());
    const panel = page.locator("#detail");
    assert.ok((await panel.innerText()).includes(spot.sentence));
    assert.equal(new URL(page.url()).searchParams.get("hotspot"), spot.id);
    assert.ok((await page.evaluate(() => document.activeElement.textContent)).includes(spot.name), "the focus is on the panel's title");
    await assertAccessible(page, "panel open");
    await page.reload();
    await ready(page);
    assert.ok((await panel.innerText()).includes(spot.sentence), "a reload shows the same");
    await page.keyboard.press("Escape");
    assert.equal(await panel.isVisible(), false);
    assert.equal(new URL(page.url()).searchParams.get("hotspot"), null);
    assert.ok((await page.evaluate(() => document.activeElement.textContent)).includes(spot.name), "the focus is on the row again");
    await page.goBack();
    await panel.waitFor({ state: "visible" });
    await assertClean(page, seen);
    await page.close();
  });

  test("says of every hotspot how sure it is, on the map, in the table and in the panel", async () => {
    const { page, seen } = await open();
    await ready(page);
    const { features, settings } = await api("/api/v1/hotspots");
    const spots = features.map((f) => f.properties);
    const counts = { clear: 0, weak: 0, cannot_tell: 0 };
    for (const { evidence } of spots) counts[evidence] += 1;
    const key = await page.locator("#evidence-key").innerText();
    for (const [word, n] of [["clear", counts.clear], ["weak", counts.weak], ["cannot tell", counts.cannot_tell]]) assert.match(key, new RegExp(`${word} ${n}\\b`));
    assert.equal(await page.locator("tr[data-id] .evidence-weak").count(), counts.weak);
    // Outlines of one word each: whole, dashed, dotted.
    const drawn = await page.evaluate(() => [...document.querySelectorAll(".key-line line")].map((line) => getComputedStyle(line).strokeDasharray));
    assert.equal(new Set(drawn).size, 3, "the three lines differ without colour");
    const spot = spots.find((s) => s.evidence === "weak");
    await settle(page, () => page.locator(`tr[data-id="${spot.id}"] button`).click());
    const panel = page.locator("#detail");
    const text = await panel.innerText();
    for (const says of [spot.sentence, ...spot.short_of_clear, `Hot in ${spot.robustness.held} of ${spot.robustness.said} settings`]) assert.ok(text.includes(says), says);
    assert.equal(await panel.locator(".rates tbody tr").count(), spot.rates.length);
    await panel.locator("details:has(table.settings) summary").click();
    assert.equal(await panel.locator("table.settings tbody tr").count(), settings.length);
    assert.equal(await panel.locator("table.settings tr.fails").count(), spot.robustness.fails.length);
    await assertAccessible(page, "evidence in the panel");
    await assertClean(page, seen);
    await page.close();
  });

  test("tells the story of a hotspot: its months, its week, and what stands beside events", async () => {
    const { features } = await api("/api/v1/hotspots");
    const { id } = features[0].properties;
    const { history, attribution } = await api(`/api/v1/hotspots/${id}`);
    const { page, seen } = await open(`?hotspot=${id}`, { init: withoutWebGl });
    await ready(page);
    const story = page.locator("#detail-time");
    const text = await story.innerText();
    if (history.present) assert.match(text, new RegExp(`Present in ${history.present.months} of ${history.present.of} month`));
    for (const reason of Object.values(history.reasons).filter((r) => r !== null)) assert.ok(text.includes(reason), `a missing part says why: ${reason}`);
    if (history.after) assert.match(text, /Not compared across/);
    if (history.week) {
      const shown = await story.locator("table.week tbody tr").evaluateAll((list) => list.map((row) => [...row.cells].slice(1).map((cell) => Number(cell.textContent))));
      assert.deepEqual(shown, history.week.counts);
    }
    if (attribution === null) assert.match(text, /No calendar of events/);
    else assert.match(text, /Beside events/);
    await story.locator("summary").first().click();
    const months = await story.locator("details table tbody td.number").allInnerTexts();
    assert.deepEqual(months.slice(-history.counts.length).map(Number), history.counts);
    await assertClean(page, seen);
    await assertAccessible(page, "story of a hotspot");
    await page.close();
  });

  test("says in the panel when a story cannot be loaded", async () => {
    const { features } = await api("/api/v1/hotspots");
    const { id, sentence } = features[0].properties;
    const problem = { status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "Internal error", status: 500, detail: "The server could not answer." }) };
    const { page } = await open(`?hotspot=${id}`, { init: withoutWebGl, routes: [["**/api/v1/hotspots/*", (route) => route.fulfill(problem)]] });
    await ready(page);
    const panel = await page.locator("#detail").innerText();
    assert.ok(panel.includes(sentence) && /could not be loaded\. The server could not answer/.test(panel));
    await page.close();
  });

  test("shows the events of the calendar with their excess", async (t) => {
    const answer = await api("/api/v1/events");
    const { page, seen } = await open(answer.calendar > 0 ? "?table=events" : "", { init: withoutWebGl });
    await ready(page);
    if (answer.calendar === 0) {
      assert.equal(await page.locator("#table-events").count(), 0, "without a calendar there is no such table");
      await page.close();
      return t.skip("the release has no calendar");
    }
    const shown = await page.locator("#events tbody tr").evaluateAll((list) => list.map((row) => row.cells[2].textContent.replaceAll(",", "")));
    assert.deepEqual(shown, answer.events.map(({ effect }) => (effect ? String(effect.observed) : "–")));
    await assertAccessible(page, "events");
    await assertClean(page, seen);
    await page.close();
  });

  test("opens a hotspot from the map, by pointer and by keyboard", async () => {
    const { features } = await api("/api/v1/hotspots");
    const inside = ([x, y], ring) => ring.reduce((odd, [xi, yi], i) => {
      const [xj, yj] = ring[(i + ring.length - 1) % ring.length];
      return yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi ? !odd : odd;
    }, false);
    const outer = ({ geometry }) => (geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.coordinates[0][0]);
    const middle = (feature) => {
      const ring = outer(feature);
      const [xs, ys] = [ring.map((p) => p[0]), ring.map((p) => p[1])];
      return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
    };
    const feature = features.find((f) => inside(middle(f), outer(f)));
    const [lon, lat] = middle(feature);
    const { page, seen } = await open(`?lon=${lon.toFixed(5)}&lat=${lat.toFixed(5)}&zoom=14.5`);
    await ready(page);
    assert.ok(seen.requests.some((r) => r.startsWith("/api/v1/cells") && r.includes("bbox=")), "the finest cells are asked for by part");
    const box = await page.locator("#map").boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x + 3, y + 3);
    await page.locator("#readout").waitFor({ state: "visible" });
    assert.ok((await page.locator("#readout").innerText()).includes(feature.properties.name));
    assert.equal(await page.locator("tr.is-hovered").getAttribute("data-id"), feature.properties.id, "its row is marked");
    await page.mouse.click(x, y);
    await page.locator("#detail").waitFor({ state: "visible" });
    assert.equal(new URL(page.url()).searchParams.get("hotspot"), feature.properties.id);
    await page.keyboard.press("Escape");
    await page.locator("canvas.maplibregl-canvas").focus();
    await page.keyboard.press("Enter");
    await page.locator("#detail").waitFor({ state: "visible" });
    await assertClean(page, seen);
    await page.close();
  });

  test("sorts the table by its headers and says so", async () => {
    const { page } = await open("", { init: withoutWebGl });
    await rows(page).first().waitFor();
    const sort = page.locator('th[data-column="borough"] button');
    await sort.click();
    assert.equal(await page.locator('th[data-column="borough"]').getAttribute("aria-sort"), "ascending");
    const names = await rows(page).evaluateAll((list) => list.map((row) => row.cells[2].textContent));
    assert.deepEqual(names, [...names].sort(new Intl.Collator("en-GB", { numeric: true }).compare));
    await page.keyboard.press("Enter");
    assert.equal(await page.locator('th[data-column="borough"]').getAttribute("aria-sort"), "descending");
    assert.equal(await page.locator("#live").textContent(), "Sorted by borough, descending");
    await page.close();
  });

  test("shows the boroughs, whose incidents and those of no borough add up", async () => {
    const { page, seen } = await open("?table=boroughs", { init: withoutWebGl });
    await ready(page);
    const answer = await api("/api/v1/boroughs");
    const n = answer.rows.reduce((sum, row) => sum + row.n, 0);
    assert.equal(n + answer.elsewhere + answer.online + answer.no_place, answer.total);
    const shown = await page.locator("#boroughs tbody tr").evaluateAll((list) => list.map((row) => Number(row.cells[1].textContent.replaceAll(",", ""))));
    assert.deepEqual(shown, answer.rows.map((row) => row.n).sort((a, b) => b - a));
    await assertAccessible(page, "boroughs");
    await page.click("#table-hotspots");
    await rows(page).first().waitFor({ state: "visible" });
    assert.equal(new URL(page.url()).search, "");
    await assertClean(page, seen);
    await page.close();
  });

  test("has places to engage below the table, hatched on the map and without a count, and says how far an empty list could see", async () => {
    const answer = await api("/api/v1/silence");
    const { page, seen } = await open();
    await ready(page);
    const section = page.locator("#silence");
    const line = await section.locator("summary").innerText();
    if (answer.why_not === null) assert.ok(line.includes(`${answer.could_be_named.toLocaleString("en-GB")} of ${answer.asked.toLocaleString("en-GB")} `), line);
    else assert.match(line, /no map of silence/);
    await section.locator("summary").click();
    assert.ok((await section.innerText()).includes(answer.why_not ?? answer.sentence));
    assert.equal(await section.locator("tbody tr").count(), answer.features.length);
    await page.locator("#feedback summary").click();
    assert.ok((await page.locator("#feedback").innerText()).includes(release.feedback.sentence));
    assert.equal(await page.locator("#feedback tbody").count(), 2);
    await assertAccessible(page, "places to engage and feedback");
    await assertClean(page, seen);
    await page.close();

    // The same section with one planted place, in the middle of what is shown.
    const [w, s, e, n] = release.bounds;
    const [x, y, size] = [(w + e) / 2, (s + n) / 2, (n - s) / 12];
    const ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]];
    const properties = { unit: "planted", name: "Planted quarter", borough: null, reporting_lo: 0.02, reporting_hi: 0.4, sentence: "" };
    const planted = {
      ...answer,
      why_not: null,
      asked: 90,
      could_be_named: 7,
      measures: ["residents", "third-party reports"],
      sentence: "1 place to engage was found.",
      features: [{ type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties }],
    };
    const other = await open("", { routes: [["**/api/v1/silence*", (route) => route.fulfill({ json: planted })]] });
    await ready(other.page);
    const places = other.page.locator("#silence");
    await places.locator("summary").click();
    const row = places.locator("tbody tr");
    assert.match(await row.innerText(), /Planted quarter\s+–\s+0\.02 to 0\.40 times/);
    assert.match(await places.innerText(), /no count of crime/);
    const drawn = () => other.page.locator("canvas.maplibregl-canvas").screenshot();
    const before = await drawn();
    const toggle = places.locator("button[aria-pressed]");
    await settle(other.page, () => toggle.click());
    assert.equal(await toggle.getAttribute("aria-pressed"), "true");
    assert.notDeepEqual(await drawn(), before, "the place is drawn");
    await settle(other.page, () => toggle.click());
    assert.deepEqual(await drawn(), before, "and taken off again");
    await settle(other.page, () => row.locator("button").click());
    assert.equal(await toggle.getAttribute("aria-pressed"), "true");
    await other.page.waitForFunction(() => new URL(location.href).search.length > 0);
    assert.equal(await other.page.locator("#detail").isHidden(), true, "a place to engage is no hotspot");
    await assertAccessible(other.page, "a place to engage");
    await assertClean(other.page, other.seen);
    await other.page.close();
  });

  test("says cannot tell in words when a strand has too few incidents", async (t) => {
    const few = release.strands.find((s) => s.hotspots === null);
    if (!few) return t.skip("every strand of this release has enough incidents");
    const { page } = await open(`?strand=${few.id}`, { init: withoutWebGl });
    await ready(page);
    assert.match(await page.locator("#hotspots").innerText(), /Cannot tell/);
    assert.match(await headline(page), /cannot tell/);
    await assertAccessible(page, "cannot tell");
    await page.close();
  });

  test("shows what the server says is wrong, and tries again", async () => {
    const problem = { status: 400, contentType: "application/problem+json", body: JSON.stringify({ title: "Bad parameter", status: 400, detail: "layer: allowed are count, density" }) };
    let broken = true;
    const { page } = await open("?layer=nonsense", { init: withoutWebGl, routes: [["**/api/v1/cells*", (route) => (broken ? route.fulfill(problem) : route.continue({ url: route.request().url().replace("nonsense", "count") }))]] });
    const alert = page.locator('[data-kind="cells-error"]');
    await alert.waitFor();
    assert.match(await alert.innerText(), /layer: allowed are count, density/);
    await ready(page);
    assert.ok((await rows(page).count()) > 0, "the table is there all the same");
    await assertAccessible(page, "error");
    broken = false;
    await settle(page, () => alert.locator("button").click());
    assert.equal(await alert.count(), 0);
    assert.ok((await legend(page)).n > 0);
    await page.close();
  });

  test("works without WebGL and at 320 pixels, and says that a release of a link is gone", async () => {
    const { page, seen } = await open("?release=long-gone", {
      size: { width: 320, height: 640 },
      init: withoutWebGl,
    });
    await ready(page);
    assert.match(await page.locator("#map-message").innerText(), /cannot draw the map/);
    assert.match(await page.locator("#notices").innerText(), /long-gone/);
    const { features } = await api("/api/v1/hotspots");
    assert.equal(await rows(page).count(), features.length);
    assert.ok((await legend(page)).n > 0);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 320, `the page is ${width} pixels wide`);
    await rows(page).first().locator("button").click();
    await page.locator("#detail").waitFor({ state: "visible" });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320);
    await assertClean(page, seen);
    await assertAccessible(page, "no map, 320 px");
    await page.close();
  });

  test("lets the keyboard skip to the table", async () => {
    const { page } = await open("", { init: withoutWebGl });
    await rows(page).first().waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip-link");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => document.activeElement.closest("#tables, #hotspots"));
    await page.close();
  });
});
