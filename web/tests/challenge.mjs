// Resources and need in a real Chromium with its scripts off: HOTSPOT_URL=http://127.0.0.1:8080 node --test tests/challenge.mjs
// The server needs --resources and --ledger, as `hotspot demo` has them; a challenge is written to the ledger. With HOTSPOT_OTHER_URL the MPS
// uses another server, which has the same ledger.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { follow } from "./acts.mjs";
import { assertAccessible, at, openPage, origin } from "./pages.mjs";

const other = new URL(process.env.HOTSPOT_OTHER_URL || origin).origin;

/** The form of a question. */
const raising = 'main form[action="/challenge/raise"]';

/** Fills the names of a form and sends it. */
async function send(page, form, role, fields = {}) {
  const inside = page.locator(form);
  for (const [name, value] of Object.entries(fields)) await inside.locator(`[name="${name}"]`).fill(value);
  await inside.locator('[name="actor"]').fill(role === "mopac" ? "B. Asker" : "A. Officer");
  await inside.locator(`[name="role"][value="${role}"]`).check();
  await follow(page, inside.locator("button"));
}

/** The day so many days from now: an answer is promised for no day that is over. */
const dayFrom = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe("resources and need", { concurrency: false }, () => {
  test("lists places by shortfall, says what it does not say, and leads to the map and back", async () => {
    const page = await openPage();
    await page.goto(at("/challenge"));
    const { kinds } = await (await fetch(at("/api/v1/challenge?kind=patrol_hours"))).json();
    await page.selectOption("#ask-kind", "patrol_hours");
    await follow(page, page.getByRole("button", { name: "Show" }).first());
    // In parts, which have every place once.
    const listed = () => page.locator("#places-table tbody tr").evaluateAll((all) => all.map((row) => row.dataset.place));
    const parts = page.getByRole("navigation", { name: "Parts of the table" }).getByRole("link");
    const first = await listed();
    const all = [...first];
    for (let part = 1; part < (await parts.count()); part++) {
      await follow(page, parts.nth(part));
      all.push(...(await listed()));
    }
    assert.equal(first.length, Math.min(50, kinds[0].places.length));
    assert.deepEqual(all.sort(), kinds[0].places.map((place) => place.id).sort());
    const text = await page.locator("body").innerText();
    for (const said of ["no sign-in yet", "Recorded incidents are not all incidents", "Planned"]) assert.ok(text.includes(said), said);
    assert.equal(await page.locator('nav a[href="/"]').count(), 1);
    assert.deepEqual(await page.locator("script").evaluateAll((all) => all.map((script) => script.getAttribute("src"))), ["/challenge-page.js"]);
    await page.close();
  });

  test("leads down from command units to their boroughs and hotspots, and back up", async () => {
    const page = await openPage();
    await page.goto(at("/challenge?kind=officers&level=bcu"));
    const rows = () => page.locator("#places-table tbody tr").count();
    const units = await rows();
    await follow(page, page.getByRole("link", { name: "Its boroughs: Central North" }));
    const inside = await rows();
    assert.ok(inside > 0 && inside < units);
    assert.deepEqual(await page.locator(".crumbs li").allInnerTexts(), ["London", "Central North"]);
    for (const width of [1280, 320]) await assertAccessible("/challenge?kind=officers&level=borough&within=Central+North", width);
    await follow(page, page.getByRole("link", { name: "Its hotspots: Camden" }));
    assert.deepEqual(await page.locator(".crumbs li").allInnerTexts(), ["London", "Central North", "Camden"]);
    const hotspots = await page.locator("#places-table tbody th").allInnerTexts();
    assert.ok(hotspots.length > 0 && hotspots.every((name) => name.includes("Camden")), hotspots.join("; "));
    await follow(page, page.locator(".crumbs a").first());
    assert.equal(await rows(), units);
    const nowhere = await page.goto(at("/challenge?kind=officers&level=bcu&within=Atlantis"));
    assert.equal(nowhere.status(), 400);
    await page.close();
  });

  test("plays what if by its address, and sends back what is wrong with a link to the field", async () => {
    const page = await openPage();
    await page.goto(at("/challenge?kind=officers&level=bcu"));
    await page.fill("#change", "10");
    await follow(page, page.getByRole("button", { name: "Work it out" }));
    assert.match(await page.locator("body").innerText(), /would be given out.+gains 10 % at most/s);
    assert.match(page.url(), /change=10/);
    const three = await page.locator("#played tbody").first().innerText();
    assert.match(three, /As it is now.+within what you set.+By need alone/s);
    await page.fill("#change", "");
    await page.fill("#budget", "1e99");
    await follow(page, page.getByRole("button", { name: "Work it out" }));
    assert.match(await page.locator(".errors").innerText(), /a tenth of what is given out now, to ten times/);
    await page.fill("#budget", "");
    await page.fill("#change", "much");
    await follow(page, page.getByRole("button", { name: "Work it out" }));
    await page.locator('.errors a[href="#change"]').click();
    assert.equal(await page.locator("#change").getAttribute("aria-invalid"), "true");
    assert.match(await page.title(), /^Error: /);
    await page.close();
  });

  test("a challenge is raised, acknowledged, answered, accepted and closed, without a script", async () => {
    const page = await openPage();
    await page.goto(at("/challenge?kind=officers&level=bcu"));
    await follow(page, page.locator("a.raise").first());
    // What is questioned has a question already.
    await send(page, raising, "mopac", { question: "" });
    assert.match(await page.locator(".errors").innerText(), /Write the question/);
    await send(page, raising, "mopac", { question: "Why has this unit so few?" });
    assert.equal(await page.locator("h1").innerText(), "Check before it is put on record");
    const before = await (await fetch(at("/api/v1/challenge/ledger"))).json();
    await follow(page, page.getByRole("button", { name: "Change the question" }));
    assert.equal(await page.locator("#question").inputValue(), "Why has this unit so few?");
    await send(page, raising, "mopac", { question: "Why has this command unit so few?" });
    assert.match(await page.locator("main").innerText(), /B. Asker, for MOPAC.+SHA-256/s);
    const after = await (await fetch(at("/api/v1/challenge/ledger"))).json();
    assert.equal(after.challenges.length, before.challenges.length, "nothing is written before it is confirmed");
    await follow(page, page.getByRole("button", { name: "Confirm, and raise the challenge" }));
    assert.match(page.url(), /\/challenge\/C-\d{4}-\d{4}$/);
    const thread = new URL(page.url()).pathname;
    const by = async (role, step, fields) => {
      await page.goto(new URL(thread, role === "mps" ? other : origin).href);
      await send(page, `form[action$="/${step}"]`, role, fields);
    };
    await by("mps", "acknowledge");
    await by("mps", "answer", { text: "Two more from May." });
    assert.match(await page.locator(".errors").innerText(), /Write what will be done/);
    assert.equal(await page.locator("#answer-text").inputValue(), "Two more from May.");
    await send(page, 'form[action$="/answer"]', "mps", {
      action: "Move two officers",
      by: dayFrom(30),
      change_resource: "officers",
      change_amount: "2",
      change_unit: "fte",
      change_from: "2026-01-01",
    });
    await by("mopac", "escalate", { reason: "Which two, and from where?" });
    await by("mps", "answer", { text: "Two from the neighbouring unit.", action: "Move two officers", by: dayFrom(60) });
    await by("mopac", "accept", { reason: "That will do." });
    await by("mopac", "close", { reason: "Done as promised." });
    const text = await page.locator("main").innerText();
    for (const said of ["State: closed", "officers: +2 fte", "Why has this command unit so few?", "can be recorded from"]) assert.ok(text.includes(said), said);
    assert.match(await page.locator("code").first().innerText(), /^[0-9a-f]{64}$/);
    const verified = await (await fetch(at("/api/v1/challenge/ledger/verify"))).json();
    assert.ok(verified.events >= 7);
    assert.deepEqual(await (await fetch(new URL("/api/v1/challenge/ledger/verify", other))).json(), verified);
    await page.goto(at("/challenge#threads"));
    assert.equal(await page.locator(`a[href="${thread}"]`).count(), 1);
    for (const width of [1280, 320]) await assertAccessible(thread, width);
    await page.close();
  });

  test("the table is sorted by a heading and keeps what is marked, without a script", async () => {
    const page = await openPage();
    await page.goto(at("/challenge?kind=officers&level=borough"));
    assert.equal(await page.locator("th[aria-sort]").innerText().then((text) => text.split("\n")[0].trim()), "Gap ÷ uncertainty");
    await page.getByLabel("Mark Camden").check();
    await page.getByLabel("Mark Barnet").check();
    await follow(page, page.getByRole("button", { name: "Show what is marked" }));
    assert.deepEqual(new URL(page.url()).searchParams.getAll("selected").sort(), ["E09000003", "E09000007"]);
    await follow(page, page.locator("thead").first().getByRole("link", { name: "Place" }));
    assert.equal(await page.locator('th[aria-sort="ascending"] a').innerText(), "Place");
    const names = await page.locator("#places-table tbody th").allInnerTexts();
    assert.deepEqual(names, [...names].sort());
    assert.equal(await page.locator("tr.marked").count(), 2);
    const thick = await page.locator('svg.hc-wide [data-place="E09000007"]').first().evaluate((mark) => getComputedStyle(mark).strokeWidth);
    assert.equal(thick, "3px");
    await page.close();
  });

  test("more sites are looked for, and the evidence is taken as an archive", async () => {
    const page = await openPage();
    await page.goto(at("/challenge?kind=reporting_site"));
    await page.fill("#more", "3");
    await page.fill("#reach", "1000");
    await Promise.all([page.waitForURL(/find=yes/), page.getByRole("button", { name: "Look for places" }).click()]);
    assert.match(await page.locator("body").innerText(), /With 3 more, each reaching 1,000 m, it would be .+no choice of as many reaches more/s);
    assert.equal(await page.locator("#sites ~ .scroll").first().locator("tbody tr").count(), 3);
    await page.selectOption("#pack-borough", "Camden");
    const [archive] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Take the archive" }).click()]);
    assert.match(archive.suggestedFilename(), /^challenge-.+\.zip$/);
    assert.equal(readFileSync(await archive.path()).subarray(0, 2).toString("latin1"), "PK");
    await page.close();
  });

  for (const width of [1280, 320]) {
    test(`passes axe at ${width} px and does not scroll sideways`, async () => {
      for (const path of ["/challenge", "/challenge?kind=patrol_hours", "/challenge?kind=officers&level=bcu&play=yes&floor=-1", "/challenge?kind=officers&level=bcu&play=yes&change=5", "/challenge?kind=reporting_site&find=yes&more=2&reach=900"]) {
        await assertAccessible(path, width);
      }
      const page = await openPage();
      await page.goto(at("/challenge?kind=officers&level=bcu"));
      const path = await page.locator("a.raise").first().getAttribute("href");
      await page.close();
      await assertAccessible(path, width);
      for (const wrong of ["/nowhere", "/challenge?borough=zz"]) await assertAccessible(wrong, width);
    });
  }

  test("prints on A4", async () => {
    const page = await openPage();
    await page.goto(at("/challenge?kind=officers&level=borough"));
    const pdf = await page.pdf({ preferCSSPageSize: true });
    const sheets = [...pdf.toString("latin1").matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map((m) => Number(m[1]) > Number(m[2]));
    assert.ok(sheets.length > 1 && sheets.includes(true) && sheets.includes(false), `${sheets.length} sheets`);
    await page.close();
  });
});
