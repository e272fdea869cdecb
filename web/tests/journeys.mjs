// Whole journeys of the people we build for, by day and by night, in a real Chromium: HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/journeys.mjs
// MOPAC's journey, from a shortfall to an answer, is challenge.mjs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser, ready } from "../scripts/browser.mjs";
import { download, follow, settle } from "./acts.mjs";
import { axeFinds } from "./axe.mjs";
import { api, at } from "./server.mjs";

let browser;
let close;
let release;
let spots;

before(async () => {
  ({ browser, close } = await openBrowser({ width: 1280, height: 800, acceptDownloads: true, reducedMotion: "reduce", bypassCSP: true }));
  release = (await api("/api/v1/releases")).releases[0];
  spots = (await api("/api/v1/hotspots")).features.map((f) => f.properties).sort((a, b) => a.rank - b.rank);
});

after(async () => close?.());

async function open(path, { size, scheme } = {}) {
  const page = await browser.newPage();
  if (size) await page.setViewportSize(size);
  if (scheme) await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(at(path), { waitUntil: "commit" });
  return { page, errors };
}

describe("an analyst", { concurrency: false }, () => {
  test("finds what is new since the last release, reads why, compares with a year before, and takes it away", async () => {
    const fresh = spots.filter((s) => s.change === "new");
    assert.ok(fresh.length > 0, "the demo's second release has something new");
    const { page, errors } = await open("/");
    await ready(page);
    const first = await page.locator("#selection").innerText();
    assert.match(first, new RegExp(`Since the release before: ${fresh.length} new`));
    // Its name is there to be pressed.
    await settle(page, () => page.locator("#selection button.link").first().click());
    const panel = page.locator("#detail");
    assert.equal(new URL(page.url()).searchParams.get("hotspot"), fresh[0].id);
    const read = await panel.innerText();
    for (const said of [fresh[0].name, fresh[0].sentence, "New in this release", "How good are its records?", "How sure is it?"]) assert.ok(read.includes(said), said);
    assert.deepEqual(await axeFinds(page), [], "panel of a new hotspot");
    // Against the same months a year earlier, in the panel as in the table.
    await settle(page, () => page.selectOption("#versus", "year"));
    const { hotspots } = await api(`/api/v1/comparison?versus_from=${years(release.window.from, -1)}&versus_to=${years(release.window.to, -1)}`);
    const change = hotspots.find((s) => s.id === fresh[0].id);
    await settle(page, () => page.locator(`#changes button.link`, { hasText: fresh[0].name }).first().click());
    const both = await page.locator("#detail-change").innerText();
    assert.match(both, / against /);
    assert.ok(both.includes(`${change.n.toLocaleString("en-GB")}, and ${change.before.toLocaleString("en-GB")} in the other period`), both);
    await page.locator("#detail").getByRole("button", { name: /Close/ }).click();
    // And away with it.
    await page.click("#download-tool summary");
    const table = await download(page, "#download-table");
    assert.ok(table.bytes.toString().includes(fresh[0].name), table.name);
    const geojson = await download(page, "#download-geojson");
    assert.equal(JSON.parse(geojson.bytes).release, release.id);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test("has a row for every cell that the map colours, with the same figures, and goes from the row to the map", async () => {
    for (const layer of ["count", "emerging", "robustness", "resident-rate"]) {
      const answer = await api(`/api/v1/cells?layer=${layer}&resolution=${release.resolution}`);
      const { page, errors } = await open(`/?view=table&table=cells&layer=${layer}`);
      await ready(page);
      assert.match(await page.locator("#cells caption").innerText(), new RegExp(`^${answer.cells.id.length.toLocaleString("en-GB")} cells?`));
      const seen = new Map();
      const numeric = layer === "count" ? 1 : 2;
      for (;;) {
        for (const [id, n, label] of await page.locator("#cells tbody tr").evaluateAll((rows, k) => rows.map((row) => [row.dataset.cell, row.cells[1].textContent.replaceAll(",", ""), row.cells[k + 1].textContent]), numeric)) seen.set(id, [Number(n), label]);
        const next = page.locator("#cell-page-next");
        if ((await next.count()) === 0 || (await next.isDisabled()) || seen.size >= 300) break;
        await next.click();
      }
      assert.ok(seen.size >= Math.min(300, answer.cells.id.length), layer);
      for (const [id, [n, label]] of seen) {
        const i = answer.cells.id.indexOf(id);
        assert.deepEqual([n, label], [answer.cells.n[i], answer.legend[answer.cells.class[i]].label], `${layer} ${id}`);
      }
      if (layer === "count") {
        assert.deepEqual(await axeFinds(page), [], "table of cells");
        await settle(page, () => page.locator("#cells tbody button").first().click());
        await page.locator("#map canvas.maplibregl-canvas").waitFor();
        await ready(page);
        assert.ok(Number(new URL(page.url()).searchParams.get("zoom")) > 12, "the map has gone to the cell");
      }
      assert.deepEqual(errors, []);
      await page.close();
    }
  });
});

describe("who reads at seven in the morning on a phone", { concurrency: false }, () => {
  test("opens the month, reads its first sentence and its boroughs without scrolling sideways, and takes the file", async () => {
    const { page, errors } = await open("/month", { size: { width: 360, height: 740 } });
    const link = page.locator("main a", { hasText: /page|read/i }).first();
    await follow(page, link);
    const [title, lead] = [await page.locator("h1").first().innerText(), await page.locator("main p, body p").first().innerText()];
    assert.match(title, /\d{4}/);
    assert.ok(lead.length > 20, lead);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the phone");
    assert.ok((await page.locator("table").count()) > 0);
    assert.deepEqual(await axeFinds(page), [], "the month on a phone");
    await page.goBack();
    const files = await page.locator("main td a").evaluateAll((all) => all.map((a) => a.href));
    for (const kind of [".ods", ".csv"]) assert.ok(files.some((f) => f.endsWith(kind)), kind);
    assert.deepEqual(errors, []);
    await page.close();
  });
});

describe("without a sign-in another role is tried", { concurrency: false }, () => {
  test("from the map: MOPAC sees no map of exact figures, and the analyst comes back", async () => {
    const { page } = await open("/");
    await ready(page);
    await page.selectOption("#try-role", "oversight");
    await Promise.all([page.waitForURL(/\/challenge/), page.getByRole("button", { name: "Change role" }).click()]);
    const links = await page.locator('nav[aria-label="Pages"] a').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.ok(!links.includes("/") && links.includes("/protected"), links.join(" "));
    assert.equal((await page.request.get(at("/api/v1/cells"))).status(), 403);
    assert.deepEqual(await axeFinds(page), [], "as oversight");
    await page.selectOption("#try-role", "analyst");
    await page.getByRole("button", { name: "Change role" }).click();
    // The analyst has this page too, and stays on it.
    await page.locator('nav[aria-label="Pages"] a[href="/"]').waitFor();
    assert.equal(new URL(page.url()).pathname, "/challenge");
    await page.click('nav[aria-label="Pages"] a[href="/"]');
    await ready(page);
    assert.ok((await page.locator("#hotspots tbody tr").count()) > 0);
    await page.close();
  });
});

describe("by night", { concurrency: false }, () => {
  const lightness = (color) => {
    const [r, g, b] = color.match(/\d+(\.\d+)?/g).map(Number);
    return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  };

  /** Mean lightness of a picture. */
  const lightOf = (page, bytes) =>
    page.evaluate(async (data) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
      const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
      context.drawImage(image, 0, 0);
      const { data: pixels } = context.getImageData(0, 0, image.width, image.height);
      let sum = 0;
      for (let i = 0; i < pixels.length; i += 4) sum += 0.2126 * pixels[i] + 0.7152 * pixels[i + 1] + 0.0722 * pixels[i + 2];
      return sum / (pixels.length / 4) / 255;
    }, bytes.toString("base64"));

  test("every page is dark, nothing is found by axe, and paper stays white", async () => {
    const { page, errors } = await open("/table", { scheme: "dark" });
    for (const path of ["/table", `/hotspot/${spots[0].id}`, "/challenge", "/month", "/success", "/quality", "/protected", "/protected?part=hotspots", "/protected?part=months", "/method", "/accessibility", "/sign-in"]) {
      await page.goto(at(path));
      assert.ok(lightness(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)) < 0.2, path);
      assert.deepEqual(await axeFinds(page), [], path);
      // axe does not read pictures.
      const fills = await page.locator("svg text").evaluateAll((all) => all.map((text) => getComputedStyle(text).fill));
      assert.ok(fills.every((fill) => lightness(fill) > 0.4), `${path}: words of a picture are dark`);
    }
    await page.goto(at("/table"));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.ok(lightness(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)) > 0.9, "on paper it is day");
    assert.deepEqual(errors, []);
    await page.close();
  });

  test("the map turns when the screen does, and keeps its place, its hotspot and its figures", async () => {
    const { page, errors } = await open(`/?hotspot=${spots[0].id}&lon=-0.1&lat=51.52&zoom=12`);
    await ready(page);
    const swatches = () => page.locator("#legend li .swatch").evaluateAll((all) => all.map((s) => s.style.backgroundColor));
    const figures = () => page.locator("#legend li").evaluateAll((all) => all.map((li) => [li.dataset.class, li.dataset.incidents]));
    const corner = async () => lightOf(page, await page.locator("#map").screenshot());
    const day = { address: page.url(), swatches: await swatches(), figures: await figures(), light: await corner() };
    await settle(page, () => page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" }));
    await page.waitForTimeout(300);
    await ready(page);
    assert.equal(page.url(), day.address);
    assert.deepEqual(await figures(), day.figures);
    assert.deepEqual((await swatches()).slice(1).reverse(), day.swatches.slice(1), "the scale is turned round");
    const light = await corner();
    assert.ok(light < 0.45 && day.light > 0.6, `${day.light} by day, ${light} by night`);
    assert.deepEqual(await axeFinds(page), [], "the map by night, panel open");
    // What is taken away is by day, and the screen is by night again.
    await page.locator("#download-tool summary").click();
    const picture = await lightOf(page, (await download(page, "#download-png")).bytes);
    assert.ok(picture > 0.6, `the picture has lightness ${picture}`);
    await ready(page);
    assert.ok((await corner()) < 0.45, "the map is dark again");
    for (const query of ["?view=table", "?view=chart", "?view=about", "?versus=year", "?table=cells"]) {
      await page.goto(at(`/${query}`));
      await ready(page);
      assert.deepEqual(await axeFinds(page), [], query);
    }
    assert.deepEqual(errors, []);
    await page.close();
  });
});

const years = (month, n) => `${Number(month.slice(0, 4)) + n}${month.slice(4)}`;
