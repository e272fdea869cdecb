// Success factors in a real Chromium with its scripts off: HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/success.mjs
// The server needs --measures, as `hotspot demo` has them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertAccessible, at, openPage } from "./pages.mjs";

describe("success factors", { concurrency: false }, () => {
  test("every measure stands with unit, direction and owner, and the page says what it does not say", async () => {
    const page = await openPage();
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
    const page = await openPage();
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
      await assertAccessible("/success", width);
    });
  }
});
