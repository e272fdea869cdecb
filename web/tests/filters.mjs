// The filters in a real Chromium: several strands, one borough, totals that agree, an address that is wrong: HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/filters.mjs
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser, ready } from "../scripts/browser.mjs";
import { download, settle } from "./acts.mjs";
import { axeFinds } from "./axe.mjs";
import { api, at } from "./server.mjs";

let browser;
let close;
let release;

before(async () => {
  ({ browser, close } = await openBrowser({ width: 1280, height: 800, acceptDownloads: true, reducedMotion: "reduce", bypassCSP: true }));
  release = (await api("/api/v1/releases")).releases[0];
});

after(async () => close?.());

async function open(query, size) {
  const page = await browser.newPage();
  if (size) await page.setViewportSize(size);
  const asked = [];
  page.on("response", (response) => response.status() >= 400 && asked.push(`${response.status()} ${response.url()}`));
  await page.goto(at(`/${query}`), { waitUntil: "commit" });
  await ready(page);
  return { page, asked };
}

const totals = (page) => page.locator("#totals").innerText();
const number = (text) => Number(text.replaceAll(",", ""));
const offMap = ({ off_map: off }) => off.area_only + off.outside + off.online + off.no_place;

describe("filters", { concurrency: false }, () => {
  test("several strands are ticked, counted once, and taken away one by one", async () => {
    const { page, asked } = await open("");
    await settle(page, () => page.click("#narrowing-summary"));
    await settle(page, () => page.locator("#strand-race").check());
    await settle(page, () => page.locator("#strand-disability").check());
    assert.equal(new URL(page.url()).searchParams.get("strand"), "race,disability");
    assert.match(await page.locator("#live").innerText(), /2 strands/);
    const [race, disability, both] = await Promise.all(["race", "disability", "race,disability"].map((strand) => api(`/api/v1/cells?strand=${strand}`)));
    assert.ok(both.n < race.n + disability.n && both.n >= Math.max(race.n, disability.n));
    assert.equal(number((await totals(page)).match(/([\d,]+) on the map/)[1]), both.n);
    const headline = await page.locator("#headline").innerText();
    assert.match(headline, /race or disability/);
    assert.match(headline, /hotspots outlined and listed are those of all strands/);
    const all = await api("/api/v1/hotspots");
    assert.match(await page.locator("#hotspots caption").innerText(), new RegExp(`^${all.features.length.toLocaleString("en-GB")} hotspots`));
    assert.equal(await page.locator("#chips .chip").count(), 3);
    await settle(page, () => page.locator("#chips .chip", { hasText: "race" }).click());
    assert.equal(new URL(page.url()).searchParams.get("strand"), "disability");
    assert.equal(await page.locator("#strand").inputValue(), "disability");
    assert.deepEqual(asked, []);
    await page.close();
  });

  test("a filter whose headline takes a line more leaves the map where it is", async () => {
    const { page } = await open("", { width: 1920, height: 1000 });
    const place = () => page.locator("#map").boundingBox();
    const words = () => page.locator("#headline").innerText();
    const before = [await place(), await words()];
    await settle(page, () => page.selectOption("#source", "all"));
    assert.notEqual(await words(), before[1]);
    assert.deepEqual(await place(), before[0]);
    await page.close();
  });

  test("a strand that is ticked stands for those in it", async () => {
    const { page } = await open("?strand=antisemitic,disability");
    await settle(page, () => page.click("#narrowing-summary"));
    await settle(page, () => page.locator("#strand-religion").check());
    assert.equal(new URL(page.url()).searchParams.get("strand"), "religion,disability");
    const inner = page.locator("#strand-antisemitic");
    assert.ok((await inner.isChecked()) && (await inner.isDisabled()));
    await page.close();
  });

  test("a borough is that of the cells, the legend, the chart and the files", async () => {
    const { page, asked } = await open("?borough=Camden");
    const [cells, boroughs] = await Promise.all([api("/api/v1/cells?borough=E09000007"), api("/api/v1/boroughs?borough=Camden")]);
    assert.equal(cells.n + offMap(cells), boroughs.total);
    assert.match(await page.locator("#headline").innerText(), /^Recorded \S+ ?\S* in Camden/);
    assert.ok((await totals(page)).startsWith(`${boroughs.total.toLocaleString("en-GB")} incidents in all but police-generated: ${cells.n.toLocaleString("en-GB")} on the map`));
    const legend = await page.locator("#legend [data-incidents]").evaluateAll((rows) => rows.reduce((sum, row) => sum + Number(row.dataset.incidents), 0));
    assert.equal(legend, cells.n);
    await page.click("#download-tool summary");
    const file = await download(page, "#download-cells");
    assert.match(file.name, /^cells-in-view-.*-camden-/);
    assert.match(file.bytes.toString().split("\n")[1], /,Camden,/);
    await settle(page, () => page.click("#views >> text=Chart"));
    assert.match(await page.locator("#chart").innerText(), new RegExp(`${boroughs.total.toLocaleString("en-GB")} recorded incidents in`));
    assert.deepEqual(asked, []);
    await page.close();
  });

  test("a link to a borough goes where the list goes, also where it has no hotspot", async () => {
    const where = async (page) => ["lon", "lat", "zoom"].map((key) => Number(new URL(page.url()).searchParams.get(key)));
    const { page } = await open("?strand=transgender");
    await page.click("#narrowing-summary");
    await settle(page, () => page.selectOption("#borough", "Havering"));
    const chosen = await where(page);
    assert.ok(chosen[2] > 9.5, String(chosen));
    await page.click("#narrowing-summary");
    // Also while the page is still being laid out: where the map moves, its place changes under it.
    for (const reducedMotion of ["reduce", "no-preference"]) {
      await page.emulateMedia({ reducedMotion });
      await settle(page, () => page.goto(at("/?strand=transgender&borough=Havering")));
      const linked = await where(page);
      for (const [i, most] of [0.02, 0.02, 0.5].entries()) assert.ok(Math.abs(linked[i] - chosen[i]) < most, `${reducedMotion}: ${linked} and ${chosen}`);
    }
    await page.close();
  });

  test("outside a borough nothing is asked for: map, legend and file say so", async () => {
    const { page } = await open("?strand=antisemitic&borough=Barnet&offence=public_order&lon=-0.12&lat=51.5&zoom=11");
    assert.match(await page.locator("#legend").innerText(), /grey: outside Barnet, not asked/);
    const box = await page.locator("#map canvas").boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator("#readout", { hasText: "Outside Barnet: not asked" }).waitFor({ timeout: 5000 });
    await settle(page, () => page.goto(at("/?strand=antisemitic&borough=Barnet&offence=public_order&lon=-0.2&lat=51.61&zoom=10.5")));
    await page.click("#download-tool summary");
    const [head, ...rows] = (await download(page, "#download-cells")).bytes.toString().trim().split("\n").map((line) => line.split(","));
    assert.ok(rows.length > 10);
    assert.ok(rows.every((row) => Number(row[head.indexOf("n")]) > 0 && row[head.indexOf("cells_listed")] === "with records of Barnet only"));
    await page.close();
  });

  test("what has to stand beside every figure of a release stands first on the page of the map", async () => {
    const page = await browser.newPage();
    const caution = "Of 8 boroughs less than a twentieth of the mean is recorded: they look safe, and are not known.";
    await page.route("**/api/v1/releases", async (route) => {
      const answer = await (await route.fetch()).json();
      for (const entry of answer.releases) entry.cautions = [caution];
      await route.fulfill({ json: answer });
    });
    await page.goto(at("/"), { waitUntil: "commit" });
    await ready(page);
    assert.equal(await page.locator('[data-kind="cautions"]').innerText(), `Read this first. ${caution}`);
    assert.deepEqual(await axeFinds(page), []);
    await page.close();
  });

  for (const [what, query, says, fix] of [
    ["a part of the map", "?lon=500&lat=51&zoom=12", "“lon=500&lat=51&zoom=12” is no part of the map", "Show all of "],
    ["a strand that is no name", "?strand=%26", "no strand “&”", "Show all strands"],
    ["a strand", "?strand=nope", "no strand “nope”", "Show all strands"],
    ["a layer", "?layer=nope", "no colour “nope”", "Colour by recorded incidents"],
    ["a source", "?source=nope", "no source “nope”", "Show all but police-generated reports"],
    ["a month", "?from=1999-01", "not Jan 1999", "Show "],
    ["a word for a month", "?from=abc", "“abc” is no month", "Show "],
    ["half of a period", "?versus=2023-11", "“2023-11” is no period", "Compare with nothing"],
    ["a corner for an area", "?area=1_1", "“1_1” is no area", "Show no area"],
    ["an offence", "?offence=nope", "no “nope” under offence", "Show every offence"],
    ["a borough", "?borough=Mordor", "no borough “Mordor”", "Show all of "],
  ]) {
    test(`${what} that is not there is said once, with one way out`, async () => {
      const { page, asked } = await open(query);
      const box = page.locator("#notices .notice-error");
      assert.equal(await box.count(), 1);
      assert.ok((await box.innerText()).includes(says), await box.innerText());
      assert.equal(await box.locator("button").count(), 1);
      assert.ok((await box.locator("button").innerText()).startsWith(fix));
      assert.deepEqual(asked, [], "what is not there is not asked for");
      await settle(page, () => box.locator("button").click());
      assert.equal(await page.locator("#notices .notice-error").count(), 0);
      assert.equal(new URL(page.url()).search, "");
      assert.match(await totals(page), /incidents in all/);
      await page.close();
    });
  }

  test("a server that is gone is told once, asked again at once, and leaves no map that looks like nothing recorded", async () => {
    const { page } = await open("");
    const gone = (route) => route.abort();
    await page.route("**/api/v1/**", gone);
    await settle(page, () => page.selectOption("#strand", "race"));
    const box = page.locator("#notices .notice-error");
    assert.equal(await box.count(), 1);
    assert.equal(await page.locator("#live").innerText(), "");
    assert.match(await page.locator("#legend").innerText(), /grey: not known/);
    await page.unroute("**/api/v1/**", gone);
    await settle(page, () => box.locator("button").click());
    assert.equal(await box.count(), 0);
    const answer = await api("/api/v1/hotspots?strand=race");
    assert.equal(await page.locator("#live").innerText(), `${answer.features.length} hotspots`);
    assert.match(await page.locator("#hotspots caption").innerText(), new RegExp(`^${answer.features.length} hotspots`));
    assert.doesNotMatch(await page.locator("#legend").innerText(), /not known/);
    await page.close();
  });

  test("status and list are those of the borough", async () => {
    const { page } = await open("?strand=transgender&from=2026-10&borough=Havering");
    assert.match(await page.locator("#live").innerText(), /^0 hotspots in Havering$/);
    await settle(page, () => page.goto(at("/?borough=Camden")));
    assert.match(await page.locator("#live").innerText(), /^\d+ hotspots in Camden$/);
    const { ended } = await api("/api/v1/hotspots");
    if (ended.length > 0) assert.match(await page.locator(".ended summary").innerText(), new RegExp(`in all of ${release.study_area}$`));
    await page.close();
  });

  test("a borough by its code is written by its name", async () => {
    const { page } = await open("?borough=E09000007");
    assert.equal(new URL(page.url()).searchParams.get("borough"), "Camden");
    await page.close();
  });

  test("totals of the map, the boroughs and the months agree, whatever is filtered", async () => {
    for (const filter of ["", "strand=race,disability", "borough=Hackney&source=all", "strand=religion,transgender&days=sat,sun", "offence=violence&from=" + release.window.from]) {
      const [cells, boroughs] = await Promise.all([api(`/api/v1/cells?${filter}`), api(`/api/v1/boroughs?${filter}`)]);
      assert.equal(cells.n + offMap(cells), boroughs.total, filter);
    }
  });

  for (const size of [{ width: 1280, height: 800 }, { width: 320, height: 700 }]) {
    test(`nothing is found by axe with every strand open, at ${size.width} px`, async () => {
      const { page } = await open("?strand=race,disability&borough=Camden", size);
      await page.evaluate(() => {
        document.querySelector("#controls").open = true;
        document.querySelector("#narrowing details").open = true;
      });
      assert.deepEqual(await axeFinds(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await page.close();
    });
  }
});
