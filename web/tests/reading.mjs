// The pages that are read, in a real Chromium with its scripts off: HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/reading.mjs
// With HOTSPOT_SIGNED_URL, a server of the same releases with --auth dev and --protected, also as oversight.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openBrowser } from "../scripts/browser.mjs";
import { follow } from "./acts.mjs";
import { assertAccessible, at, axeFinds, openPage } from "./pages.mjs";

const MOST = 60_000;
const PAGES = ["/table", "/month", "/quality", "/method", "/accessibility"];
/** Of the protected figures: a part at a time. */
const PARTS = ["", "?part=hotspots", "?part=hotspots&strand=race", "?part=boroughs", "?part=months&strand=race", "?part=policy"].map((query) => `/protected${query}`);
const signed = process.env.HOTSPOT_SIGNED_URL;

const json = async (path) => (await fetch(at(path))).json();

describe("pages that are read", { concurrency: false }, () => {
  test("one navigation leads from each to all of them", async () => {
    const page = await openPage();
    const links = () => page.locator('nav[aria-label="Pages"] a').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    await page.goto(at("/method"));
    const first = await links();
    for (const path of PAGES) assert.ok(first.includes(path), path);
    for (const path of PAGES) {
      await page.goto(at(path));
      assert.deepEqual(await links(), first, path);
      assert.equal(await page.locator('nav [aria-current="page"]').getAttribute("href"), path);
      assert.equal(await page.locator("script").count(), 0);
    }
    await page.close();
  });

  test("the table has every hotspot of the interface with the same figures, and leads to a sheet for each", async () => {
    const page = await openPage();
    await page.goto(at("/table"));
    const { features } = await json("/api/v1/hotspots");
    const rows = await page.locator("#hotspots ~ .scroll tbody tr").evaluateAll((all) => all.map((row) => row.innerText.replace(/\s+/g, " ")));
    assert.equal(rows.length, features.length);
    features.forEach(({ properties: h }, i) => {
      const held = `${h.robustness.held} of ${h.robustness.said}`;
      for (const figure of [h.rank, h.name, h.id, h.n, h.evidence.replace("_", " "), held]) assert.ok(rows[i].includes(String(figure)), `${figure}: ${rows[i]}`);
    });
    await page.selectOption("#table-strand", "race");
    await follow(page, page.getByRole("button", { name: "Show" }));
    const race = await json("/api/v1/hotspots?strand=race");
    assert.equal(await page.locator("#hotspots ~ .scroll tbody tr").count(), race.features.length);
    await follow(page, page.locator("tbody a").first());
    assert.equal(await page.locator("h1").innerText(), race.features[0].properties.name);
    await page.close();
  });

  test("a sheet has the figures of its hotspot and prints on one page", async () => {
    const { features } = await json("/api/v1/hotspots");
    const { browser, close } = await openBrowser({ width: 1280, height: 900, javaScriptEnabled: false });
    const page = await browser.newPage();
    for (const { properties: h } of [features[0], features.at(-1)]) {
      await page.goto(at(`/hotspot/${h.id}`));
      const text = await page.locator("main").innerText();
      for (const said of [h.name, h.sentence, `${h.n} recorded`, h.evidence.replace("_", " ")]) assert.ok(text.includes(said), said);
      const bars = await page.locator("#bars-desc").textContent();
      assert.equal(bars.split(", ").length, h.months.length);
      const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
      assert.equal((pdf.match(/\/Type\s*\/Page\b/g) ?? []).length, 1, `${h.id} on one page`);
    }
    await close();
  });

  test("data quality adds up, and says what the map cannot say", async () => {
    const page = await openPage();
    await page.goto(at("/quality"));
    const quality = await json("/api/v1/quality");
    const { rows, mapped, area_only, online, no_place, rejected } = quality.reconciliation;
    assert.equal(rows, mapped + area_only + online + no_place + rejected);
    const text = await page.locator("main").innerText();
    assert.ok(text.includes(`${rows.toLocaleString("en-GB")} rows = ${mapped.toLocaleString("en-GB")} mapped`));
    for (const said of quality.cannot_say) assert.ok(text.includes(said), said);
    assert.equal(await page.locator("#boroughs ~ .scroll").first().locator("tbody tr").count(), quality.boroughs.length);
    await page.close();
  });

  test("every layer that the interface names has its entry among the methods", async () => {
    const page = await openPage();
    await page.goto(at("/method"));
    const { layers } = await json("/api/v1/layers");
    for (const { id, kind, definition } of layers.filter((l) => l.kind === "units")) {
      assert.equal(await page.locator(`h3#${id}`).count(), 1, `${id} ${kind}`);
      assert.ok((await page.locator(`section[aria-labelledby="${id}"]`).innerText()).includes(definition), id);
    }
    await page.close();
  });

  test("a published month is read and its files come as they were published", async () => {
    const page = await openPage();
    await page.goto(at("/month"));
    const links = await page.locator("main td a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.ok(links.length > 0);
    const said = await page.locator("main tbody th").allInnerTexts();
    assert.ok(!said.some((what) => /^(Table|File)/.test(what)) && said.length === links.length, said.join("; "));
    for (const link of links) assert.equal((await fetch(at(link), { method: "HEAD" })).status, 200, link);
    const folder = links[0].slice(0, links[0].lastIndexOf("/"));
    for (const name of ["../runs.jsonl", "%2e%2e%2fruns.jsonl", "runs.jsonl", ".lock"]) {
      assert.equal((await fetch(at(`${folder}/${name}`))).status, 404, name);
    }
    await page.close();
  });

  test("the protected figures lead from part to part, and have every hotspot of the interface", async () => {
    const page = await openPage();
    const { hotspots } = await json("/api/v1/protected/hotspots");
    await page.goto(at("/protected"));
    assert.equal(await page.locator("figure svg path").count() > 100, true, "the map comes first");
    const parts = page.getByRole("navigation", { name: "Parts of this page" });
    await follow(page, parts.getByRole("link", { name: "Hotspots" }));
    assert.equal(await parts.locator("[aria-current]").innerText(), "Hotspots");
    const of = (strand) => hotspots.filter((h) => (h.strand ?? "all") === strand).map((h) => h.id);
    const rows = () => page.locator("main tbody th .under").allInnerTexts();
    assert.deepEqual(await rows(), of("all"));
    await page.selectOption("#hotspots-strand", "race");
    await follow(page, page.getByRole("button", { name: "Show" }));
    assert.deepEqual(await rows(), of("race"));
    assert.equal(new URL(page.url()).search, "?part=hotspots&strand=race");
    await page.close();
  });

  test("each is small", async () => {
    const { features } = await json("/api/v1/hotspots");
    for (const path of [...PAGES, "/challenge", ...PARTS, `/hotspot/${features[0].properties.id}`]) {
      const bytes = gzipSync(Buffer.from(await (await fetch(at(path))).arrayBuffer())).length;
      assert.ok(bytes <= MOST, `${path}: ${bytes} bytes`);
    }
  });

  for (const width of [1280, 320]) {
    test(`nothing is found by axe, and nothing scrolls sideways, at ${width} px`, async () => {
      const { features } = await json("/api/v1/hotspots");
      for (const path of [...PAGES, ...PARTS, `/hotspot/${features[0].properties.id}`]) await assertAccessible(path, width);
    });
  }
});

describe("as oversight", { concurrency: false, skip: !signed }, () => {
  test("exact figures are not shown, and another role is tried without another sign-in", async () => {
    const { browser, close } = await openBrowser({ width: 1280, height: 900, bypassCSP: true });
    const page = await browser.newPage();
    const open = (path) => page.goto(new URL(path, signed).href);
    await open("/sign-in");
    await page.check('input[name="role"][value="analyst"]');
    await page.click('form[action="/sign-in"] button');
    await page.locator('input[name="purpose"]').first().check();
    await page.click('form[action="/purpose"] button');
    await open("/quality");
    assert.ok((await page.locator("main").innerText()).includes("Where every row went"));
    await page.selectOption("#try-role", "oversight");
    await follow(page, page.getByRole("button", { name: "Change role" }));
    assert.equal(new URL(page.url()).pathname, "/quality", "oversight has it too");
    const links = await page.locator('nav[aria-label="Pages"] a').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.ok(!links.includes("/table") && !links.includes("/") && links.includes("/quality"), links.join(" "));
    for (const path of ["/table", "/hotspot/all-2026-10-1"]) assert.equal((await open(path)).status(), 403, path);
    for (const path of ["/quality", "/month", "/method", "/accessibility"]) {
      assert.equal((await open(path)).status(), 200, path);
      assert.deepEqual(await axeFinds(page), [], path);
    }
    await open("/quality");
    const text = await page.locator("main").innerText();
    assert.ok(text.includes("What is not shown here") && !text.includes("Where every row went"));
    await close();
  });
});
