// What every test of the pages of a server needs: its address, a browser without scripts and one for axe, and what holds of every page.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { openBrowser } from "../scripts/browser.mjs";
import { axeFinds } from "./axe.mjs";
import { at, origin } from "./server.mjs";

export { at, axeFinds, origin };

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

/** A page whose scripts are off. */
export async function openPage() {
  const page = await plain.browser.newPage();
  page.setDefaultTimeout(60_000);
  return page;
}

/** axe runs where scripts may: the page is the same. */
export async function assertAccessible(path, width) {
  const page = await scripted.browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.setViewportSize({ width, height: 900 });
  await page.goto(at(path));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${path} scrolls sideways`);
  assert.deepEqual(await axeFinds(page), [], `axe: ${path} at ${width}`);
  const levels = await page.locator("h1, h2, h3, h4").evaluateAll((all) => all.map((h) => Number(h.tagName[1])));
  assert.equal(levels.filter((l) => l === 1).length, 1);
  levels.forEach((level, i) => assert.ok(i === 0 ? level === 1 : level <= levels[i - 1] + 1, `${path}: heading ${i}: ${levels}`));
  const ids = await page.locator("[id]").evaluateAll((all) => all.map((e) => e.id));
  assert.equal(new Set(ids).size, ids.length, `${path}: ids are unique`);
  const inside = await page.locator('a[href^="#"]').evaluateAll((all) => all.map((a) => a.getAttribute("href").slice(1)));
  for (const id of inside) assert.ok(ids.includes(id), `${path}: #${id}`);
  await page.close();
}
