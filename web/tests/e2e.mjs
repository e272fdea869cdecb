// The page in a real Chromium against a running server: HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/e2e.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { openBrowser, ready } from "../scripts/browser.mjs";
import { settle } from "./acts.mjs";
import { axeFinds } from "./axe.mjs";
import { api, origin } from "./server.mjs";

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
  assert.deepEqual(await axeFinds(page), [], `axe: ${state}`);
}

const legend = (page) =>
  page.evaluate(() => ({
    n: Number(document.querySelector("#legend").dataset.n),
    incidents: [...document.querySelectorAll("#legend li")].map((li) => Number(li.dataset.incidents)),
  }));
const rows = (page) => page.locator("#hotspots tbody tr[data-id]");
const headline = (page) => page.locator("h1").innerText();

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

  test("says in the panel what is given there beside what is needed, and leads to the question", async () => {
    const { features } = await api("/api/v1/hotspots");
    const { id } = features[0].properties;
    const { page, seen } = await open(`?hotspot=${id}`, { init: withoutWebGl });
    await ready(page);
    const { kinds, caveat } = await api(`/api/v1/challenge/place?place=${id}`);
    const panel = page.locator("#detail-resources");
    const said = await panel.locator("dd").allInnerTexts();
    assert.equal(said.length, kinds.length);
    kinds.forEach(({ sentence }, i) => assert.ok(said[i].startsWith(sentence), sentence));
    assert.ok((await panel.innerText()).includes(caveat));
    await assertAccessible(page, "resources in the panel");
    assert.deepEqual(seen.errors, []);
    await panel.getByRole("link", { name: /Ask about it/ }).first().click();
    await page.waitForURL(new RegExp(`/challenge/raise.+kind=${kinds[0].kind}&place=${id}`));
    assert.match(await page.locator("main").innerText(), /Raise a challenge/);
    await page.close();
  });

  test("says in the panel that the server has no resources, or that they cannot be loaded", async () => {
    const { features } = await api("/api/v1/hotspots");
    for (const [status, words] of [[404, "was given no table of resources"], [500, "could not be loaded. The server could not answer."]]) {
      const problem = { status, contentType: "application/problem+json", body: JSON.stringify({ title: "Problem", status, detail: "The server could not answer." }) };
      const { page } = await open(`?hotspot=${features[0].properties.id}`, { init: withoutWebGl, routes: [["**/api/v1/challenge/place?*", (route) => route.fulfill(problem)]] });
      await ready(page);
      assert.ok((await page.locator("#detail-resources").innerText()).includes(words), words);
      await page.close();
    }
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
    await page.locator("#map").evaluate((map) => map.scrollIntoView({ block: "center" }));
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
    const drawn = async () => {
      // From the same place of the page: half a pixel changes every line.
      await other.page.evaluate(() => scrollTo(0, 0));
      return other.page.locator("canvas.maplibregl-canvas").screenshot();
    };
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
    const few = release.strands.find((s) => s.analysed && s.hotspots === null);
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
    const { page } = await open("?layer=density", { init: withoutWebGl, routes: [["**/api/v1/cells*", (route) => (broken ? route.fulfill(problem) : route.continue())]] });
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
    assert.equal(await page.locator("#still .still-hotspot").count(), features.length, "a picture has the outlines");
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

  test("keeps a map and a table that can be used on an ordinary screen, with the filters open or a panel, and no page below them", async () => {
    const height = (page, selector) => page.locator(selector).evaluate((node) => node.getBoundingClientRect().height);
    const { page } = await open("?strand=race", { size: { width: 1366, height: 850 } });
    await ready(page);
    for (const open of [false, true]) {
      await page.evaluate((open) => (document.querySelector("#narrowing details").open = open), open);
      await ready(page);
      for (const part of ["#map", "#hotspots"]) assert.ok((await height(page, part)) >= 320, `${part}, filters ${open ? "open" : "closed"}`);
      assert.ok((await height(page, "#hotspots .table-scroll")) >= 250);
    }
    await page.evaluate(() => (document.querySelector("#narrowing details").open = false));
    await settle(page, () => rows(page).first().click());
    const [whole, shown] = await page.evaluate(() => [document.documentElement.scrollHeight, document.querySelector("#main").getBoundingClientRect().bottom + scrollY]);
    assert.ok(Math.abs(whole - shown) <= 2, `the page is ${whole} px high, and what it shows ends at ${shown}`);
    await page.close();
  });

  test("says without a script, before all else, where the same figures are, and waits for nothing", async () => {
    const plain = await openBrowser({ javaScriptEnabled: false });
    const page = await plain.browser.newPage();
    await page.goto(origin);
    assert.ok((await page.locator("noscript a[href='/table']").boundingBox()).y < 200);
    assert.doesNotMatch(await page.locator("body").innerText(), /Loading|Filters and months/);
    await plain.close();
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

/** Answers of the server with one thing changed in them. */
const patched = (pattern, patch) => [pattern, async (route) => {
  const response = await route.fetch();
  const body = await response.json();
  patch(body);
  await route.fulfill({ response, json: body });
}];
const problemAnswer = (status, title, detail) => ({ status, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", title, status, detail, request_id: "0123456789abcdef" }) });
const param = (page, key) => new URL(page.url()).searchParams.get(key);
const activeText = (page) => page.evaluate(() => document.activeElement.textContent);
const notice = (page, kind) => page.locator(`#notices [data-kind="${kind}"]`);

describe("the views of one state", { concurrency: false }, () => {
  test("has Map, Table, Chart and About, each with an address, and Back goes from one to the other", async () => {
    const { page, seen } = await open("?strand=race");
    await ready(page);
    const n = (await api("/api/v1/hotspots?strand=race")).features.length;
    await settle(page, () => page.click("#tab-table"));
    assert.equal(param(page, "view"), "table");
    assert.equal(param(page, "strand"), "race");
    assert.equal(await page.locator(".map-column").isVisible(), false);
    assert.equal(await page.locator("#tab-table").getAttribute("aria-current"), "page");
    assert.equal(await rows(page).count(), Math.min(n, 100), "a page of the table holds at most 100 rows");
    assert.ok((await page.locator("#hotspots thead th").count()) > 10, "the full table says more");
    await assertAccessible(page, "table view");
    if (n > 100) {
      await page.click("#page-next");
      assert.equal(await page.locator("#live").textContent(), `Page 2 of ${Math.ceil(n / 100)}`);
      assert.equal(await rows(page).first().locator("td").first().innerText(), "101");
      await page.click(`#page-${Math.ceil(n / 100)}`);
      assert.equal(await rows(page).count(), n % 100 || 100);
      await page.locator('th[data-column="n"] button').click();
      const first = Number((await rows(page).first().locator("td").nth(2).innerText()).replaceAll(",", ""));
      const most = Math.max(...(await api("/api/v1/hotspots?strand=race")).features.map((f) => f.properties.n));
      assert.equal(first, most, "the whole is sorted, not one page of it");
    }
    await settle(page, () => rows(page).nth(3).locator("button").click());
    assert.equal(param(page, "hotspot"), await rows(page).nth(3).getAttribute("data-id"));
    assert.equal(await rows(page).nth(3).getAttribute("aria-current"), "true");
    await assertAccessible(page, "table view with a hotspot");
    await settle(page, () => page.click("#tab-chart"));
    await page.locator("#chart .series-chart").waitFor();
    await assertAccessible(page, "chart view");
    await settle(page, () => page.click("#tab-about"));
    assert.match(await page.locator("#about").innerText(), /What the map cannot say/);
    assert.ok((await page.locator("#about").innerText()).includes(release.id));
    await assertAccessible(page, "about view");
    for (const tab of ["chart", "table", "table", null]) {
      await settle(page, () => page.goBack());
      assert.equal(param(page, "view"), tab);
    }
    assert.equal(await page.locator(".map-column").isVisible(), true);
    assert.ok((await legend(page)).n > 0);
    await assertClean(page, seen);
    await page.close();
  });

  test("opens the map only when its tab is chosen, and then with the same state", async () => {
    const { page, seen } = await open("?view=about&strand=race");
    await ready(page);
    assert.equal(seen.requests.filter((r) => r.startsWith("/tiles/")).length, 0);
    assert.equal(await page.locator("canvas.maplibregl-canvas").count(), 0);
    await settle(page, () => page.click("#tab-map"));
    assert.equal(await page.locator("canvas.maplibregl-canvas").count(), 1);
    assert.ok((await page.locator("canvas.maplibregl-canvas").boundingBox()).width > 300);
    await settle(page, () => page.click("#tab-table"));
    await settle(page, () => page.click("#tab-map"));
    assert.ok((await page.locator("canvas.maplibregl-canvas").boundingBox()).width > 300, "the map has its size again");
    assert.equal(param(page, "zoom"), null, "looking away is no move of the map");
    await assertClean(page, seen);
    await page.close();
  });

  test("draws the same figures as it says: each hotspot of the chart, each month of the series", async () => {
    const { page, seen } = await open("?view=chart&from=2026-05", { init: withoutWebGl });
    await ready(page);
    const { features } = await api("/api/v1/hotspots");
    const drawn = await page.locator("#chart .dots tbody tr").evaluateAll((list) => list.map((row) => [row.dataset.id, Number(row.cells[4].textContent.replaceAll(",", ""))]));
    const wanted = features.map((f) => f.properties).sort((a, b) => a.rank - b.rank).map(({ id, n }) => [id, n]);
    assert.deepEqual(drawn, wanted.slice(0, 40));
    await page.locator("#chart .ranked > button").click();
    assert.equal(await page.locator("#chart .dots tbody tr").count(), features.length);
    await page.locator("#chart .series summary").click();
    const months = await page.locator("#chart .series tbody tr").evaluateAll((list) => list.map((row) => Number(row.cells[1].textContent.replaceAll(",", ""))));
    const whole = await api("/api/v1/boroughs?from=2026-05");
    assert.equal(months.reduce((a, b) => a + b, 0), whole.total, "the months add up to the period");
    assert.equal(await page.locator("#chart .series rect.bar").count(), months.length);
    const name = page.locator("#chart .dots tbody button").nth(1);
    await settle(page, () => name.click());
    await page.locator("#detail").waitFor({ state: "visible" });
    await assertAccessible(page, "chart view with a hotspot");
    await page.keyboard.press("Escape");
    assert.equal(await activeText(page), await name.textContent(), "the focus is on its name in the chart again");
    await assertClean(page, seen);
    await page.close();
  });

  test("copies the link of what is shown", async () => {
    const { page } = await open("?view=table&strand=race", { init: withoutWebGl });
    await ready(page);
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => void (globalThis.copied = text) } }));
    await page.locator("#copy button").click();
    await page.waitForFunction(() => document.querySelector("#live").textContent === "Link copied");
    assert.equal(await page.evaluate(() => globalThis.copied), page.url());
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true })).catch(() => undefined);
    await page.close();
  });

  test("moves the months by thumb, by step, by a click on the track and by play, which stops at the end", async () => {
    const { page, seen } = await open("", { init: withoutWebGl });
    await ready(page);
    const last = page.locator('[data-part="thumb-to"]');
    const first = page.locator('[data-part="thumb-from"]');
    assert.match(await last.getAttribute("aria-valuetext"), /^[A-Z][a-z]{2} \d{4}$/);
    await last.focus();
    await settle(page, () => page.keyboard.press("ArrowLeft"));
    assert.equal(param(page, "to"), "2026-09");
    assert.equal(await page.locator("#to").inputValue(), "2026-09", "thumb and list say the same");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.part), "thumb-to", "the thumb keeps the focus");
    await settle(page, () => page.click('[data-part="previous"]'));
    assert.equal(param(page, "from"), "2025-10");
    assert.equal(param(page, "to"), "2026-08");
    assert.equal((await legend(page)).n, (await api("/api/v1/cells?from=2025-10&to=2026-08")).n);
    const track = await page.locator('[data-part="track"]').boundingBox();
    await settle(page, () => page.mouse.click(track.x + 40, track.y + track.height / 2));
    assert.ok(param(page, "from") < "2025-10", "a click on the track moves the nearer thumb");
    assert.equal(param(page, "to"), "2026-08");
    // Both thumbs at the right end: the first one can still be taken back.
    await settle(page, () => page.click("#quick-2"));
    await first.focus();
    await settle(page, () => page.keyboard.press("ArrowLeft"));
    assert.equal(param(page, "from"), "2026-09");
    for (const { from, what } of release.breaks) {
      assert.match(await page.locator(".track-break").first().innerText(), new RegExp(from.slice(0, 4)));
      assert.ok((await page.locator(".breaks").textContent()).includes(what));
    }
    await page.selectOption("#speed", "fast");
    await settle(page, () => page.selectOption("#from", "2026-07"));
    await settle(page, () => page.selectOption("#to", "2026-08"));
    const steps = await page.evaluate(() => history.length);
    await page.click('[data-part="play"]');
    assert.equal(await page.locator('[data-part="play"]').innerText(), "Pause");
    await page.waitForFunction(() => document.querySelector('[data-part="play"]').textContent === "Play");
    assert.equal(param(page, "to"), null, "it ends with the last month");
    assert.match(await page.locator("#live").textContent(), /Stopped at the end, Sep – Oct 2026/);
    assert.ok((await page.evaluate(() => history.length)) <= steps + 1, "a play-back is one step of Back");
    await page.click('[data-part="play"]');
    await page.waitForFunction(() => new URL(location.href).searchParams.get("from") === "2023-11", null, { polling: 20 });
    await page.click('[data-part="play"]');
    const paused = param(page, "from");
    await page.waitForTimeout(1500);
    assert.equal(param(page, "from"), paused, "pause holds it");
    await assertAccessible(page, "months");
    await assertClean(page, seen);
    await page.close();
  });

  test("plays step by step for those who ask for less motion, and moves no camera", async () => {
    const { page } = await open("?from=2026-08&to=2026-08");
    await page.emulateMedia({ reducedMotion: "reduce" });
    await ready(page);
    await page.selectOption("#speed", "fast");
    await page.click('[data-part="play"]');
    await page.waitForFunction(() => new URL(location.href).searchParams.get("from") === "2026-10");
    await page.waitForFunction(() => document.querySelector('[data-part="play"]').textContent === "Play");
    assert.equal(param(page, "zoom"), null, "the camera has not moved");
    await settle(page, () => page.click(".pan-right"));
    assert.ok(Number(param(page, "lon")) > -0.09, "one click moves the map");
    await settle(page, () => page.click(".pan-whole"));
    await page.close();
  });

  test("says in the legend what a colour is, what has none, and where the method is", async () => {
    const { page } = await open("?layer=probability");
    await ready(page);
    const text = await page.locator("#legend").innerText();
    assert.match(text, /Scale locked/);
    assert.match(text, /no colour: below 0\.2/);
    if (release.person_check.withheld > 0) assert.ok(text.includes(`withheld, so that no person is pointed at: ${release.person_check.withheld.toLocaleString("en-GB")} incidents`));
    assert.equal(await page.locator("#legend .definition a").getAttribute("href"), "/method#probability");
    await page.close();
  });

  test("marks in the legend the class under the pointer and, as a ghost, that of the chosen hotspot", async () => {
    const { features } = await api("/api/v1/hotspots");
    const { id, peak } = features[0].properties;
    const cells = await api("/api/v1/cells");
    const { page } = await open(`?hotspot=${id}&zoom=12&lon=-0.13&lat=51.51`);
    await ready(page);
    const chosen = page.locator("#legend li.is-chosen");
    assert.equal(Number(await chosen.getAttribute("data-class")), cells.cells.class[cells.cells.id.indexOf(peak)]);
    await page.locator("#map").evaluate((map) => map.scrollIntoView({ block: "center" }));
    const box = await page.locator("#map").boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator("#legend li.is-hovered").waitFor();
    await page.close();
  });
});

describe("the keyboard", { concurrency: false }, () => {
  test("walks the list of hotspots in view, by rank and by direction, opens one and comes back", async () => {
    const { page, seen } = await open();
    await ready(page);
    await page.locator("canvas.maplibregl-canvas").focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => /Centre .* north, .*; zoom .* in view/.test(document.querySelector("#live").textContent));
    await ready(page);
    const list = page.getByRole("listbox", { name: /Hotspots in view on the map/ });
    const options = list.getByRole("option");
    const n = await options.count();
    assert.ok(n > 100, `${n} hotspots are in view`);
    assert.equal(await list.locator('[tabindex="0"]').count(), 1, "one option is in the order of Tab");
    // From the map by Tab alone, past its buttons.
    for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement.closest("#in-view"))); i++) await page.keyboard.press("Tab");
    const at = () => page.evaluate(() => document.activeElement.dataset.id);
    const order = await options.evaluateAll((all) => all.map((o) => o.dataset.id));
    assert.equal(await at(), order[0]);
    assert.equal(await page.locator("#in-view-ring").isVisible(), true, "the place is marked on the map");
    assert.equal(await page.locator("#readout").isVisible(), true, "and says what a pointer would be told");
    await page.keyboard.press("ArrowDown");
    assert.equal(await at(), order[1]);
    await page.keyboard.press("End");
    assert.equal(await at(), order.at(-1));
    await page.keyboard.press("Home");
    const place = () => page.evaluate(() => document.querySelector("#in-view-ring").getBoundingClientRect().x);
    const before = await place();
    await page.keyboard.press("Alt+ArrowRight");
    assert.ok((await place()) > before, "Alt and an arrow go that way on the map");
    const id = await at();
    await assertAccessible(page, "list of hotspots in view");
    await settle(page, () => page.keyboard.press("Enter"));
    assert.equal(param(page, "hotspot"), id);
    assert.equal(await page.evaluate(() => document.activeElement.id), "detail-title");
    await page.keyboard.press("Escape");
    assert.equal(await at(), id, "the focus is on the option again");
    await page.keyboard.press("Escape");
    assert.match(await page.evaluate(() => document.activeElement.className), /maplibregl-canvas/);
    assert.equal(await page.locator("#in-view-ring").isVisible(), false);
    await assertClean(page, seen);
    await page.close();
  });

  test("gives a screen reader the map, its list and the panel as a tree", async () => {
    const { features } = await api("/api/v1/hotspots");
    const { id, name } = features[0].properties;
    const { page } = await open(`?hotspot=${id}`);
    await ready(page);
    const tree = await page.locator("#main").ariaSnapshot();
    for (const says of [/- region "Map":/, /- region "Map of hotspots\. Arrow keys/, /- listbox "Hotspots in view on the map, \d+":/, /option "1\. .*times expected \(95% interval .*\), evidence .*" \[selected\]/, /- region "Chosen hotspot":/, /- group "Move the map":/, /- button "Move the map left \(west\)"/]) assert.match(tree, says);
    assert.ok(tree.includes(name));
    assert.equal(await page.locator("#live").getAttribute("aria-live"), "polite");
    await page.close();
  });

  test("opens the help on keys, by Alt+K anywhere and by ? on the map only, and gives the focus back", async () => {
    const { page, seen } = await open();
    await ready(page);
    const dialog = page.locator("#keys");
    await page.locator("#strand").focus();
    await page.keyboard.press("?");
    assert.equal(await dialog.isVisible(), false, "a letter in a filter is a letter");
    await page.keyboard.press("Alt+KeyK");
    assert.equal(await dialog.isVisible(), true);
    await assertAccessible(page, "help on keys");
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.id), "strand");
    await page.locator("canvas.maplibregl-canvas").focus();
    await page.keyboard.press("?");
    assert.equal(await dialog.isVisible(), true);
    await dialog.locator("button").click();
    assert.match(await page.evaluate(() => document.activeElement.className), /maplibregl-canvas/);
    await assertClean(page, seen);
    await page.close();
  });

  test("makes the whole journey alone: filter, months, view, hotspot, and back", async () => {
    const { page } = await open("", { init: withoutWebGl });
    await ready(page);
    const until = async (what) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((s) => document.activeElement.matches(s), what)) return;
      }
      assert.fail(`Tab never comes to ${what}`);
    };
    await until("#strand");
    await settle(page, () => page.keyboard.press("ArrowDown"));
    assert.notEqual(param(page, "strand"), null);
    await until('[data-part="thumb-from"]');
    await settle(page, () => page.keyboard.press("ArrowRight"));
    assert.notEqual(param(page, "from"), null);
    await until("#tab-table");
    await settle(page, () => page.keyboard.press("Enter"));
    assert.equal(param(page, "view"), "table");
    await until("#only-clear");
    await settle(page, () => page.keyboard.press("Space"));
    assert.equal(param(page, "evidence"), "clear");
    assert.equal(await page.evaluate(() => document.activeElement.id), "only-clear", "the switch keeps the focus");
    await until("tr[data-id] button");
    await settle(page, () => page.keyboard.press("Enter"));
    assert.equal(await page.evaluate(() => document.activeElement.id), "detail-title");
    await page.keyboard.press("Escape");
    assert.ok(await page.evaluate(() => document.activeElement.closest("tr[data-id]")));
    await page.close();
  });
});

describe("what is new, and what is not as it should be", { concurrency: false }, () => {
  test("puts what is new at the top, and lists it alone or the clear alone, on the map too", async () => {
    const patch = (body) => body.features.forEach(({ properties: s }, i) => {
      s.change = i === 4 ? "new" : i === 9 ? "grew" : "continued";
    });
    const { page, seen } = await open("", { routes: [patched("**/api/v1/hotspots?*", patch)] });
    await ready(page);
    const { features } = await api("/api/v1/hotspots");
    const spots = features.map((f) => f.properties);
    const text = await page.locator("#selection").innerText();
    assert.match(text, /1 new, 1 larger/);
    assert.ok(text.includes(spots[4].name));
    assert.equal(await page.locator(`tr[data-id="${spots[4].id}"] .changed`).innerText(), "new");
    await settle(page, () => page.click("#only-changed"));
    assert.equal(param(page, "changed"), "yes");
    assert.deepEqual(await rows(page).evaluateAll((list) => list.map((r) => r.dataset.id)), [spots[4].id, spots[9].id]);
    assert.match(await page.locator("#hotspots caption").innerText(), new RegExp(`2 hotspots of ${spots.length}`));
    assert.match(await page.locator("#in-view").getAttribute("aria-label"), /, 2$/, "the map has the same");
    await assertAccessible(page, "only the changed");
    await settle(page, () => page.click("#only-changed"));
    await settle(page, () => page.click("#only-clear"));
    assert.equal(await rows(page).count(), spots.filter((s) => s.evidence === "clear").length);
    await settle(page, () => page.goBack());
    assert.equal(await rows(page).count(), spots.length);
    await assertClean(page, seen);
    await page.close();
    // A choice that leaves nothing says so, and takes itself back with one click.
    const other = await open("?changed=yes", { init: withoutWebGl, routes: [patched("**/api/v1/hotspots?*", (body) => body.features.forEach((f) => (f.properties.change = "continued")))] });
    await ready(other.page);
    assert.match(await other.page.locator("#hotspots").innerText(), /None of these/);
    await settle(other.page, () => other.page.locator("#hotspots button").click());
    assert.equal(await rows(other.page).count(), spots.length);
    await other.page.close();
  });

  test("mends an empty answer with one click", async () => {
    const empty = patched("**/api/v1/cells*", (body) => {
      if (body.from === body.to) Object.assign(body, { n: 0, cells: { id: [], n: [], value: [], class: [] }, legend: body.legend.map((c) => ({ ...c, incidents: 0 })) });
    });
    const { page, seen } = await open("?from=2026-10", { init: withoutWebGl, routes: [empty] });
    await ready(page);
    assert.match(await notice(page, "empty").innerText(), /not that nothing happened/);
    await assertAccessible(page, "empty");
    await settle(page, () => notice(page, "empty").locator("button").click());
    assert.equal(new URL(page.url()).search, "");
    assert.equal(await notice(page, "empty").count(), 0);
    assert.ok((await legend(page)).n > 0);
    await assertClean(page, seen);
    await page.close();
  });

  test("says the number of a failed request", async () => {
    const { page } = await open("", { init: withoutWebGl, routes: [["**/api/v1/hotspots?*", (route) => route.fulfill(problemAnswer(500, "Internal error", "The server could not answer."))]] });
    await ready(page);
    assert.match(await notice(page, "hotspots-error").innerText(), /The server could not answer\. To report it, give the number 0123456789abcdef\./);
    await assertAccessible(page, "error with a number");
    await page.close();
  });

  test("shows a skeleton, says after a while that it is slow, and lets the reader stop", async () => {
    let held = [];
    let slow = true;
    const { page } = await open("", { init: withoutWebGl, routes: [["**/api/v1/hotspots?*", (route) => (slow ? void held.push(route) : route.continue())]] });
    await page.locator("#hotspots .skeleton").waitFor();
    assert.equal(await page.locator("#main").getAttribute("aria-busy"), "true");
    await notice(page, "slow").waitFor();
    assert.match(await notice(page, "slow").innerText(), /Still waiting for the hotspots/);
    await assertAccessible(page, "slow");
    await notice(page, "slow").locator("button").click();
    await ready(page);
    assert.equal(await notice(page, "slow").count(), 0);
    assert.match(await notice(page, "hotspots-error").innerText(), /Stopped/);
    slow = false;
    await settle(page, () => notice(page, "hotspots-error").locator("button").click());
    assert.ok((await rows(page).count()) > 0);
    held.forEach((route) => route.abort().catch(() => undefined));
    await page.close();
  });

  test("says which parts of the map are missing, while the table is whole", async () => {
    const { page } = await open("", { routes: [["**/tiles/**", (route) => route.fulfill({ status: 503, body: "" })]] });
    await ready(page);
    assert.match(await notice(page, "tiles").innerText(), /could not be loaded; the table is complete/);
    assert.equal(await rows(page).count(), (await api("/api/v1/hotspots")).features.length);
    await assertAccessible(page, "tiles missing");
    await page.close();
  });

  test("keeps the release on the screen when a newer one comes, says how old it is, and shows the newest when asked", async () => {
    let newer = false;
    const next = patched("**/api/v1/releases", (body) => {
      const [was] = body.releases;
      if (newer) body.releases = [{ ...was, id: "2026-11-newer", month: "2026-11", as_known_on: "2026-12-06" }, was];
    });
    // The newer release answers with the figures of the one that is there.
    const alias = [/2026-11-newer/, (route) => route.continue({ url: route.request().url().replace("2026-11-newer", release.id) })];
    const { page, seen } = await open("?strand=race", { init: withoutWebGl, routes: [next, alias] });
    await ready(page);
    const before = await headline(page);
    assert.equal(await notice(page, "stale").count(), 0);
    newer = true;
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await notice(page, "stale").waitFor();
    assert.match(await notice(page, "stale").innerText(), /Figures as at .*There is the release of Nov 2026/);
    assert.equal(await headline(page), before, "nothing else has changed");
    await assertAccessible(page, "stale release");
    // What is asked for next is still of the release on the screen.
    await settle(page, () => page.selectOption("#strand", "all"));
    assert.ok(seen.requests.filter((r) => r.startsWith("/api/v1/hotspots?")).every((r) => r.includes(release.id)));
    await settle(page, () => notice(page, "stale").locator("button").click());
    assert.equal(await notice(page, "stale").count(), 0);
    assert.ok(seen.requests.some((r) => r.startsWith("/api/v1/hotspots?") && r.includes("2026-11-newer")));
    await assertClean(page, seen);
    await page.close();
    // A link to an older release says so at once.
    newer = true;
    const link = await open(`?release=${release.id}`, { init: withoutWebGl, routes: [next, alias] });
    await ready(link.page);
    assert.match(await notice(link.page, "stale").innerText(), /Figures as at/);
    await link.page.close();
  });

  test("sends whoever is signed out to the sign-in, and back to the same page", async () => {
    const { page } = await open("?strand=race&view=table", { init: withoutWebGl, routes: [["**/api/v1/hotspots?*", (route) => route.fulfill(problemAnswer(401, "Signed out", "Sign in to see this."))]] });
    await ready(page);
    const href = await notice(page, "hotspots-error").getByRole("link", { name: "Sign in again" }).getAttribute("href");
    assert.equal(new URLSearchParams(href.split("?")[1]).get("next"), "/?strand=race&view=table");
    await page.close();
  });

  for (const view of ["map", "table", "chart", "about"]) {
    test(`fits 320 pixels without sideways scrolling: ${view}`, async () => {
      const { page } = await open(view === "map" ? "" : `?view=${view}`, { size: { width: 320, height: 640 }, init: withoutWebGl });
      await ready(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 320, `the page is ${width} pixels wide`);
      const small = await page.evaluate(() => [...document.querySelectorAll(".views a, .months button, .switch, .chip, .table-pages button, #copy button")].filter((b) => b.offsetParent).map((b) => [b.textContent, b.offsetWidth, b.offsetHeight]).filter(([, w, h]) => w < 24 || h < 24));
      assert.deepEqual(small, [], "targets of at least 24 pixels");
      await assertAccessible(page, `${view}, 320 px`);
      await page.close();
    });
  }

  test("stays readable in forced colours and in print", async () => {
    const { page } = await open("?view=chart", { init: withoutWebGl });
    await page.emulateMedia({ forcedColors: "active" });
    await ready(page);
    const lines = await page.evaluate(() => [...document.querySelectorAll(".dot-row .dot")].slice(0, 1).map((l) => getComputedStyle(l).stroke));
    assert.ok(lines.length === 1 && lines[0] !== "none");
    await page.emulateMedia({ forcedColors: "none", media: "print" });
    for (const hidden of ["#filters", "#months", "#views", "#copy"]) assert.equal(await page.locator(hidden).isVisible(), false, `${hidden} is not printed`);
    assert.equal(await page.locator("#chart").isVisible(), true);
    await page.close();
  });
});

describe("narrowing and comparing", { concurrency: false }, () => {
  test("narrows the records by boxes, says so in headline, address and chips, and takes each away", async () => {
    const { page, seen } = await open("", { init: withoutWebGl });
    await ready(page);
    await page.locator("#narrowing summary").click();
    await settle(page, () => page.getByRole("checkbox", { name: /^Street or public place/ }).check());
    await settle(page, () => page.getByRole("checkbox", { name: "Saturday" }).check());
    assert.match(page.url(), /setting=street&days=sat/);
    assert.match(await headline(page), /street or public place, Saturday/);
    const { n } = await api(`/api/v1/cells?setting=street&days=sat`);
    assert.equal((await legend(page)).n, n);
    // What has no known hour is left out, and that is said.
    assert.match(await page.locator('[data-kind="hours"]').innerText(), /no known hour/);
    await assertAccessible(page, "filters open and on");
    await settle(page, () => page.getByRole("button", { name: "Take away: Day of the week: Saturday" }).click());
    assert.doesNotMatch(page.url(), /days=/);
    assert.equal(await page.evaluate(() => document.activeElement?.closest("#chips") !== null), true, "the focus stays with the chips");
    await settle(page, () => page.getByRole("button", { name: /Take away: Kind of place/ }).click());
    assert.equal(await page.locator("#chips").isHidden(), true);
    await assertClean(page, seen);
    await page.close();
  });

  test("lists the hotspots of one borough, which the map and the headline follow", async () => {
    const all = (await api("/api/v1/hotspots")).features.map((f) => f.properties);
    const { borough } = all[0];
    const { page } = await open(`?borough=${encodeURIComponent(borough)}`, { init: withoutWebGl });
    await ready(page);
    assert.equal(await rows(page).count(), all.filter((s) => s.borough === borough).length);
    assert.ok((await headline(page)).includes(`in ${borough}`));
    await page.close();
  });

  test("compares two periods on the map and by place, with the figures of the server", async () => {
    const { page, seen } = await open();
    await ready(page);
    await settle(page, () => page.selectOption("#versus", "year"));
    const answer = await api(`/api/v1/comparison?versus_from=${plusYears(release.window.from, -1)}&versus_to=${plusYears(release.window.to, -1)}`);
    assert.match(await headline(page), new RegExp(`${answer.total.n.toLocaleString("en-GB")} incidents against ${answer.total.before.toLocaleString("en-GB")}`));
    const table = page.locator("#changes tbody tr");
    assert.equal(await table.count(), answer.hotspots.length);
    assert.equal(await table.filter({ hasText: "More" }).count(), answer.hotspots.filter((s) => s.change === "more").length);
    assert.equal(await page.locator("#legend li").count(), 6);
    await assertAccessible(page, "two periods");
    await settle(page, () => page.getByRole("button", { name: "Change by borough" }).click());
    assert.equal(await page.locator("#borough-changes tbody tr").count(), answer.boroughs.length);
    await settle(page, () => page.selectOption("#versus", ""));
    assert.doesNotMatch(page.url(), /versus/);
    assert.equal(await page.locator("#hotspots").isVisible(), true);
    await assertClean(page, seen);
    await page.close();
  });

  test("puts the two periods side by side, each with its own figures, on maps that move together", async () => {
    const { page, seen } = await open("?versus=year");
    await ready(page);
    await settle(page, () => page.getByLabel("Side by side").check());
    await page.locator("#beside canvas.maplibregl-canvas").waitFor();
    const n = async (years) => (await api(`/api/v1/cells?from=${plusYears(release.window.from, years)}&to=${plusYears(release.window.to, years)}`)).n.toLocaleString("en-GB");
    assert.match(await page.locator("#map-caption").innerText(), new RegExp(`: ${await n(0)} incidents on the map`));
    assert.match(await page.locator("#beside-caption").innerText(), new RegExp(`: ${await n(-1)} incidents on the map`));
    assert.equal((await legend(page)).incidents.length, (await api("/api/v1/cells")).legend.length, "the classes of the layer, not those of a difference");
    const scales = () => page.locator(".maplibregl-ctrl-scale").allInnerTexts();
    const [far] = await scales();
    await settle(page, () => page.locator("#map .maplibregl-ctrl-zoom-in").click());
    // While they move one of them is a frame behind the other.
    await page.waitForFunction((far) => {
      const near = [...document.querySelectorAll(".maplibregl-ctrl-scale")].map((scale) => scale.textContent);
      return near.length === 2 && near.every((text) => text === near[0] && text !== far);
    }, far);
    await assertAccessible(page, "side by side");
    for (const [width, height] of [[1366, 900], [1920, 1080], [1280, 800], [390, 844]]) {
      await page.setViewportSize({ width, height });
      const under = (selector) => page.locator(selector).evaluate((node) => node.getBoundingClientRect());
      const [left, right, legend, tables] = await Promise.all(["#map", "#beside", "#legend", "#tables"].map(under));
      assert.ok(Math.max(left.bottom, right.bottom) <= legend.top && legend.bottom <= tables.top, `${width} by ${height}: nothing lies over anything`);
    }
    await page.setViewportSize({ width: 1000, height: 700 });
    await settle(page, () => page.getByLabel("Side by side").uncheck());
    assert.equal(await page.locator("#beside canvas").count(), 0);
    assert.equal(await page.locator("#legend li").count(), 6);
    await assertClean(page, seen);
    await page.close();
  });

  test("crosses a break of recording only when asked to", async () => {
    const brk = release.breaks[0]?.from.slice(0, 7);
    if (!brk || brk <= release.months.from) return;
    const { page } = await open(`?versus=${release.months.from}.${release.months.from}`, { init: withoutWebGl });
    await ready(page);
    assert.match(await page.locator('[data-kind="cells-error"]').innerText(), /two sides of a break/);
    await settle(page, () => page.getByRole("button", { name: "Compare all the same" }).click());
    assert.match(page.url(), /across=yes/);
    assert.match(await page.locator('[data-kind="comparison"]').innerText(), /may be that of the recording/);
    await page.close();
  });

  test("shows the records of a hotspot when asked, and not before", async () => {
    const [spot] = (await api("/api/v1/hotspots")).features.map((f) => f.properties);
    const { page, seen } = await open(`?hotspot=${spot.id}`, { init: withoutWebGl });
    await ready(page);
    assert.ok(!seen.requests.some((path) => path.includes("/records")), "nobody looks by opening the panel");
    await page.getByRole("button", { name: "Show the records" }).click();
    const table = page.locator("#detail-records tbody tr");
    await table.first().waitFor();
    const answer = await api(`/api/v1/hotspots/${spot.id}/records`);
    assert.equal(await table.count(), answer.records.length);
    // The bar that moves the table sideways is in sight with its first rows, and brings the last column.
    await page.setViewportSize({ width: 1366, height: 850 });
    const [region, panel] = await page.evaluate(() => {
      const region = document.querySelector("#detail-records .table-scroll");
      region.scrollLeft = region.scrollWidth;
      return [region.clientHeight, document.querySelector("#detail").clientHeight];
    });
    assert.ok(region < panel, `${region} of ${panel} px`);
    const edge = await page.locator("#detail").evaluate((node) => node.getBoundingClientRect().right);
    assert.ok((await page.locator("#detail-records thead th").last().evaluate((node) => node.getBoundingClientRect().right)) <= edge);
    await page.locator("#detail-records").getByRole("button", { name: /Offence/ }).click();
    const offences = await page.locator("#detail-records tbody tr td:nth-child(3)").allInnerTexts();
    assert.deepEqual(offences, [...offences].sort((a, b) => a.localeCompare(b, "en-GB")));
    await assertAccessible(page, "records of a hotspot");
    await page.close();
  });
});

const plusYears = (month, years) => `${Number(month.slice(0, 4)) + years}${month.slice(4)}`;

test("the palettes whose contrast is tested are those that the server sends", async () => {
  const tested = JSON.parse(readFileSync(new URL("palettes.json", import.meta.url), "utf8"));
  const sent = (await api("/api/v1/layers")).layers.filter((l) => l.classes?.length > 0).map(({ id, classes }) => [id, classes.map((c) => c.color)]);
  assert.deepEqual(tested.map(({ id, classes }) => [id, classes.map((c) => c.color)]), sent);
});
