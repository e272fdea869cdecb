import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits, policyLine } from "../src/about-view";
import { problemOf } from "../src/api";
import { axisMarks, monthCount, seriesLine, sharedAxis } from "../src/chart-view";
import { monthsOf, plusMonths } from "../src/format";
import { withoutValue } from "../src/legend";
import { breakTicks, played, playedFrom, shifted } from "../src/month-range";
import { gaveWay, Pending } from "../src/pending";
import { hotspotLine, viewWords } from "../src/readout";
import { changeLine, choiceInWords, chosenFrom } from "../src/selection";
import { moved, neighbour, type Direction } from "../src/spatial-list";
import { moreHotspots, slowLine, staleLine, widen } from "../src/states";
import { pathOf, projection } from "../src/still-map";
import { tabAddress } from "../src/tabs";
import { decode, DEFAULTS, TABS } from "../src/url-state";
import { cells, hotspots, release, spot } from "./fixtures";

describe("tabs", () => {
  test("have addresses of their own that keep everything else", () => {
    const state = decode("strand=race&hotspot=all-1&lon=-0.1&lat=51.5&zoom=12");
    for (const tab of TABS) expect(decode(tabAddress(state, tab).slice(2))).toEqual({ ...state, tab });
    expect(tabAddress(DEFAULTS, "map")).toBe("/");
    expect(tabAddress(DEFAULTS, "table")).toBe("/?view=table");
  });
});

describe("months", () => {
  const months = { from: "2023-11", to: "2026-10" };
  const period = fc.tuple(fc.nat(35), fc.nat(35)).map(([a, b]) => ({ from: plusMonths("2023-11", Math.min(a, b)), to: plusMonths("2023-11", Math.max(a, b)) }));

  test("move as one, keep their number, and never leave what is there", () => {
    fc.assert(
      fc.property(period, fc.integer({ min: -40, max: 40 }), (p, by) => {
        const next = shifted(p, months, by);
        if (next === null) return;
        expect(monthsOf(next)).toHaveLength(monthsOf(p).length);
        expect(next.from >= months.from && next.to <= months.to).toBe(true);
      }),
    );
  });

  test("play to the end and stop there, whatever the period", () => {
    fc.assert(
      fc.property(period, (p) => {
        let at = playedFrom(p, months);
        if (at === null) {
          expect(monthsOf(p)).toHaveLength(36);
          return;
        }
        let steps = 0;
        for (let next = played(at, months); next; next = played(next, months)) {
          at = next;
          steps += 1;
          expect(steps).toBeLessThan(36);
        }
        expect(at.to).toBe(months.to);
      }),
    );
  });

  test("begin again from the first month when they stand at the end", () => {
    expect(playedFrom({ from: "2026-09", to: "2026-10" }, months)).toEqual({ from: "2023-11", to: "2023-12" });
    expect(playedFrom(months, months)).toBeNull();
  });

  test("have a tick for each day on which the series breaks, between the months' places", () => {
    const breaks = [
      { from: "2024-02-28", what: "new system" },
      { from: "2024-02-28", what: "new meaning" },
      { from: "2019-01-01", what: "long ago" },
      { from: "2026-10-01", what: "now" },
    ];
    const ticks = breakTicks({ breaks, months });
    expect(ticks.map((t) => [t.day, t.texts.length])).toEqual([["2024-02-28", 2], ["2026-10-01", 1]]);
    // After the middle of February, the fourth month, and before that of March.
    expect(ticks[0]?.at).toBeGreaterThan(3 / 35);
    expect(ticks[0]?.at).toBeLessThan(4 / 35);
    expect(ticks[1]?.at).toBeCloseTo(34.5 / 35, 5);
    expect(breakTicks({ breaks, months: { from: "2026-10", to: "2026-10" } })).toEqual([]);
  });
});

describe("the list of hotspots in view", () => {
  const places = fc.array(fc.record({ x: fc.integer({ min: 0, max: 600 }), y: fc.integer({ min: 0, max: 400 }) }), { minLength: 1, maxLength: 30 });
  const direction = fc.constantFrom<Direction>("up", "down", "left", "right");

  test("goes to the nearest one straight ahead before one aside", () => {
    const from = { x: 100, y: 100 };
    const [ahead, aside, behind] = [{ x: 180, y: 105 }, { x: 130, y: 150 }, { x: 40, y: 100 }];
    expect(neighbour([from, ahead, aside, behind], from, "right")).toBe(ahead);
    expect(neighbour([from, ahead, aside, behind], from, "down")).toBe(aside);
    expect(neighbour([from, ahead, aside, behind], from, "left")).toBe(behind);
    expect(neighbour([from, ahead, aside, behind], from, "up")).toBeNull();
  });

  test("never stays, and never goes the other way", () => {
    fc.assert(
      fc.property(places, direction, (list, way) => {
        const from = list[0] as { x: number; y: number };
        const next = neighbour(list, from, way);
        if (!next) return;
        expect(next).not.toBe(from);
        const ahead = { up: from.y - next.y, down: next.y - from.y, left: from.x - next.x, right: next.x - from.x }[way];
        expect(ahead).toBeGreaterThan(0);
      }),
    );
  });

  test("answers its own keys only", () => {
    const list = [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 2, y: 0 }] as const;
    expect(moved(list, list[1], "ArrowDown", false)).toBe(list[2]);
    expect(moved(list, list[2], "ArrowDown", false)).toBeNull();
    expect(moved(list, list[1], "ArrowUp", false)).toBe(list[0]);
    expect(moved(list, list[1], "Home", false)).toBe(list[0]);
    expect(moved(list, list[1], "End", false)).toBe(list[2]);
    expect(moved(list, list[1], "ArrowLeft", true)).toBe(list[0]);
    expect(moved(list, list[1], "Tab", false)).toBeUndefined();
  });

  test("says of a hotspot what it is, how much and how sure", () => {
    expect(hotspotLine(spot({ evidence: "cannot_tell" }))).toBe("1. SE15, north of Southwark: 300 incidents, 15 times expected (95% interval 12 to 18), evidence cannot tell");
  });

  test("says the view in words", () => {
    expect(viewWords({ lon: -0.1278, lat: 51.5074, zoom: 10.46 }, 1)).toBe("Centre 51.507° north, 0.128° west; zoom 10.5; 1 hotspot in view");
  });
});

describe("which hotspots are listed", () => {
  const answer = hotspots([spot({ id: "a", change: "new" }), spot({ id: "b", change: "grew", evidence: "weak" }), spot({ id: "c", change: "shrank" })]);
  const ids = (patch: object) => chosenFrom(answer, { changed: false, clear: false, ...patch }).features.map((f) => f.properties.id);

  test("all, the changed, the clear, or both", () => {
    expect(ids({})).toEqual(["a", "b", "c"]);
    expect(ids({ changed: true })).toEqual(["a", "b"]);
    expect(ids({ clear: true })).toEqual(["a", "c"]);
    expect(ids({ changed: true, clear: true })).toEqual(["a"]);
    expect(choiceInWords({ changed: true, clear: true })).toBe("new or larger since the release before and of clear evidence");
  });

  test("counts what has changed, and says when there is nothing to compare with", () => {
    expect(changeLine(answer.features.map((f) => f.properties))).toBe("Since the release before: 1 new, 1 larger, 1 other.");
    expect(changeLine([spot({ change: "first" })])).toMatch(/first release/);
  });
});

describe("states", () => {
  test("an empty answer is widened by one step: the months, the source, the strand, then all months", () => {
    const state = { ...DEFAULTS, strand: "race", source: "victim", from: "2026-10" };
    expect(widen(state, release())).toEqual({ label: "Widen to 12 months", patch: { from: null, to: null } });
    expect(widen({ ...state, from: null, days: "sat" }, release())).toMatchObject({ label: "Take away the other filters", patch: { days: "all", offence: "all" } });
    expect(widen({ ...state, from: null }, release())).toMatchObject({ label: "Show all but police-generated" });
    expect(widen({ ...state, from: null, source: "reported" }, release())).toMatchObject({ label: "Show all strands" });
    expect(widen(DEFAULTS, release())).toMatchObject({ label: "Show all 36 months" });
    expect(widen({ ...DEFAULTS, from: "2023-11" }, release())).toBeNull();
  });

  test("an empty list is filled by taking off its own choice before another strand", () => {
    const state = { ...DEFAULTS, strand: "race", clear: true };
    expect(moreHotspots(state, release(), hotspots([spot({ evidence: "weak" })]))).toMatchObject({ label: "Show all hotspots" });
    expect(moreHotspots(state, release(), hotspots([]))).toMatchObject({ label: "Show all strands" });
    expect(moreHotspots(DEFAULTS, release(), hotspots([]))).toBeNull();
  });

  test("an older release says how old it is", () => {
    const newest = release({ id: "2026-11-def", month: "2026-11", as_known_on: "2026-12-06" });
    expect(staleLine(release(), newest)).toBe("Figures as at 6 Nov 2026 (release 2026-10-abc). There is the release of Nov 2026, as known on 6 Dec 2026.");
    expect(staleLine(release(), release({ id: "2026-10-new" }))).toMatch(/a newer release of Oct 2026/);
    expect(staleLine(newest, newest)).toBeNull();
  });

  test("a problem keeps the number by which the log knows it", () => {
    expect(problemOf(500, JSON.stringify({ title: "Internal error", detail: "x", request_id: "06c8" })).requestId).toBe("06c8");
    expect(problemOf(502, "<html>").requestId).toBeNull();
  });

  test("a task that is stopped fails with the reason; one that gives way to a newer one knows it", async () => {
    const pending = new Pending(() => undefined);
    const slow: string[][] = [];
    pending.slow = (names) => void slow.push([...names]);
    const ends: unknown[] = [];
    const endless = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          ends.push(gaveWay(signal) ? "gave way" : signal.reason);
          resolve();
        });
      });
    const first = pending.run("cells", endless);
    const second = pending.run("cells", endless);
    await first;
    expect(ends).toEqual(["gave way"]);
    pending.markSlow("cells");
    const reason = new Error("stopped");
    pending.stop(reason);
    await second;
    expect(ends).toEqual(["gave way", reason]);
    expect(slow).toEqual([["cells"], []]);
    await pending.ended("cells");
  });

  test("names what it waits for", () => {
    expect(slowLine(["hotspots", "cells"])).toBe("Still waiting for the hotspots, the colours of the map.");
  });
});

describe("the chart", () => {
  test("has an axis that holds every interval, 1 and the rule", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double({ min: 0.06, max: 50, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true })), { maxLength: 20 }), (list) => {
        const spots = list.map(([lo, more]) => ({ ratio_lo: lo, ratio_hi: lo + more }));
        const [min, max] = sharedAxis(spots, 2);
        for (const s of spots) expect(s.ratio_lo >= min * 0.9999 && s.ratio_hi <= max * 1.0001).toBe(true);
        expect(min <= 1 && max >= 4).toBe(true);
        const marks = axisMarks([min, max]);
        expect(marks).toContain(1);
        expect(marks).toEqual([...marks].sort((a, b) => a - b));
      }),
    );
    expect(axisMarks([0.5, 100])).toEqual([0.5, 1, 2, 5, 10, 20, 50, 100]);
  });

  test("counts a month as the table of boroughs does", () => {
    const row = (n: number) => ({ code: "", name: "", n, residents: null, rate_per_1000: null, lo: null, hi: null });
    expect(monthCount({ from: "2026-10", total: 20, rows: [row(7), row(5)], elsewhere: 1 })).toEqual({ month: "2026-10", total: 20, placed: 13 });
    expect(seriesLine([{ month: "2026-09", total: 3, placed: 3 }, { month: "2026-10", total: 9, placed: 9 }])).toBe("12 recorded incidents in 2 months: most in Oct 2026 (9), fewest in Sep 2026 (3). Single months go up and down by chance.");
    expect(seriesLine([{ month: "2026-10", total: 1, placed: 1 }])).toBe("1 recorded incident in Oct 2026.");
  });
});

describe("the page in words", () => {
  test("says what each word for the evidence asks for, also of a quantity that it does not know", () => {
    expect(policyLine(release(), "clear")).toBe("at least 8 incidents; hot in at least 50% of settings");
    expect(policyLine(release(), "cannot_tell")).toBe("everything else");
    expect(policyLine(release({ evidence: { version: "e", thresholds: [{ word: "clear", quantity: "moons", least: 3 }] } }), "clear")).toBe("moons at least 3");
  });

  test("says what the map cannot say, with the figures of the release", () => {
    const text = limits(release()).join(" ");
    for (const says of ["most is never reported", "10 online, 5 without a place and 10 known to an area only", "310 incidents withheld", "Not a change across 28 Feb 2024: new system"]) expect(text).toContain(says);
  });

  test("counts the cells without an answer", () => {
    expect(withoutValue(cells())).toBe(0);
    expect(withoutValue(cells({ cells: { id: ["a", "b"], n: [3, 5], value: [null, 5], class: [0, 2] } }))).toBe(1);
  });
});

describe("the picture without WebGL", () => {
  test("has north up, east to the right, and the whole area in it", () => {
    const bounds = release().bounds;
    const [w, s, e, n] = bounds;
    const { height, at } = projection(bounds);
    expect(at([w, n])).toEqual([0, 0]);
    expect(at([e, s])).toEqual([640, expect.closeTo(height, -1)]);
    expect(height).toBeGreaterThan(400);
    const ring = [[w, s], [e, s], [e, n], [w, s]];
    expect(pathOf({ type: "Polygon", coordinates: [ring] }, ([x, y]) => [x === w ? 0 : 1, y === s ? 0 : 1])).toBe("M0 0L1 0L1 1L0 0Z");
    expect(pathOf({ type: "MultiPolygon", coordinates: [[ring], [ring]] }, () => [0, 0])).toBe("M0 0L0 0L0 0L0 0ZM0 0L0 0L0 0L0 0Z");
  });
});
