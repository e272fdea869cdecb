import { describe, expect, test } from "vitest";
import type { Comparison, PlaceChange } from "../src/api";
import { asCells, cautions, changeClass, changeInWords, choices, comparisonLine, unitChange, versusOf } from "../src/comparison";
import { legendTotal } from "../src/legend";
import { DEFAULTS, type State } from "../src/url-state";
import { release } from "./fixtures";

const change = (patch: Partial<PlaceChange> = {}): PlaceChange => ({ n: 30, before: 10, ratio: 3, lo: 1.4, hi: 6.9, q: 0.01, change: "more", ...patch });

const comparison = (patch: Partial<Comparison> = {}): Comparison => ({
  release: "2026-10-abc",
  strand: "all",
  from: "2026-08",
  to: "2026-10",
  source: "reported",
  versus: { from: "2025-08", to: "2025-10" },
  same_season: true,
  breaks: [],
  hour_unknown: null,
  level: 0.05,
  total: change({ n: 300, before: 250, ratio: 1.2, lo: 1.01, hi: 1.43 }),
  hotspots: [{ id: "all-1", name: "SE15", ...change() }, { id: "all-2", name: "N1", ...change({ change: "not_sure", ratio: 1.1 }) }],
  boroughs: [],
  resolution: 9,
  legend: [{ change: "nothing", units: 40, n: 0, before: 0 }],
  units: { id: ["a", "b", "c", "d"], n: [9, 3, 1, 0], before: [0, 3, 9, 12], ratio: [null, 1, 0.11, 0], lo: [2.2, 0.2, 0.01, 0], hi: [null, 5, 0.8, 0.3], change: ["more", "not_sure", "fewer", "fewer"] },
  ...patch,
});

const at = (patch: Partial<State>): State => ({ ...DEFAULTS, ...patch });

describe("the period compared with", () => {
  test("is the same calendar months as many whole years back as share none", () => {
    expect(versusOf(at({ versus: "year", from: "2026-08", to: "2026-10" }), release())).toEqual({ from: "2025-08", to: "2025-10" });
    expect(versusOf(at({ versus: "year" }), release())).toEqual({ from: "2024-11", to: "2025-10" });
    expect(versusOf(at({ versus: "year", from: "2025-09", to: "2026-10" }), release())).toEqual({ from: "2023-09", to: "2024-10" });
  });

  test("is as many months just before, or what the address says", () => {
    expect(versusOf(at({ versus: "before", from: "2026-08", to: "2026-10" }), release())).toEqual({ from: "2026-05", to: "2026-07" });
    expect(versusOf(at({ versus: "2024-01.2024-03" }), release())).toEqual({ from: "2024-01", to: "2024-03" });
    expect(versusOf(at({}), release())).toBeNull();
  });

  test("is offered only where the release holds it", () => {
    expect(choices(at({}), release()).map((c) => c.value)).toEqual(["", "year", "before", "own"]);
    // As much as the list is wide.
    for (const { label } of choices(at({}), release())) expect(label.length).toBeLessThanOrEqual(32);
    expect(choices(at({ from: "2024-01", to: "2024-03" }), release()).map((c) => c.value)).toEqual(["", "own"]);
  });
});

describe("a comparison", () => {
  test("colours what is beyond chance, by size; all else is pale, and every incident is in a class", () => {
    const cells = asCells(comparison());
    expect(cells.cells.class).toEqual([5, 3, 1, 1]);
    expect(legendTotal(cells)).toBe(9 + 6 + 10 + 12);
    expect(cells.legend.map((c) => c.cells)).toEqual([40, 2, 0, 1, 0, 1]);
    expect(changeClass("more", 1.6)).toBe(4);
    expect(changeClass("fewer", 0.7)).toBe(2);
  });

  test("says both counts, the interval and whether chance could bring it", () => {
    expect(changeInWords(change())).toBe("30, and 10 in the other period: 3.0 times as many a month (95% interval 1.4 to 6.9); more, beyond chance");
    expect(changeInWords(unitChange(comparison(), 0))).toBe("9, and 0 in the other period: at least 2.2 times as many a month; more, beyond chance");
    expect(changeInWords(unitChange(comparison(), -1))).toBe("none in either period");
    expect(comparisonLine(comparison())).toBe("300 incidents against 250 in Aug – Oct 2025: 1.2 times as many a month (95% interval 1.010 to 1.4). Of 2 hotspots 1 had more and 0 fewer, beyond chance");
    expect(comparisonLine(comparison({ total: change({ n: 1, before: 0, ratio: null, hi: null }), hotspots: [] }))).toBe("1 incident against none in Aug – Oct 2025");
  });

  test("warns of a break and of another season", () => {
    expect(cautions(comparison())).toEqual([]);
    expect(cautions(comparison({ same_season: false, breaks: [{ from: "2026-02-28", what: "new system." }] }))).toHaveLength(2);
  });
});
