// The page of resources and need with its script: marks that are shared by table, scatter and funnel, and what if answered while one types.
// HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/linked-views.mjs; the server needs --resources, as `hotspot demo` has them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "../scripts/browser.mjs";
import { follow } from "./acts.mjs";
import { axeFinds } from "./axe.mjs";
import { at } from "./server.mjs";

let opened;

before(async () => {
  opened = await openBrowser({ width: 1280, height: 900, bypassCSP: true });
});

after(async () => {
  await opened?.close();
});

async function openBoroughs() {
  const page = await opened.browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(at("/challenge?kind=officers&level=borough"));
  return page;
}

const scatter = "svg.hc-wide[id^=shares]";
const marked = (page) => page.locator("#places-table tr.marked").evaluateAll((all) => all.map((row) => row.dataset.place).sort());
const inAddress = (page) => new URL(page.url()).searchParams.getAll("selected").sort();

describe("linked views", { concurrency: false }, () => {
  test("a tick marks the place in the table, the scatter, the funnel and the address, and the address says it to another", async () => {
    const page = await openBoroughs();
    await page.getByLabel("Mark Camden").check();
    assert.deepEqual(await marked(page), ["E09000007"]);
    const marks = page.locator('svg.hc-wide [data-place="E09000007"]');
    assert.ok((await marks.count()) >= 1);
    for (const mark of await marks.all()) assert.match(await mark.getAttribute("class"), /\bmarked\b/);
    assert.deepEqual(inAddress(page), ["E09000007"]);
    assert.match(await page.locator("#marked-said").innerText(), /1 marked: Camden/);
    assert.ok((await page.locator("thead a").first().getAttribute("href")).includes("selected=E09000007"));
    await page.reload();
    assert.deepEqual(await marked(page), ["E09000007"]);
    await page.getByRole("link", { name: "Take all marks off" }).click();
    assert.deepEqual([await marked(page), inAddress(page)], [[], []]);
    await page.close();
  });

  test("a long table comes in parts, and its charts have all of it: marks stay from part to part", async () => {
    const page = await opened.browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(at("/challenge?kind=officers&level=hotspot"));
    const listed = await page.locator("#places-table tbody tr").evaluateAll((all) => all.map((row) => row.dataset.place));
    assert.equal(listed.length, 50);
    const points = page.locator(`${scatter} [role=checkbox]`);
    const other = await points.evaluateAll((all, listed) => all.map((point) => ({ id: point.dataset.place, name: point.getAttribute("aria-label") })).find(({ id }) => !listed.includes(id)), listed);
    assert.notEqual(other.name, other.id, "the point has the name of its place");
    await page.locator(`${scatter} [data-place="${other.id}"]`).press("Space");
    const said = page.locator("#marked-said");
    assert.ok((await said.innerText()).includes(`1 marked: ${other.name}. 1 of them not in this part`), await said.innerText());
    const parts = page.getByRole("navigation", { name: "Parts of the table" }).getByRole("link");
    let found = [];
    for (let part = 1; found.length === 0 && part < (await parts.count()); part++) {
      await follow(page, parts.nth(part));
      assert.deepEqual(inAddress(page), [other.id]);
      found = await marked(page);
    }
    assert.deepEqual(found, [other.id]);
    await page.close();
  });

  test("points are reached, walked and marked with the keyboard alone", async () => {
    const page = await openBoroughs();
    const points = page.locator(`${scatter} [role=checkbox]`);
    assert.equal(await page.locator(`${scatter} [tabindex="0"]`).count(), 1, "one stop of the Tab key");
    for (let i = 0; i < 80 && !(await page.evaluate((chart) => document.activeElement?.closest(chart) !== null, scatter)); i++) await page.keyboard.press("Tab");
    const at = () => page.evaluate(() => document.activeElement?.getAttribute("data-place"));
    const first = await at();
    await page.keyboard.press("ArrowRight");
    const second = await at();
    assert.ok(first && second && first !== second);
    assert.equal(await page.locator("#places-table tr.under-hand").getAttribute("data-place"), second, "its row is told apart");
    await page.keyboard.press("Space");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    assert.deepEqual(await marked(page), [second, await at()].sort());
    assert.equal(await points.locator("xpath=self::*[@aria-checked='true']").count(), 2);
    assert.deepEqual(await axeFinds(page), []);
    await page.close();
  });

  test("a box that is drawn marks the points inside, a click the nearest", async () => {
    const page = await openBoroughs();
    const chart = page.locator(scatter);
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    await page.mouse.move(box.x + 30, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 5, box.y + box.height - 60, { steps: 5 });
    assert.equal(await page.locator(".box-drawn").count(), 1);
    await page.mouse.up();
    assert.equal(await page.locator(".box-drawn").count(), 0);
    const all = (await marked(page)).length;
    assert.ok(all > 10, `${all} are inside`);
    const point = page.locator(`${scatter} [data-place="E09000033"]`);
    const mark = await point.boundingBox();
    await page.mouse.click(mark.x + mark.width / 2, mark.y + mark.height / 2);
    assert.equal((await marked(page)).length, all - 1);
    await page.close();
  });

  test("what if is answered while one types, keeps the marks, and says what is refused", async () => {
    const page = await openBoroughs();
    await page.getByLabel("Mark Camden").check();
    await page.fill("#change", "10");
    await page.waitForFunction(() => document.querySelector("#played-said").textContent.includes("would be given out"));
    assert.match(await page.locator("#played").innerText(), /gains 10 % at most/);
    assert.match(page.url(), /selected=E09000007.*change=10/);
    await page.fill("#budget", "1e99");
    await page.waitForFunction(() => document.querySelector("#played-said").textContent.includes("ten times"));
    assert.equal(await page.locator("#budget").getAttribute("aria-invalid"), "true");
    assert.equal(await page.evaluate(() => document.activeElement.id), "budget", "whoever types is not disturbed");
    assert.deepEqual(await axeFinds(page), []);
    await page.close();
  });
});
