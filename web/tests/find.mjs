// Files, places and areas on the page in a real Chromium against a running server: HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/find.mjs
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser, ready } from "../scripts/browser.mjs";
import { download, settle } from "./acts.mjs";
import { axeFinds } from "./axe.mjs";
import { api, origin } from "./server.mjs";

let browser;
let close;
let release;
let spots;

before(async () => {
  ({ browser, close } = await openBrowser({ width: 1280, height: 800, acceptDownloads: true, reducedMotion: "reduce" }));
  release = (await api("/api/v1/releases")).releases[0];
  spots = (await api("/api/v1/hotspots")).features.map((f) => f.properties).sort((a, b) => a.rank - b.rank);
});

after(async () => close?.());

/** A page that keeps account of every request and error. */
async function open(query = "", { size, init } = {}) {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  if (size) await page.setViewportSize(size);
  const seen = { requests: [], errors: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(error.message));
  if (init) await page.addInitScript(init);
  await page.goto(new URL(`/${query}`, origin).href, { waitUntil: "commit" });
  await ready(page);
  return { page, seen };
}

async function assertClean(page, seen, state) {
  assert.deepEqual(seen.requests.filter((url) => !/^(data|blob):/.test(url) && new URL(url).origin !== origin), [], "requests to other origins");
  assert.deepEqual(seen.errors, [], "errors on the console");
  assert.deepEqual(await axeFinds(page), [], `axe: ${state}`);
}

/** Records of a CSV file; none of ours has a line break in a field. */
function records(bytes) {
  const [head, ...rows] = bytes.toString("utf8").trimEnd().split("\n").map((line) => line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g).map((f) => f.replace(/,$/, "").replace(/^"|"$/g, "").replaceAll('""', '"')));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

/** West, south, east and north of the map, from its middle and zoom in the address. */
const view = (page) => Object.fromEntries(["lon", "lat", "zoom"].map((key) => [key, Number(new URL(page.url()).searchParams.get(key))]));

const find = (page, text) =>
  settle(page, async () => {
    await page.fill("#find", text);
    await page.press("#find", "Enter");
    await page.locator("#find-answer").waitFor({ state: "visible" });
  });

const answer = (page) => page.locator("#find-answer").innerText();

describe("files", { concurrency: false }, () => {
  test("the map, the table, the cells and the hotspots in view are saved, and each says what it rests on", async () => {
    const strand = release.strands.find((s) => s.id !== "all" && s.hotspots !== null).id;
    const { page, seen } = await open(`?strand=${strand}&lon=-0.08&lat=51.51&zoom=12`);
    await page.click("#download-tool summary");
    await assertClean(page, seen, "download open");
    const tail = `${release.month}-${strand.replaceAll("_", "-")}-${release.window.from}-to-${release.window.to}`;

    const png = await download(page, "#download-png");
    assert.equal(png.name, `map-${tail}.png`);
    assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
    const [width, height] = [png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)];
    const map = await page.locator("canvas.maplibregl-canvas").evaluate((canvas) => ({ width: canvas.width, height: canvas.height }));
    assert.equal(width, Math.max(640, map.width));
    assert.ok(height > map.height + 200, "title and legend stand round the map");
    const colours = await page.evaluate(async ([data, w]) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, w, Math.floor(image.height / 2)).data;
      const seen = new Set();
      for (let i = 0; i < pixels.length; i += 4) seen.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
      return seen.size;
    }, [png.bytes.toString("base64"), width]);
    assert.ok(colours > 100, `the map is drawn on the picture: ${colours} colours`);

    const table = await download(page, "#download-table");
    assert.equal(table.name, `hotspots-${tail}.csv`);
    const { features } = await api(`/api/v1/hotspots?strand=${strand}`);
    const wanted = features.map((f) => f.properties).sort((a, b) => a.rank - b.rank);
    const rows = records(table.bytes);
    assert.deepEqual(rows.map((r) => [r.hotspot, r.name, r.n]), wanted.map((s) => [s.id, s.name, String(s.n)]));
    for (const row of rows) {
      assert.equal(row.release, release.id);
      assert.equal(row.as_known_on, release.as_known_on);
      assert.equal(row.class, release.class);
      assert.match(row.marking, /^(SYNTHETIC|OFFICIAL)/);
      assert.deepEqual([row.from, row.to, row.strand], [release.window.from, release.window.to, strand]);
    }

    const cells = await download(page, "#download-cells");
    assert.equal(cells.name, `cells-in-view-${tail}.csv`);
    const known = await api(`/api/v1/cells?strand=${strand}&resolution=9`);
    const counts = new Map(known.cells.id.map((id, i) => [id, known.cells.n[i]]));
    const inView = records(cells.bytes);
    assert.ok(inView.length > 50 && inView.length < counts.size * 5);
    assert.ok(inView.some((r) => Number(r.n) > 0));
    for (const row of inView) {
      assert.equal(Number(row.n), counts.get(row.cell) ?? 0, row.cell);
      assert.equal(Number(row.n_all), known.n);
      assert.ok(Math.abs(Number(row.lon) + 0.08) < 0.2 && Math.abs(Number(row.lat) - 51.51) < 0.1);
    }

    const geojson = await download(page, "#download-geojson");
    assert.equal(geojson.name, `hotspots-in-view-${tail}.geojson`);
    const file = JSON.parse(geojson.bytes.toString("utf8"));
    assert.equal(file.release, release.id);
    assert.match(file.marking, /^(SYNTHETIC|OFFICIAL)/);
    assert.ok(file.features.length > 0 && file.features.length < features.length);
    for (const { properties } of file.features) assert.equal(properties.n, wanted.find((s) => s.id === properties.id).n);
    assert.equal(await page.locator("#download-tool [role=status]").innerText(), `Saved as ${geojson.name}`);

    assert.equal(await page.locator("#download-tool .tool-panel").isVisible(), true, "it stays open for the next file");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#download-tool .tool-panel").isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement.closest("details").id), "download-tool", "the focus goes back to where it came from");
    assert.deepEqual(seen.requests.filter((url) => url.startsWith(origin) && /download|export/.test(new URL(url).pathname) && !url.includes("/assets/") && !url.includes("/src/")), [], "files are made in the browser");
    await page.close();
  });

  test("the table that is shown is the one that is saved: boroughs under the filters, and changes of two periods", async () => {
    const { page, seen } = await open(`?table=boroughs&from=${release.months.to}&to=${release.months.to}&source=all`);
    await page.click("#download-tool summary");
    const boroughs = await download(page, "#download-table");
    assert.equal(boroughs.name, `boroughs-${release.month}-all-${release.months.to}-to-${release.months.to}-filtered.csv`);
    const known = await api(`/api/v1/boroughs?from=${release.months.to}&to=${release.months.to}&source=all`);
    const rows = records(boroughs.bytes);
    assert.equal(rows.reduce((sum, r) => sum + Number(r.n), 0), known.total, "what lies in no borough is in the file too");
    assert.ok(rows.every((r) => r.source === "all" && r.from === release.months.to && r.n_all === String(known.total)));
    await assertClean(page, seen, "boroughs");
    await page.close();

    const second = await open("?versus=year&table=changes&across=yes");
    await second.page.click("#download-tool summary");
    const changes = await download(second.page, "#download-table");
    assert.match(changes.name, /^change-by-hotspot-.+-against-\d{4}-\d{2}-to-\d{4}-\d{2}\.csv$/);
    const [first] = records(changes.bytes);
    assert.ok(first.n !== "" && first.n_versus !== "" && first.versus_from < first.from);
    const cells = await download(second.page, "#download-cells");
    assert.match(cells.name, /^change-by-cell-in-view-/);
    assert.ok(records(cells.bytes).some((r) => r.change !== "nothing"));
    await second.page.close();
  });

  test("without a map the table and the hotspots are there, and a picture is refused in words", async () => {
    const { page } = await open("", {
      init: () => {
        const real = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind.startsWith("webgl") ? null : real.call(this, kind, ...rest);
        };
      },
    });
    await page.click("#download-tool summary");
    await page.click("#download-png");
    assert.match(await page.locator("#download-tool [role=status]").innerText(), /no map to download/);
    assert.match((await download(page, "#download-geojson")).name, /^hotspots-2/);
    await page.close();
  });

  test("on paper the map is a picture", async () => {
    const { page } = await open("?lon=-0.08&lat=51.51&zoom=12");
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const picture = page.locator("img.print-map");
    assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 200)));
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await picture.count(), 0);
    await page.close();
  });

  test("what the browser prints by night has the legend of the map that it prints", async () => {
    const { page } = await open("?lon=-0.08&lat=51.51&zoom=12");
    const day = await page.locator("#legend li:last-child > .swatch").first().evaluate((swatch) => swatch.style.backgroundColor);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForFunction((day) => document.querySelector("#legend li:last-child > .swatch").style.backgroundColor !== day, day);
    await ready(page);
    const colours = await page.evaluateHandle(() => {
      const legend = document.querySelector("#legend");
      const seen = new Set();
      const look = () => seen.add(legend.querySelector("li:last-child > .swatch").style.backgroundColor);
      look();
      new MutationObserver(look).observe(legend, { childList: true, subtree: true, attributes: true });
      return seen;
    });
    await page.pdf();
    await ready(page);
    assert.equal(await colours.evaluate((seen) => seen.size), 1);
    await page.close();
  });
});

describe("finding a place", { concurrency: false }, () => {
  test("postcode, district, grid reference and cell move the map there, and nothing typed leaves the browser", async () => {
    const { page, seen } = await open();
    const near = async (lon, lat, degrees) => {
      await page.waitForFunction(() => new URL(location.href).searchParams.has("lon"));
      const at = view(page);
      assert.ok(Math.abs(at.lon - lon) < degrees && Math.abs(at.lat - lat) < degrees, JSON.stringify(at));
      return at.zoom;
    };
    // Buckingham Palace; Trafalgar Square lies in the square of the reference.
    await find(page, "sw1a1aa");
    assert.ok((await near(-0.1416, 51.501, 0.002)) > 13);
    assert.match(await answer(page), /Showing postcode SW1A 1AA/);
    await find(page, "TQ 300 804");
    assert.ok((await near(-0.128, 51.5077, 0.002)) > 13);
    await find(page, "E17");
    const zoom = await near(-0.018, 51.586, 0.03);
    assert.ok(zoom > 10 && zoom < 14.5, `a district is shown as a whole: ${zoom}`);
    assert.match(await answer(page), /E17, [\d,]+ postcodes/);
    const { cells } = await api("/api/v1/cells?resolution=10");
    await find(page, cells.id[0].toUpperCase());
    assert.match(await answer(page), new RegExp(`Showing H3 cell ${cells.id[0]}`));
    assert.ok(view(page).zoom > 12);
    await assertClean(page, seen, "place found");
    const typed = /sw1a|1aa|tq|300|e17/i;
    const asked = seen.requests.map((url) => new URL(url)).filter((url) => url.pathname.startsWith("/base/postcodes/"));
    assert.deepEqual(asked.map((url) => url.pathname + url.search), ["/base/postcodes/SW.json", "/base/postcodes/E.json"], "only the file of the area, once");
    assert.deepEqual(seen.requests.filter((url) => !url.includes("/assets/") && !url.includes("/tiles/") && !url.includes("/src/") && !url.includes("/node_modules/") && typed.test(new URL(url).search)), []);
    await page.close();
  });

  test("a borough lists its hotspots, a hotspot opens, and a name that many have is asked about", async () => {
    const { page, seen } = await open();
    const counts = new Map();
    for (const s of spots) counts.set(s.borough, (counts.get(s.borough) ?? 0) + 1);
    const [borough] = [...counts].find(([name, n]) => name && n < spots.length);
    await find(page, borough);
    // A hotspot may carry the borough's name: the borough itself is meant.
    assert.equal(new URL(page.url()).searchParams.get("borough"), borough);
    assert.equal(await page.locator("#hotspots tbody tr[data-id]").count(), counts.get(borough));
    // One that the borough hides: the borough is taken off.
    const other = spots.find((s) => s.borough !== borough);
    await find(page, other.id);
    assert.equal(await page.locator("#detail-title").evaluate((title) => title === document.activeElement), true);
    assert.equal(new URL(page.url()).searchParams.get("hotspot"), other.id);
    assert.equal(new URL(page.url()).searchParams.get("borough"), null);
    await page.keyboard.press("Escape");
    const word = [...new Map(spots.flatMap((s) => s.name.split(/[ ,]+/).map((w) => [w, spots.filter((o) => ` ${o.name}`.includes(` ${w}`)).length])))].find(([w, n]) => n > 2 && /^(north|south|east|west)$/.test(w))[0];
    await find(page, word);
    assert.match(await answer(page), /places with/);
    await assertClean(page, seen, "which place");
    await page.focus("#download-tool summary");
    assert.equal(await page.locator("#find-answer").isVisible(), false, "the choice covers nothing that has the focus");
    await find(page, word);
    await settle(page, () => page.locator("#find-answer li button").nth(1).click());
    assert.notEqual(new URL(page.url()).searchParams.get("hotspot"), null);
    await page.close();
  });

  test("what is no place is said, in the answer and aloud", async () => {
    const { page, seen } = await open();
    await find(page, "Atlantis");
    assert.match(await answer(page), /Nothing is called “Atlantis”/);
    assert.match(await page.locator("#live").innerText(), /Nothing is called/);
    await find(page, "SE99 9ZZ");
    assert.match(await answer(page), /SE99 9ZZ is no postcode in use in London/);
    await find(page, "NN 166 712");
    assert.match(await answer(page), /lies outside/);
    await find(page, "8f194ad32b00000");
    assert.match(await answer(page), /not among those of this release|Showing/);
    await assertClean(page, seen, "no place");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#find-answer").isVisible(), false);
    await page.close();
  });
});

describe("the base map", { concurrency: false }, () => {
  test("names postcode districts once there is room for them", async () => {
    const { page, seen } = await open("?lon=-0.08&lat=51.51&zoom=10");
    const asked = () => seen.requests.filter((url) => url.endsWith("/base/districts.json")).length;
    assert.equal(asked(), 0);
    const districts = await api("/base/districts.json");
    assert.ok(Object.keys(districts).length > 200);
    const [east, north] = districts.SE15;
    assert.ok(Math.hypot(east - 534_900, north - 176_500) < 1_000, `SE15 at ${east}, ${north}`);
    await page.goto(new URL("/?lon=-0.08&lat=51.51&zoom=12", origin).href, { waitUntil: "commit" });
    await ready(page);
    assert.equal(asked(), 1);
    await assertClean(page, seen, "with districts");
    await page.close();
  });
});

describe("an area", { concurrency: false }, () => {
  const AREA = "-0.1_51.5*-0.05_51.5*-0.06_51.53*-0.1_51.53";

  test("of a link is counted from the cells inside, with its interval and its caution, and saved", async () => {
    const { page, seen } = await open(`?area=${AREA}`);
    const panel = page.locator("#area");
    const text = await panel.innerText();
    for (const said of [/95% interval/, /exact for a Poisson count/, /chosen by its result/, /no test is made/, /hotspots? of/]) assert.match(text, said);
    await assertClean(page, seen, "area");
    const csv = await download(page, "#area-csv");
    assert.match(csv.name, /^cells-in-area-/);
    const rows = records(csv.bytes);
    const known = await api("/api/v1/cells?resolution=10");
    const counts = new Map(known.cells.id.map((id, i) => [id, known.cells.n[i]]));
    const n = rows.reduce((sum, r) => sum + (counts.get(r.cell) ?? 0), 0);
    assert.ok(n > 0);
    assert.ok(text.includes(`${n.toLocaleString("en-GB")} incidents in ${rows.length.toLocaleString("en-GB")} cells`), text);
    const of = known.legend.reduce((sum, c) => sum + c.cells, 0);
    assert.ok(text.includes(`of ${of.toLocaleString("en-GB")} cells`), text);
    // Every cell's middle is inside: the west and the south edge are straight.
    for (const row of rows) assert.ok(Number(row.lon) >= -0.1 && Number(row.lon) <= -0.05 && Number(row.lat) >= 51.5 && Number(row.lat) <= 51.53, row.cell);
    const file = JSON.parse((await download(page, "#area-geojson")).bytes.toString("utf8"));
    assert.deepEqual(file.features[0].geometry.coordinates[0].slice(0, 4), [[-0.1, 51.5], [-0.05, 51.5], [-0.06, 51.53], [-0.1, 51.53]]);
    assert.equal(file.features[0].properties.n, n);
    assert.equal(file.features.filter((f) => f.properties.kind === "cell").length, rows.length);
    assert.match(file.caution, /chosen by its result/);
    const listed = Number(/([\d,]+) hotspots? of/.exec(text)[1]);
    assert.ok(listed > 0, "the middle of London has hotspots");
    assert.equal(await panel.locator("li").count(), listed);
    assert.equal(file.features.filter((f) => f.properties.kind === "hotspot").length, listed);

    const strand = release.strands.find((s) => s.id !== "all" && s.hotspots !== null).id;
    await settle(page, () => page.selectOption("#strand", strand));
    assert.notEqual(await panel.innerText(), text, "it follows the filters");
    await settle(page, () => page.click("#area-clear"));
    assert.equal(await panel.isVisible(), false);
    assert.equal(new URL(page.url()).searchParams.get("area"), null);
    await settle(page, () => page.goBack());
    assert.equal(await panel.isVisible(), true);
    await page.close();
  });

  test("lists its hotspots also when they come after the count, and says so when they do not come", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    let hold = true;
    await page.route("**/api/v1/hotspots?*", async (route) => {
      if (hold) await page.locator("#area-csv").waitFor();
      await (hold ? route.continue() : route.abort());
    });
    await page.goto(new URL(`/?area=${AREA}`, origin).href);
    await page.locator("#area-csv").waitFor();
    await page.locator("#area li").first().waitFor();
    await ready(page);
    hold = false;
    const strand = release.strands.find((s) => s.id !== "all" && s.hotspots !== null).id;
    await settle(page, () => page.selectOption("#strand", strand));
    assert.match(await page.locator("#area").innerText(), /hotspots of this strand are not loaded/);
    await page.close();
  });

  test("is drawn with the keyboard alone: corners at the cross, undone, finished", async () => {
    const { page, seen } = await open("?lon=-0.08&lat=51.51&zoom=12");
    await page.focus("#area-tool summary");
    await page.keyboard.press("Enter");
    await page.focus("#area-draw");
    await assertClean(page, seen, "area tool open");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "area-corner");
    assert.match(await page.locator("#live").innerText(), /press Enter/);
    assert.equal(await page.locator(".crosshair").isVisible(), true);
    await page.keyboard.press("Enter");
    assert.match(await page.locator("#area-count").innerText(), /^1 corner\. 2 more at least/);
    const canvas = page.locator("canvas.maplibregl-canvas");
    const move = async (...keys) => {
      await canvas.focus();
      for (const key of keys) {
        await page.keyboard.press(key);
        await page.waitForTimeout(500);
      }
      await ready(page);
      await page.keyboard.press("Enter");
    };
    await move("ArrowRight");
    await move("ArrowDown");
    assert.match(await page.locator("#area-count").innerText(), /^3 corners/);
    assert.equal(await page.locator("#detail").isVisible(), false, "Enter chooses no hotspot while drawing");
    await move("ArrowLeft");
    await page.click("#area-undo");
    assert.match(await page.locator("#area-count").innerText(), /^3 corners/);
    await assertClean(page, seen, "drawing");
    await settle(page, () => page.click("#area-finish"));
    assert.equal(await page.evaluate(() => document.activeElement.closest("#area") !== null), true, "the focus goes to the figures");
    const corners = new URL(page.url()).searchParams.get("area").split("*");
    assert.equal(corners.length, 3);
    assert.equal(corners[0], "-0.08_51.51");
    assert.equal(await page.locator(".area-bar").isVisible(), false);
    await page.close();
  });

  test("is drawn with single clicks, stopped with Escape, or taken from the view; too small a one says so", async () => {
    const { page } = await open("?lon=-0.08&lat=51.51&zoom=12");
    const box = await page.locator("#map").boundingBox();
    await page.click("#area-tool summary");
    await page.click("#area-draw");
    const click = (x, y) => page.mouse.click(box.x + box.width * x, box.y + 60 + y);
    await click(0.2, 20);
    await click(0.6, 20);
    assert.match(await page.locator("#area-count").innerText(), /^2 corners\. 1 more/);
    await page.focus("#area-finish");
    await page.keyboard.press("Enter");
    assert.match(await page.locator("#live").innerText(), /needs 3 corners/);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".area-bar").isVisible(), false);
    assert.equal(new URL(page.url()).searchParams.get("area"), null);
    await page.click("#area-tool summary");
    await settle(page, () => page.click("#area-view"));
    assert.equal(new URL(page.url()).searchParams.get("area").split("*").length, 4);
    assert.match(await page.locator("#area").innerText(), /incidents in/);
    await page.close();
    const tiny = await open("?area=-0.1_51.5*-0.0999_51.5*-0.0999_51.5001");
    assert.match(await tiny.page.locator("#area").innerText(), /No cell has its middle in this area/);
    await tiny.page.close();
  });

  test("at 320 pixels all tools fit, open and closed", async () => {
    const { page, seen } = await open(`?area=${AREA}`, { size: { width: 320, height: 640 } });
    const fits = async (state) => {
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, state);
      await assertClean(page, seen, `320 px, ${state}`);
    };
    await fits("area");
    await page.click("#download-tool summary");
    await fits("download");
    await page.click("#area-tool summary");
    await page.click("#area-draw");
    await fits("drawing");
    await page.keyboard.press("Escape");
    await find(page, "north");
    await fits("choice of places");
    for (const target of await page.locator(".tools button:visible, .tools summary:visible, #area button:visible").all()) {
      const { width, height } = await target.boundingBox();
      assert.ok(width >= 24 && height >= 24, `${await target.innerText()}: ${width} × ${height}`);
    }
    await page.close();
  });
});
