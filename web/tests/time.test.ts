import { describe, expect, test } from "vitest";
import type { Attribution, History } from "../src/api";
import { remark } from "../src/event-table";
import { chartLine, columnsOf, eventLines, patternLine, presentLine, repeatLine, signalWords, weekLine } from "../src/hotspot-time";
import { spot } from "./fixtures";

const none: History["reasons"] = { present: null, emerging: null, chart: null, near_repeats: null, week: null };

const chart = (patch: Partial<NonNullable<History["chart"]>> = {}): NonNullable<History["chart"]> => ({ kind: "poisson", baseline: 17, center: 2, lower: -0.1, upper: 7.9, signals: [], ...patch });

describe("the story of a hotspot", () => {
  test("says in how many months it is present, or why it cannot", () => {
    const present = { months: 18, of: 20, first: "2025-03", last: "2026-10" };
    expect(presentLine({ present, reasons: none, months: { from: "2025-03", to: "2026-10" } })).toBe(
      "Present in 18 of 20 months (Mar 2025 – Oct 2026); the first with an incident is Mar 2025, the last Oct 2026.",
    );
    expect(presentLine({ present: null, reasons: { ...none, present: "no incident in these months" }, months: null })).toMatch(/cannot be said, no incident in these months/);
  });

  test("puts every pattern into plain words", () => {
    const line = (pattern: string): string => patternLine({ emerging: { pattern, alike: 1, hot_share: 0.25, z_last: null }, reasons: none });
    expect(line("new_hot")).toBe("Its peak, beside its neighbours, is hot in the last month for the first time (hot in 25% of the months).");
    expect(line("historical_cold")).toMatch(/nearly always cold in earlier months, but not in the last one/);
    expect(line("no_pattern")).toMatch(/follows no pattern/);
    for (const course of ["new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "oscillating", "historical"]) {
      for (const temperature of ["hot", "cold"]) expect(line(`${course}_${temperature}`)).not.toMatch(/#|no pattern|_/);
    }
  });

  test("says what the chart says, in whole incidents", () => {
    const counts = Array.from({ length: 20 }, () => 2);
    expect(chartLine({ chart: chart(), reasons: none, counts })).toBe("The last 3 months are like those before. By the 17 months before them (mean 2.0), up to 7 a month is nothing unusual.");
    const late = { rule: "outside", side: "above", from: "2026-10", to: "2026-10", late: true } as const;
    const early = { ...late, from: "2025-06", to: "2025-06", late: false };
    const line = chartLine({ chart: chart({ lower: 1.2, signals: [early, late] }), reasons: none, counts });
    expect(line).toMatch(/^Not like before: Oct 2026 lies above the upper limit\./);
    expect(line).toMatch(/2 to 7 a month/);
    expect(line).not.toMatch(/Jun 2025/);
    expect(signalWords({ rule: "trend", side: "below", from: "2026-04", to: "2026-10" })).toBe("Apr 2026 to Oct 2026 fall month by month");
    expect(chartLine({ chart: null, reasons: { ...none, chart: "too few months: 8 where 15 are needed" }, counts: [] })).toMatch(/too few months: 8 where 15 are needed/);
  });

  test("says how many follow another, and when in the week", () => {
    const near = { metres: 200, days: 14, repeats: 9, judged: 40, not_judged: 5, by_chance: 3.2 };
    expect(repeatLine({ near_repeats: near, reasons: none })).toMatch(/^9 of 40 followed another within 200 m and 14 days; by chance 3\.2 would\. Of 5 more/);
    const counts = Array.from({ length: 7 }, () => [0, 0, 0, 0]);
    counts[5] = [1, 0, 0, 9];
    expect(weekLine({ week: { counts, known: 10, of: 12 }, reasons: none })).toBe("Of 12 incidents 10 are known to the hour; most on Saturday evening (9).");
    expect(weekLine({ week: { counts: counts.map(() => [1, 1, 1, 1]), known: 28, of: 28 }, reasons: none })).toMatch(/spread over the week/);
  });

  test("says what belongs to events, and what the place would be without", () => {
    const excess = { observed: 11, days: 28, expected: 5, excess: 6, lo: 1.5, hi: 11, baseline: 60, baseline_days: 336 };
    const events = [{ id: "a", name: "The attack", from: "2026-06-10", to: "2026-06-10" }];
    const found: Attribution = { reason: null, months: null, dated: 38, attributed: 6, share: 0.15, without: 34, only_by_events: false, by_strands: [{ strands: ["race"], events, excess, attributed: 6 }] };
    const of = { n: 40, period: spot().period };
    expect(eventLines(found, of)).toEqual([
      "11 fell in the 28 days of and after The attack (10 Jun 2026), 6.0 more than on as many other days (95% interval 1.5 to 11). The excess is attributed to events.",
      "So about 6.0 of 40 belong to events; without them the place would still be a hotspot (34 left).",
    ]);
    expect(eventLines({ ...found, only_by_events: true }, of).at(-1)).toMatch(/would no longer be a hotspot/);
    const chance = { ...found, attributed: 0, by_strands: [{ strands: [], events, excess: { ...excess, excess: -2, lo: -5 }, attributed: 0 }] };
    expect(eventLines(chance, of)).toEqual([expect.stringMatching(/2\.0 fewer .* too little to tell from chance: nothing is attributed/)]);
    expect(eventLines({ ...found, attributed: 0, by_strands: [] }, of)).toEqual(["No event of the calendar concerns this place in Nov 2025 – Oct 2026."]);
    expect(eventLines({ ...found, attributed: null, reason: "no incident is known to the day" }, of)[0]).toMatch(/no incident is known to the day/);
    expect(eventLines(null, of)[0]).toMatch(/No calendar/);
  });

  test("keeps months before a break apart from those that are compared", () => {
    const before = columnsOf(spot(), { months: { from: "2026-03", to: "2026-10" }, counts: [1, 2, 3, 4, 5, 6, 7, 8] });
    expect(before.map((c) => c.compared)).toEqual([...Array<boolean>(4).fill(false), ...Array<boolean>(8).fill(true)]);
    expect(before.map((c) => c.n)).toEqual([25, 25, 25, 25, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(columnsOf(spot(), { months: null, counts: [] }).every((c) => !c.compared)).toBe(true);
    expect(columnsOf(spot(), { months: { from: "2024-03", to: "2026-10" }, counts: Array<number>(32).fill(1) })).toHaveLength(32);
  });

  test("says of an event how much, how long, and what it cannot be told apart from", () => {
    const effect = { observed: 9, days: 28, expected: 3, excess: 6, lo: 1, hi: 12, baseline: 9, baseline_days: 84, until: "2026-07-01", half_life: 7, fitted: false, rise: 0.5, together: ["b"] };
    expect(remark({ effect, reason: null })).toBe("28 days looked at; up by 50% on its days, half gone after 7 days (assumed). Not told apart from b: do not add them.");
    expect(remark({ effect: { ...effect, rise: 0, together: [] }, reason: null })).toBe("28 days looked at; no rise.");
    expect(remark({ effect: null, reason: "outside the days held" })).toBe("Cannot be said: outside the days held.");
  });
});
