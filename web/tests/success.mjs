// Success factors in a real Chromium with its scripts off: HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/success.mjs
// The server needs --measures, as `hotspot demo` has them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "../scripts/browser.mjs";

const base = process.env.HOTSPOT_URL;
if (!base) throw new Error("set HOTSPOT_URL to the address of a running server, such as http://127.0.0.1:8080");
const at = (path) => new URL(path, new URL(base).origin).href;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let plain;
let scripted;

before(async () => {
  plain = await openBrowser({ width: 1280, height: 900, javaScriptEnabled: false });
  scripted = await openBrowser({ width: 1280, height: 900, bypassCSP: true });
});

after(async () => {
  await plain?.close();
  await scripted?.close();
});

describe("success factors", { concurrency: false }, () => {
  test("every measure stands with unit, direction and owner, and the page says what it does not say", async () => {
    const page = await plain.browser.newPage();
    await page.goto(at("/"));
    await page.goto(at("/success"));
    const { measures } = await (await fetch(at("/api/v1/success"))).json();
    const text = await page.locator("main").innerText();
    for (const measure of measures) {
      const section = await page.locator(`#${measure.id} ~ p`).nth(1).innerText();
      for (const said of [measure.unit, measure.owner, measure.source]) assert.ok(section.includes(said), `${measure.id}: ${said}`);
    }
    for (const said of ["not added up to a score", "neither way is better by itself", "too few respondents", "open: "]) {
      assert.ok(text.includes(said), said);
    }
    assert.equal(await page.locator("script").count(), 0);
    assert.match(await page.locator("#liaison_in_post ~ .scroll").first().innerText(), /posts, \d+ vacant/);
    await page.close();
  });

  test("figures of the page are those of the API", async () => {
    const page = await plain.browser.newPage();
    await page.goto(at("/success"));
    const { measures } = await (await fetch(at("/api/v1/success?measure=victim_satisfaction"))).json();
    const london = measures[0].series.find((s) => s.area === "london" && s.strand === null);
    const shown = london.periods[london.shown];
    const row = await page.locator("#victim_satisfaction ~ .scroll tbody tr").first().innerText();
    for (const figure of [shown.value, shown.lower, shown.upper]) assert.ok(row.includes(figure.toFixed(1)), `${figure}: ${row}`);
    await page.close();
  });

  for (const width of [1280, 320]) {
    test(`nothing is found by axe, and nothing scrolls sideways, at ${width} px`, async () => {
      const page = await scripted.browser.newPage();
      await page.setViewportSize({ width, height: 900 });
      await page.goto(at("/success"));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
      await page.evaluate(axeSource);
      const { violations } = await page.evaluate(() =>
        globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
      );
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`), []);
      const levels = await page.locator("h1, h2, h3, h4").evaluateAll((all) => all.map((h) => Number(h.tagName[1])));
      levels.forEach((level, i) => assert.ok(i === 0 ? level === 1 : level <= levels[i - 1] + 1, `heading ${i}: ${levels}`));
      const ids = await page.locator("[id]").evaluateAll((all) => all.map((e) => e.id));
      assert.equal(new Set(ids).size, ids.length, "ids are unique");
      await page.close();
    });
  }
});
