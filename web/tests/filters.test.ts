import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { basisOf, basisOfHotspots, fileName } from "../src/export-files";
import { faultsOf } from "../src/faults";
import { headline, subject } from "../src/headline";
import { chipsOf } from "../src/narrowing";
import { above, hotspotsNote, hotspotStrand, strandLabel, valueOfStrands } from "../src/strands";
import { totalOf, totalsLine } from "../src/totals";
import { DEFAULTS, type State } from "../src/url-state";
import { cells, hotspots, release, spot } from "./fixtures";

const with_ = (patch: Partial<State>): State => ({ ...DEFAULTS, ...patch });
const parent = { id: "race_or_religion", label: "Race or religion", parent: null, n: 990, hotspots: null, analysed: false };
const whole = release({ strands: [...release().strands, parent] });

describe("several strands", () => {
  test("are written once each, in reading order, and one stands for those in it", () => {
    expect(valueOfStrands(new Set(["race", "antisemitic"]), whole)).toBe("antisemitic,race");
    expect(valueOfStrands(new Set(["race", "antisemitic", "race_or_religion"]), whole)).toBe("race_or_religion");
    expect(valueOfStrands(new Set(), whole)).toBe("all");
    const ids = whole.strands.map((s) => s.id).filter((id) => id !== "all");
    fc.assert(
      fc.property(fc.subarray(ids), (some) => {
        const value = valueOfStrands(new Set(some), whole);
        const kept = new Set(value.split(","));
        for (const id of some) expect(kept.has(id) || above(id, whole).some((up) => kept.has(up))).toBe(true);
        expect(valueOfStrands(kept, whole)).toBe(value);
      }),
    );
  });

  test("have a chip each, and hotspots of all strands, which is said once", () => {
    const state = with_({ strand: "antisemitic,race" });
    expect(chipsOf(state, whole).map((c) => [c.label, c.without.strand])).toEqual([["Strand: antisemitic", "race"], ["Strand: race", "antisemitic"]]);
    expect(strandLabel(whole, state.strand)).toBe("antisemitic or race");
    expect(hotspotStrand(state, whole)).toBe("all");
    const text = headline(state, whole, hotspots([spot()]), cells());
    expect(text).toContain("antisemitic or race, Nov 2025 – Oct 2026: 8 incidents on the map");
    expect(text.match(/hotspot/g)).toHaveLength(1);
    expect(text).toMatch(/The hotspot outlined and listed is that of all strands in Nov 2025 – Oct 2026: they are found for one strand at a time$/);
    expect(basisOfHotspots(state, whole).strand).toBe("all");
  });

  test("one of them is named beside the hotspots that are found for it", () => {
    for (const patch of [{ offence: "violence" }, { source: "all" }, { from: "2026-10" }]) expect(headline(with_({ strand: "race", ...patch }), whole, hotspots([spot()]), cells())).toMatch(/The hotspot is that of (all reported incidents of )?the strand race in Nov 2025 – Oct 2026$/);
  });

  test("a strand that is counted and not analysed is said in words", () => {
    expect(hotspotsNote(with_({ strand: "race_or_religion" }), whole)).toBe("The hotspots outlined and listed are those of all strands: this release has none of race or religion alone.");
    expect(hotspotsNote(with_({ strand: "race" }), whole)).toBeNull();
    expect(faultsOf(with_({ strand: "race_or_religion" }), whole, [{ id: "count", label: "Count" }])).toEqual([]);
  });
});

describe("an address that asks for what is not there", () => {
  const layers = [{ id: "count", label: "Recorded incidents" }];
  test("is told in one sentence with one way out for each part", () => {
    const bad: [Partial<State>, string, Partial<State>][] = [
      [{ strand: "nope" }, "This release has no strand “nope”.", { strand: "all", hotspot: null }],
      [{ strand: "race,nope" }, "This release has no strand “nope”.", { strand: "all", hotspot: null }],
      [{ source: "x" }, "There is no source “x”.", { source: "reported" }],
      [{ layer: "x" }, "There is no colour “x”.", { layer: "count" }],
      [{ borough: "Mordor" }, "This release has no borough “Mordor”.", { borough: null, hotspot: null }],
      [{ from: "2020-01" }, "This release holds Nov 2023 – Oct 2026, and not Jan 2020.", { from: null, to: null }],
      [{ unread: "strand=%26b%C3%A4d" }, "This release has no strand “&bäd”.", { strand: "all", hotspot: null, unread: "" }],
      [{ unread: "source=%C2%A7" }, "There is no source “§”.", { source: "reported", unread: "" }],
      [{ unread: "layer=%C2%A7" }, "There is no colour “§”.", { layer: "count", unread: "" }],
      [{ unread: "borough=1st" }, "This release has no borough “1st”.", { borough: null, hotspot: null, unread: "" }],
      [{ unread: "lon=500&lat=51&zoom=12" }, "“lon=500&lat=51&zoom=12” is no part of the map: that takes a longitude, a latitude from -85 to 85 and a zoom from 0 to 24.", { view: null, unread: "" }],
      [{ unread: "days=8" }, "This release has no “8” under day of the week.", { days: "all", unread: "" }],
      [{ unread: "from=abc" }, "“abc” is no month: those are such as 2026-10.", { from: null, to: null, unread: "" }],
      [{ unread: "versus=2023-11" }, "“2023-11” is no period to compare with: that is year, before, or two months such as 2024-11.2025-10.", { versus: null, unread: "" }],
      [{ unread: "area=1_1" }, "“1_1” is no area: that is three corners or more.", { area: null, unread: "" }],
      [{ offence: "violence,murder" }, "This release has no “murder” under offence.", { offence: "all" }],
    ];
    for (const [patch, text, fix] of bad) {
      const faults = faultsOf(with_(patch), release(), layers);
      expect(faults.map((f) => [f.text, f.fix.patch])).toEqual([[text, fix]]);
      expect(faultsOf({ ...with_(patch), ...faults[0]?.fix.patch }, release(), layers)).toEqual([]);
    }
    expect(faultsOf(DEFAULTS, release(), layers)).toEqual([]);
    expect(faultsOf(with_({ borough: "E09000007", setting: "online", days: "mon" }), release(), layers)).toEqual([]);
  });
});

describe("totals", () => {
  test("name every part of the whole once", () => {
    const answer = cells({ n: 16_188, off_map: { area_only: 1_032, outside: 0, online: 310, no_place: 0 } });
    expect(totalsLine(answer)).toBe("17,530 incidents in all but police-generated: 16,188 on the map, 1,032 known to a borough only, 310 online.");
    expect(totalsLine(cells())).toBe("8 incidents in all but police-generated, every one on the map.");
    expect(totalsLine(cells({ source: "all" }))).toBe("8 incidents in all, every one on the map.");
    expect(totalsLine(cells({ n: 0, source: "all" }))).toBe("0 incidents in all.");
    expect(totalsLine(cells(), "Camden")).toContain("What is online or without a place is of no borough.");
    fc.assert(
      fc.property(fc.tuple(fc.nat(99_999), fc.nat(99_999), fc.nat(99_999), fc.nat(99_999), fc.nat(99_999)), ([n, area_only, outside, online, no_place]) => {
        const one = cells({ n, off_map: { area_only, outside, online, no_place } });
        const [all = "", ...parts] = (totalsLine(one).match(/[\d,]*\d/g) ?? []).map((t) => t.replaceAll(",", ""));
        expect(Number(all)).toBe(totalOf(one));
        if (parts.length > 0) expect(parts.reduce((sum, p) => sum + Number(p), 0)).toBe(totalOf(one));
      }),
    );
  });
});

describe("a borough", () => {
  test("is in the sentence, and in the names of files, which are filtered by what concerns them alone", () => {
    const state = with_({ borough: "Camden", setting: "street", source: "all" });
    expect(subject(state, release())).toMatch(/^Recorded hate crime in Camden, /);
    expect(headline(with_({ borough: "Camden" }), release(), hotspots([spot()]), cells())).toContain("of mapped incidents of London");
    expect(fileName("hotspots", basisOfHotspots(state, release()), "csv")).toBe("hotspots-2026-10-all-camden-2025-11-to-2026-10.csv");
    expect(fileName("cells", basisOf(state, release(), release().window), "csv")).toBe("cells-2026-10-all-camden-2025-11-to-2026-10-filtered.csv");
  });
});
