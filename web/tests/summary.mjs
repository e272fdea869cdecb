// The month's page of the built program in a real Chromium: HOTSPOT_PROGRAM=../target/debug/hotspot node --test tests/summary.mjs
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { openBrowser } from "../scripts/browser.mjs";
import { axeFinds } from "./axe.mjs";

const program = process.env.HOTSPOT_PROGRAM;
if (!program) throw new Error("set HOTSPOT_PROGRAM to the path of the program, such as ../target/debug/hotspot");
const MONTH = "2026-06";
const MOST_BYTES = 600_000;

let dir;
let folder;
let browser;
let close;

const hotspot = (...args) => execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });

before(async () => {
  dir = mkdtempSync(join(tmpdir(), "hotspot-month-"));
  const [incidents, store, out] = ["incidents.csv", "store", "months"].map((name) => join(dir, name));
  hotspot("simulate", "--months", "30", "--start", "2024-01", "--seed", "7", "--out", incidents);
  hotspot("ingest", incidents, "--store", store, "--class", "synthetic");
  hotspot("summary", "--store", store, "--out", out, "--months", `2026-05..${MONTH}`, "--formats", "html,csv,ods");
  folder = join(out, MONTH);
  ({ browser, close } = await openBrowser({ width: 1280, height: 900 }));
});

after(async () => {
  await close?.();
  if (dir) rmSync(dir, { recursive: true, force: true });
});

const file = () => join(folder, `recorded-hate-crime-${MONTH}.html`);

async function open({ width = 1280, height = 900 } = {}) {
  const page = await browser.newPage();
  await page.setViewportSize({ width, height });
  const seen = { requests: [], errors: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  await page.goto(pathToFileURL(file()).href);
  return { page, seen };
}

const openDetails = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));

async function assertAccessible(page, state, rules = {}) {
  assert.deepEqual(await axeFinds(page, rules), [], `axe: ${state}`);
}

describe("the month's page", { concurrency: false }, () => {
  test("needs nothing else and is small", async () => {
    const { page, seen } = await open();
    assert.deepEqual(seen.requests, [page.url()], "nothing else is loaded");
    assert.deepEqual(seen.errors, []);
    assert.equal(await page.locator("script").count(), 0);
    const bytes = statSync(file()).size;
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
    await page.close();
  });

  test("has one heading of the first level, no level left out, and links that lead somewhere", async () => {
    const { page } = await open();
    const levels = await page.locator("h1, h2, h3, h4, h5, h6").evaluateAll((all) => all.map((h) => Number(h.tagName[1])));
    assert.equal(levels.filter((l) => l === 1).length, 1);
    levels.forEach((level, at) => assert.ok(at === 0 ? level === 1 : level <= levels[at - 1] + 1, `heading ${at}: ${levels}`));
    const ids = await page.locator("[id]").evaluateAll((all) => all.map((e) => e.id));
    assert.equal(new Set(ids).size, ids.length, "ids are unique");
    const inside = await page.locator('a[href^="#"]').evaluateAll((all) => all.map((a) => a.getAttribute("href").slice(1)));
    for (const id of inside) assert.ok(ids.includes(id), `#${id}`);
    const links = await page.locator('a:not([href^="#"])').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    const others = readdirSync(folder).filter((name) => /\.(csv|ods|parquet)$/.test(name));
    assert.deepEqual([...links].sort(), others.sort(), "every file beside it, and no other");
    await page.close();
  });

  test("tables have captions, heads with scopes, and regions that a keyboard scrolls", async () => {
    const { page } = await open();
    const faults = await page.locator("table").evaluateAll((tables) =>
      tables.flatMap((t) => {
        const region = t.closest('[role="region"]');
        const said = t.caption?.textContent ?? "no caption";
        const columns = t.tHead.rows[0].cells.length;
        return [
          !t.caption?.textContent && "no caption",
          (!region || region.tabIndex !== 0 || !region.getAttribute("aria-label")) && "no region",
          [...t.tHead.rows[0].cells].some((c) => c.scope !== "col") && "a head without scope",
          [...t.tBodies].flatMap((b) => [...b.rows]).some((r) => !["row", "rowgroup"].includes(r.cells[0].scope)) && "a row without scope",
          [...t.tBodies].flatMap((b) => [...b.rows]).some((r) => [...r.cells].reduce((n, c) => n + c.colSpan, 0) !== columns) && "a ragged row",
        ].filter(Boolean).map((fault) => `${said}: ${fault}`);
      }),
    );
    assert.deepEqual(faults, []);
    await page.close();
  });

  for (const width of [1280, 320]) {
    test(`passes axe at ${width} px, with and without details, and does not scroll sideways`, async () => {
      const { page } = await open({ width });
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(await overflow(), 0);
      await assertAccessible(page, "closed");
      await openDetails(page);
      assert.equal(await overflow(), 0);
      await assertAccessible(page, "open");
      // Of each chart one of two is there, to the eye and to a screen reader.
      const [wide, narrow] = await Promise.all([".hc-wide", ".hc-narrow"].map((of) => page.locator(`svg${of}:visible`).count()));
      assert.ok(width > 480 ? wide > 3 && narrow === 0 : narrow > 3 && wide === 0, `${wide} wide, ${narrow} narrow`);
      await page.close();
    });
  }

  test("stays readable with forced colours and a dark preference", async () => {
    const { page } = await open();
    await page.emulateMedia({ forcedColors: "active", colorScheme: "dark" });
    // The colours are the reader's own then: axe takes the text's from them and the ground's from the page.
    await assertAccessible(page, "forced colours", { "color-contrast": { enabled: false } });
    await page.emulateMedia({ forcedColors: "none", colorScheme: "dark" });
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    await assertAccessible(page, "dark preference");
    await page.close();
  });

  test("prints: nothing wider than its sheet, no chart higher than one, charts for paper", async () => {
    const { page } = await open({ width: 703, height: 1000 });
    await page.emulateMedia({ media: "print" });
    // A4 in px, less the margins: 186 mm and 273 mm across, 266 mm and 179 mm high.
    const px = (mm) => (mm / 25.4) * 96;
    const wide = await page.evaluate((most) => {
      const left = [...document.querySelectorAll("main > *, header > *, svg.hc-wide")];
      return left.filter((e) => !e.classList.contains("across") && e.getBoundingClientRect().right > most + 1).map((e) => e.outerHTML.slice(0, 80));
    }, px(186) + 1);
    assert.deepEqual(wide, []);
    const high = await page.locator("svg.hc-wide").evaluateAll((all, most) => all.filter((e) => e.getBoundingClientRect().height > most).map((e) => e.id), px(266) * 0.95);
    assert.deepEqual(high, []);
    assert.equal(await page.locator("svg.hc-narrow:visible").count(), 0);
    await page.setViewportSize({ width: Math.round(px(273)), height: 700 });
    const tables = await page.locator(".across table").evaluateAll((all, most) => all.map((t) => t.getBoundingClientRect().width).filter((w) => w > most), px(273) + 1);
    assert.deepEqual(tables, []);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    const sheets = [...pdf.toString("latin1").matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map((m) => Number(m[1]) > Number(m[2]));
    assert.ok(sheets.length > 5 && sheets.length < 40, `${sheets.length} sheets`);
    assert.ok(sheets.includes(true) && sheets.includes(false), "wide tables have sheets across");
    await page.close();
  });
});
