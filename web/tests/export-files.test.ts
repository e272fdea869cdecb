import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { basisOf, basisOfHotspots, boroughsTable, cellsTable, changesTable, comparedCellsTable, csv, csvField, eventsTable, fileMarking, fileName, geojson, hotspotsTable, type Table, type Value } from "../src/export-files";
import { wordsOf, wrapped } from "../src/export-picture";
import { DEFAULTS, type State } from "../src/url-state";
import type { BoroughsAnswer, Comparison, EventsAnswer } from "../src/api";
import { cells, hotspots, release, spot } from "./fixtures";

/** RFC 4180, read a character at a time and by nothing of the writer. */
function read(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? "";
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') {
        field += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ",") {
      record.push(field);
      field = "";
    } else if (c === "\n") {
      records.push([...record, field]);
      record = [];
      field = "";
    } else field += c;
  }
  expect(quoted).toBe(false);
  expect(field).toBe("");
  return records;
}

const state: State = { ...DEFAULTS, strand: "race" };
const basis = basisOf(state, release(), { from: "2025-11", to: "2026-10" });
const text = fc.oneof(fc.string(), fc.stringMatching(/^[=+\-@\t\r'",\n][ -~\n]{0,8}$/));
const value: fc.Arbitrary<Value> = fc.oneof(fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), text);

describe("a CSV file", () => {
  test("is read back as it was written, every row with what it rests on", () => {
    const table = fc.integer({ min: 1, max: 6 }).chain((width) =>
      fc.record({ columns: fc.array(fc.stringMatching(/^[a-z_]{1,9}$/), { minLength: width, maxLength: width }), rows: fc.array(fc.array(value, { minLength: width, maxLength: width }), { maxLength: 8 }) }),
    );
    fc.assert(
      fc.property(table, ({ columns, rows }) => {
        const [head = [], ...body] = read(csv({ what: "x", n: 12, columns, rows }, basis));
        expect(head.slice(0, columns.length)).toEqual(columns);
        expect(body.length).toBe(rows.length);
        body.forEach((record, i) => {
          expect(record.length).toBe(head.length);
          record.slice(0, columns.length).forEach((field, j) => {
            const wanted = rows[i]?.[j] ?? null;
            // Who reads takes the one apostrophe off a text and has what there was.
            expect(typeof wanted === "string" ? field.replace(/^'/, "") : field).toBe(wanted === null ? "" : String(wanted));
          });
          expect(record[columns.length]).toBe("12");
          expect(record[head.indexOf("release")]).toBe("2026-10-abc");
        });
      }),
      { numRuns: 500 },
    );
  });

  test("has no text that a spreadsheet would run, and numbers stay numbers", () => {
    fc.assert(fc.property(text, (t) => !/^"?[=+\-@\t\r\0]/.test(csvField(t))), { numRuns: 1000 });
    expect(csvField("=HYPERLINK(1)")).toBe("'=HYPERLINK(1)");
    expect(csvField("'tis")).toBe("''tis");
    expect(csvField(-1.5)).toBe("-1.5");
    expect(csvField(null)).toBe("");
    expect(csvField('say "no", please')).toBe('"say ""no"", please"');
  });

  test("names every column once, and says class, marking, licence, period and filters in each row", () => {
    const boroughs: BoroughsAnswer = { release: "r", strand: "race", from: "2026-01", to: "2026-10", source: "all", hour_unknown: null, rows: [{ code: "E09000007", name: "Camden", n: 5, residents: null, rate_per_1000: null, lo: null, hi: null }], elsewhere: 2, online: 3, no_place: 4, total: 14 };
    const change = { n: 4, before: 2, ratio: 2, lo: 0.5, hi: null, q: 0.3, change: "not_sure" as const };
    const comparison: Comparison = { release: "r", strand: "race", from: "2026-01", to: "2026-10", source: "all", versus: { from: "2025-01", to: "2025-10" }, same_season: true, breaks: [], hour_unknown: null, level: 0.05, total: change, hotspots: [{ id: "h", name: "=H", ...change }], boroughs: [], resolution: 9, legend: [], units: { id: ["a"], n: [4], before: [2], ratio: [2], lo: [0.5], hi: [null], change: ["not_sure"] } };
    const events: EventsAnswer = { release: "r", strand: "race", months: { from: "2026-01", to: "2026-02" }, calendar: 1, events: [{ id: "e", name: "An event", from: "2026-01-03", to: "2026-01-03", strands: [], areas: [], effect: null, reason: "too few" }] };
    const tables: Table[] = [hotspotsTable(hotspots([spot()])), boroughsTable(boroughs), changesTable(comparison, "hotspots"), changesTable(comparison, "boroughs"), eventsTable(events), cellsTable(cells(), new Map([["a", [0, 51]]])), comparedCellsTable(comparison, new Map([["a", [0, 51]]]))];
    for (const table of tables) {
      const [head = [], ...body] = read(csv(table, basisOf(state, release(), comparison, comparison.versus)));
      expect(new Set(head).size, table.what).toBe(head.length);
      expect(head).toEqual(expect.arrayContaining(["n_all", "release", "as_known_on", "from", "to", "versus_from", "strand", "source", "offence", "hours", "class", "marking", "licence"]));
      for (const record of body) expect(record[head.indexOf("marking")]).toBe("SYNTHETIC DATA: about nobody");
    }
    expect(csv(changesTable(comparison, "hotspots"), basis)).toContain("\nh,'=H,4,2,2,0.5,,0.3,not_sure,4,2026-10-abc,");
    expect(csv(boroughsTable(boroughs), basis).split("\n").filter((line) => /^,(elsewhere,2|online,3|no place,4),/.test(line)).length).toBe(3);
  });

  test("of hotspots says that they are of the release's months and reported records, whatever else is chosen", () => {
    const chosen: State = { ...state, from: "2026-09", to: "2026-10", source: "all", hours: "night", borough: "Camden" };
    expect(basisOfHotspots(chosen, release())).toMatchObject({ from: "2025-11", to: "2026-10", source: "reported", hours: "all", borough: "Camden", strand: "race" });
    expect(basisOf(chosen, release(), { from: "2026-09", to: "2026-10" })).toMatchObject({ from: "2026-09", source: "all", hours: "night", borough: "Camden" });
  });

  test("has a cell for each in view: none is nought under counts, and unknown under any other layer", () => {
    const centres = new Map<string, [number, number]>([["b", [-0.123456789, 51.5]], ["z", [0, 51]]]);
    expect(cellsTable(cells(), centres).rows.map((row) => row.slice(0, 6))).toEqual([["b", -0.12346, 51.5, 5, 5, "4 or more"], ["z", 0, 51, 0, 0, "None"]]);
    const borough = cellsTable(cells(), centres, "Camden");
    expect(borough.rows.map(([id]) => id)).toEqual(["b"]);
    expect(borough.rows[0]?.[borough.columns.indexOf("cells_listed")]).toBe("with records of Camden only");
    expect(cellsTable(cells({ layer: "gi_star" }), centres).rows[1]?.slice(3, 6)).toEqual([null, null, "None"]);
  });
});

describe("the name of a file", () => {
  test("is in lower case with dashes and says what it holds", () => {
    expect(fileName("hotspots", basis, "csv")).toBe("hotspots-2026-10-race-2025-11-to-2026-10.csv");
    expect(fileName("map", { ...basis, strand: "sexual_orientation", hours: "night" }, "png")).toBe("map-2026-10-sexual-orientation-2025-11-to-2026-10-filtered.png");
    expect(fileName("change-by-cell", { ...basis, versus_from: "2024-11", versus_to: "2025-10" }, "csv")).toBe("change-by-cell-2026-10-race-2025-11-to-2026-10-against-2024-11-to-2025-10.csv");
  });

  test("is never anything but that", () => {
    fc.assert(fc.property(fc.string({ minLength: 1 }), (strand) => /^[a-z0-9-]+\.csv$/.test(fileName("cells", { ...basis, strand }, "csv"))));
  });
});

test("every class of data has a marking of its own", () => {
  const markings = (["synthetic", "open", "restricted"] as const).map((kind) => fileMarking({ class: kind }));
  expect(markings).toEqual(["SYNTHETIC DATA: about nobody", "OFFICIAL: open data", "OFFICIAL-SENSITIVE: for those cleared to see it"]);
});

test("GeoJSON carries what it rests on beside its features", () => {
  const file: unknown = JSON.parse(geojson("hotspots", [{ type: "Feature", geometry: { type: "Polygon", coordinates: [] }, properties: { n: 1 } }], basis, { n: 12 }));
  expect(file).toMatchObject({ type: "FeatureCollection", name: "hotspots", release: "2026-10-abc", from: "2025-11", strand: "race", class: "synthetic", marking: "SYNTHETIC DATA: about nobody", licence: "not stated", n: 12, features: [{ properties: { n: 1 } }] });
});

describe("the picture", () => {
  const shown = { release: release(), title: "Recorded hate crime, race", cells: cells(), layer: { id: "count", label: "Incidents", definition: "Recorded incidents." }, hotspots: hotspots([spot(), spot({ id: "b", evidence: "weak" })]), filters: ["Strand: race"], drawn: true, compared: null, borough: null, note: null };

  test("says period, n, classes with their numbers, release, day of knowledge, source and marking", () => {
    const words = wordsOf(shown);
    expect(words.marking).toBe("SYNTHETIC DATA: about nobody");
    expect(words.subtitle).toBe("London, Nov 2025 – Oct 2026, 8 incidents on the map");
    expect(words.legend?.rows).toEqual([
      { color: null, label: "None", units: "10 cells", incidents: "0 incidents" },
      { color: "#eeeeaa", label: "1 to 3", units: "1 cell", incidents: "3 incidents" },
      { color: "#aa0000", label: "4 or more", units: "1 cell", incidents: "5 incidents" },
    ]);
    expect(words.outlines.map((o) => o.label)).toEqual(["clear 1", "weak 1", "cannot tell 0"]);
    expect(wordsOf({ ...shown, borough: "Camden" }).legend?.rows.at(-1)?.label).toBe("outside Camden, not asked");
    const foot = words.foot.join(" ");
    for (const part of ["Strand: race", "release 2026-10-abc", "as known on 6 Nov 2026", "Crown copyright", "2 hotspots of Nov 2025 – Oct 2026", "classes are of London as a whole", "an area that was drawn"]) expect(foot).toContain(part);
    expect(wordsOf({ ...shown, hotspots: hotspots([spot()], { strand: "race" }) }).foot.join(" ")).toContain("1 hotspot of the strand race in Nov 2025 – Oct 2026");
  });

  test("of two periods says both, with n of each", () => {
    const change = { n: 12, before: 7, ratio: 2, lo: 1, hi: 4, q: 0.04, change: "more" as const };
    const compared: Comparison = { release: "r", strand: "race", from: "2026-01", to: "2026-10", source: "all", versus: { from: "2025-01", to: "2025-10" }, same_season: true, breaks: [], hour_unknown: null, level: 0.05, total: change, hotspots: [], boroughs: [], resolution: 9, legend: [], units: { id: ["a", "b"], n: [6, 4], before: [5, 0], ratio: [1.2, null], lo: [0.3, 1], hi: [4, null], change: ["not_sure", "more"] } };
    const words = wordsOf({ ...shown, compared });
    expect(words.subtitle).toMatch(/: 10 incidents on the map, against .*: 5 incidents$/);
    expect(words.foot.join(" ")).toContain("On the map 10 of 12 incidents, against 5 of 7");
  });

  test("does without values and without hotspots", () => {
    expect(wordsOf({ ...shown, cells: null, hotspots: null, filters: [], drawn: false })).toMatchObject({ subtitle: "London", legend: null, outlines: [], foot: ["Filters: none.", expect.stringContaining("release")] });
  });

  test("breaks lines at spaces, keeps every word, and none is too wide but a single word", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { maxLength: 30 }), fc.integer({ min: 5, max: 60 }), (words, width) => {
        const lines = wrapped(words.join(" "), width, (t) => t.length);
        expect(lines.join(" ")).toBe(words.join(" "));
        for (const line of lines) expect(line.length <= width || !line.includes(" ")).toBe(true);
      }),
    );
  });
});
