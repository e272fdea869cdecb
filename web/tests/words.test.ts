import { describe, expect, test } from "vitest";
import { marking, personLine, reconciliationLine } from "../src/account";
import { cellsPath, problemOf } from "../src/api";
import { quickPeriods } from "../src/filters";
import { nested } from "../src/strands";
import { counted, dayName, decimal, monthsOf, percent, periodName, plusMonths, probability } from "../src/format";
import { breaksInside, headline } from "../src/headline";
import { countWords, pValue, rankLine, robustnessLine, wordsLine } from "../src/evidence";
import { feedbackLine, lockedInWords, points } from "../src/feedback";
import { intervalAxis, logPosition, lifecycle, orderLine } from "../src/hotspot-detail";
import { HOTSPOT_COLUMNS } from "../src/hotspot-table";
import { legendTotal } from "../src/legend";
import { inLondon } from "../src/map-base";
import { periodFrom } from "../src/month-range";
import { cellLine, figuresByCell } from "../src/readout";
import { DEFAULTS } from "../src/url-state";
import { boundsInWords, silenceLine } from "../src/silence";
import { nextOrder, sorted } from "../src/sortable-table";
import { cells, hotspots, release, spot } from "./fixtures";

describe("numbers and months", () => {
  test("a share is never rounded to nothing", () => {
    expect([0, 0.0004, 0.004, 0.036, 0.34, 1].map(percent)).toEqual(["0%", "< 0.1%", "0.4%", "3.6%", "34%", "100%"]);
  });

  test("a probability is never shown as certain", () => {
    expect([0.9999, 0.97, 0.001].map(probability)).toEqual(["> 99%", "97%", "< 1%"]);
  });

  test("decimals keep two figures below ten", () => {
    expect([0, 0.424, 4.21, 42.4, 1234.5].map(decimal)).toEqual(["0.0", "0.42", "4.2", "42", "1,235"]);
  });

  test("one is singular", () => {
    expect([counted(1, "incident"), counted(1200, "incident")]).toEqual(["1 incident", "1,200 incidents"]);
  });

  test("months step over the turn of the year, both ways", () => {
    expect([plusMonths("2025-11", 2), plusMonths("2026-01", -1), plusMonths("2026-10", -12)]).toEqual(["2026-01", "2025-12", "2025-10"]);
    expect(monthsOf({ from: "2025-11", to: "2026-10" })).toHaveLength(12);
  });

  test("a period says a year once", () => {
    expect(periodName({ from: "2026-08", to: "2026-10" })).toBe("Aug – Oct 2026");
    expect(periodName({ from: "2025-11", to: "2026-10" })).toBe("Nov 2025 – Oct 2026");
    expect(periodName({ from: "2026-10", to: "2026-10" })).toBe("Oct 2026");
    expect(dayName("2026-11-06")).toBe("6 Nov 2026");
  });
});

describe("the headline", () => {
  test("calls records of which some carry no strand incidents, not hate crime", () => {
    const mixed = release({ strands: [{ id: "all", label: "All", parent: null, n: 1000, hotspots: 2, analysed: true }, { id: "race", label: "Race", parent: null, n: 3, hotspots: null, analysed: true }] });
    expect(headline(DEFAULTS, mixed, null, null)).toMatch(/^Recorded incidents/);
    expect(headline({ ...DEFAULTS, strand: "race" }, mixed, null, null)).toMatch(/^Recorded hate crime, race/);
  });

  test("says filters, number of hotspots, what they hold and in how little room", () => {
    const found = hotspots([spot(), spot({ id: "all-2", rank: 2, n: 40, expected: 20 })]);
    expect(headline(DEFAULTS, release(), found, null)).toBe(
      "Recorded hate crime, all strands, Nov 2025 – Oct 2026: 2 hotspots (2 with clear evidence) hold 34% of mapped incidents in 4% of the area",
    );
  });

  test("says cannot tell, and never no hotspot, when there are too few incidents", () => {
    const text = headline({ ...DEFAULTS, strand: "antisemitic" }, release(), hotspots([], { verdict: "cannot_tell", minimum: 100, n: 90 }), null);
    expect(text).toContain("cannot tell");
    expect(text).toContain("90 mapped incidents");
    expect(text).not.toContain("no hotspot");
  });

  test("names the period of the hotspots when another period is on the map", () => {
    const text = headline({ ...DEFAULTS, from: "2026-08" }, release(), hotspots([spot()]), cells({ n: 77 }));
    expect(text).toBe("Recorded hate crime, all strands, Aug – Oct 2026: 77 incidents on the map. The hotspot is that of Nov 2025 – Oct 2026");
  });

  test("does not call records without strands hate crime", () => {
    const plain = release({ strands: [{ id: "all", label: "All", parent: null, n: 1000, hotspots: 2, analysed: true }] });
    expect(headline(DEFAULTS, plain, null, null)).toBe("Recorded incidents, Nov 2025 – Oct 2026");
  });

  test("a break counts when it lies inside the period, not when it opens it", () => {
    expect(breaksInside(release(), { from: "2023-11", to: "2024-02" })).toHaveLength(1);
    expect(breaksInside(release(), { from: "2024-02", to: "2024-12" })).toHaveLength(0);
    expect(breaksInside(release(), { from: "2025-11", to: "2026-10" })).toHaveLength(0);
  });
});

describe("filters", () => {
  test("sub-strands stand under their parent, and a parent that is not listed leaves them at the top", () => {
    expect(nested(release().strands).map(({ strand, depth }) => `${depth} ${strand.id}`)).toEqual(["0 all", "0 religion", "1 antisemitic", "0 race"]);
  });

  test("the end that was not moved gives way", () => {
    expect(periodFrom("2026-05", "2026-02", "from")).toEqual({ from: "2026-05", to: "2026-05" });
    expect(periodFrom("2026-05", "2026-02", "to")).toEqual({ from: "2026-02", to: "2026-02" });
  });

  test("quick periods lie within the months of the release and are not offered twice", () => {
    const one = release({ months: { from: "2026-10", to: "2026-10" }, window: { from: "2026-10", to: "2026-10" } });
    expect(quickPeriods(one).map((q) => q.label)).toEqual(["The month"]);
    expect(quickPeriods(release()).map((q) => q.label)).toEqual(["12 months", "Last 3", "Last month", "All"]);
  });
});

describe("the table", () => {
  const list = [spot({ id: "a", rank: 1, n: 5, name: "SE15, north" }), spot({ id: "b", rank: 2, n: 9, name: "E2, east" }), spot({ id: "c", rank: 3, n: 5, name: "SE2, south" })];

  const column = (id: string) => HOTSPOT_COLUMNS.find((c) => c.id === id) ?? expect.fail(id);

  test("sorts numbers as numbers, text as people do, and keeps the rank among equals", () => {
    expect(sorted(list, column("n"), true).map((s) => s.id)).toEqual(["b", "a", "c"]);
    expect(sorted(list, column("name"), false).map((s) => s.id)).toEqual(["b", "c", "a"]);
  });

  test("puts what has no number last, both ways", () => {
    const rates = [{ r: null }, { r: 2 }, { r: 7 }];
    const key = (row: { r: number | null }) => row.r;
    expect(sorted(rates, { key }, false).map(key)).toEqual([2, 7, null]);
    expect(sorted(rates, { key }, true).map(key)).toEqual([7, 2, null]);
  });

  test("a header starts with the largest number, a rank with the first, and the next click turns it round", () => {
    const first = nextOrder({ column: "rank", descending: false }, column("n"));
    expect(first).toEqual({ column: "n", descending: true });
    expect(nextOrder(first, column("n")).descending).toBe(false);
    expect(nextOrder(first, column("rank")).descending).toBe(false);
  });
});

describe("legend and cells", () => {
  test("incidents of the classes add up to n", () => {
    expect(legendTotal(cells())).toBe(cells().n);
  });

  test("a cell that the answer leaves out has no incident in the count layer", () => {
    const answer = cells();
    const figures = figuresByCell(answer);
    expect(cellLine(figures.get("b"), answer)).toBe("This cell: 5 incidents, Nov 2025 – Oct 2026");
    expect(cellLine(figures.get("z"), answer)).toBe("This cell: no recorded incident, Nov 2025 – Oct 2026");
  });

  test("equal questions have equal addresses, and areas ask for no resolution", () => {
    const all = { borough: "all", offence: "all", setting: "all", outcome: "all", days: "all", hours: "all" };
    const query = { release: "r", layer: "count", strand: "all", from: "2025-11", to: "2026-10", source: "reported", ...all };
    expect(cellsPath({ ...query, resolution: 9 })).toBe("/api/v1/cells?release=r&strand=all&from=2025-11&to=2026-10&source=reported&layer=count&resolution=9");
    expect(cellsPath(query)).not.toContain("resolution");
    expect(cellsPath({ ...query, days: "sat,sun" })).toContain("&source=reported&days=sat%2Csun&layer=count");
  });
});

describe("the interval bar", () => {
  test("always holds one, the threshold and the whole interval", () => {
    for (const [lo, hi] of [[0.1, 0.3], [2.1, 2.4], [12, 400]] as const) {
      const [min, max] = intervalAxis({ ratio_lo: lo, ratio_hi: hi }, 2);
      for (const value of [1, 2, lo, hi]) {
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(max);
      }
      expect(logPosition(min, min, max)).toBe(0);
      expect(logPosition(max, min, max)).toBe(1);
    }
  });
});

describe("what the figures rest on", () => {
  test("each class of data has its own words", () => {
    expect(marking(release()).lead).toBe("SYNTHETIC DATA — about nobody.");
    expect(marking(release({ class: "open", licence: "OGL v3" })).text).toContain("OGL v3");
    expect(marking(release({ class: "restricted" })).lead).toContain("RESTRICTED");
  });

  test("the reconciliation line says when it does not add up", () => {
    expect(reconciliationLine(release().reconciliation)).toBe("110 rows = 80 mapped + 10 known to an area only + 10 online + 5 without a place + 5 rejected");
    expect(reconciliationLine({ ...release().reconciliation, rows: 111 })).toContain("DOES NOT ADD UP");
  });

  test("what was withheld is a number and never a place, and not to know is said", () => {
    expect(personLine({ possible: true, mapped: 1_000, victims_known: 870, withheld: 12 })).toContain("12 of 1,000 (a victim is known for 87%)");
    expect(personLine({ possible: false, mapped: 1_000, victims_known: 0, withheld: 0 })).toContain("cannot be told");
  });

  test("the detail of a problem is what the reader sees", () => {
    expect(problemOf(400, '{"title":"Bad parameter","detail":"strand: allowed are all, race"}')).toMatchObject({ title: "Bad parameter", message: "strand: allowed are all, race", status: 400 });
    expect(problemOf(502, "<html>").message).toBe("The server answered with status 502.");
  });
});

describe("the base map", () => {
  test("London's shapes are drawn for London and for a part of it, and nowhere else", () => {
    expect(inLondon([-0.5104, 51.2868, 0.334, 51.6919])).toBe(true);
    expect(inLondon([-0.12, 51.5, -0.07, 51.53])).toBe(true);
    expect(inLondon([-2.2, 53.5, -1.2, 54])).toBe(false);
    expect(inLondon([-6, 50, 2, 56])).toBe(false);
  });
});

describe("what became of a hotspot, and how it stands", () => {
  const period = { from: "2025-11", to: "2026-10" };
  test("its life is told in one sentence", () => {
    expect(lifecycle({ change: "new", of: [], first_seen: "2026-10", review: "2027-01", period })).toBe("New in this release. To be reviewed in Jan 2027.");
    expect(lifecycle({ change: "merged", of: ["all-2026-08-2", "all-2026-09-4"], first_seen: "2026-08", review: "2026-11", period })).toContain("Took in all-2026-08-2 and all-2026-09-4; first seen in the release of Aug 2026");
    expect(lifecycle({ change: "split", of: [], first_seen: "2026-08", review: "2026-11", period })).toContain("Came apart");
  });
  test("its settings are counted, and not to have asked is said", () => {
    expect(robustnessLine({ share: null, held: 47, said: 48, fails: ["24 months"] })).toBe("Hot in 47 of 48 settings of the analysis.");
    expect(robustnessLine({ share: null, held: 39, said: 39, fails: [] })).toContain("in all that say anything");
    expect(robustnessLine({ share: null, held: 0, said: 0, fails: [] })).toContain("Not asked");
  });
});

describe("how sure a hotspot is", () => {
  test("words are counted from the strongest", () => {
    const spots = [spot(), spot({ evidence: "cannot_tell" }), spot({ evidence: "weak" }), spot()];
    expect(countWords(spots)).toEqual([2, 1, 1]);
    expect(wordsLine(spots)).toBe("2 clear, 1 weak, 1 cannot tell");
  });
  test("a rank is an interval, and a p value is no more precise than it is", () => {
    expect(rankLine({ lo: 1, hi: 12, of: 16_666, in_top: 0.998 }, "cell")).toBe("Its fullest cell is between the 1st and the 12th highest of 16,666 (95% interval), and among the highest 1% with a probability of > 99%.");
    expect(rankLine({ lo: 23, hi: 23, of: 33, in_top: 0.2 }, "area")).toContain("is the 23rd highest of 33");
    expect([pValue(1e-9), pValue(0.04), pValue(1)]).toEqual(["< 0.001", "0.040", "1.000"]);
  });
});

describe("reporting", () => {
  test("the order with the next on the list stands until a factor, or is not sure as it is", () => {
    const next = { rank: 5, name: "N1" };
    const order = { next: "all-5", higher: "this", stands: true, factor: 1.8, factor_lo: 1.31 } as const;
    expect(orderLine({ order }, next)).toBe(
      "Its recorded rate (incidents by what is expected) is 1.8 times that of the next on the list, 5 (N1). That order stands until reporting differs between the two by a factor of 1.31.",
    );
    expect(orderLine({ order: { ...order, higher: "next", stands: false } }, next)).toMatch(/comes first, with 1.8 times the rate of this one\. Which of the two rates is the higher is not sure/);
    expect(orderLine({ order: null }, null)).toMatch(/last on the list/);
  });

  test("bounds of reporting are parts of what it is elsewhere", () => {
    expect(boundsInWords({ reporting_lo: 0.02, reporting_hi: 0.4 })).toBe("0.02 to 0.40 times");
    expect(boundsInWords({ reporting_lo: 0, reporting_hi: 0.4 })).toBe("at most 0.40 times");
    expect(boundsInWords({ reporting_lo: 0.1, reporting_hi: null })).toBe("any number of times");
  });

  test("an empty list of places to engage says how little it could have found", () => {
    const answer = { why_not: null, asked: 2333, could_be_named: 12, resolution: 8, places: 0 };
    expect(silenceLine(answer)).toBe("none found; 12 of 2,333 cells could have been");
    expect(silenceLine({ ...answer, places: 3 })).toBe("3; 12 of 2,333 cells could have been");
    expect(silenceLine({ ...answer, why_not: "no measure" })).toBe("no map of silence");
  });

  test("a map that is never locked in is said to be so", () => {
    expect(lockedInWords({ locked: 0, rounds: null }, 10)).toBe("in none of 10 runs");
    expect(lockedInWords({ locked: 9, rounds: 1 }, 10)).toBe("in 9 of 10 runs, in the middle after 1 month");
    expect([-0.0123, -0.0002, 0.021].map(points)).toEqual(["−1.2", "0.0", "2.1"]);
    expect(feedbackLine(null)).toMatch(/^cannot tell/);
    const one = { discovery: 0, by_the_loop: 0, maps: [] };
    const feedback = { stated: 100, records: 9, on_map: 9, top_units: 1, need_share: 0.1, start_share: 0.2, rounds: 24, memory: 12, margin: 0.1, runs: 10, cases: [one], sentence: "" };
    expect(feedbackLine(feedback)).toBe("no record came about by police presence alone");
    expect(feedbackLine({ ...feedback, cases: [{ ...one, discovery: 0.032, by_the_loop: 0.021 }] })).toBe("2.1 points in 24 months, by 3.2% of records");
  });
});
