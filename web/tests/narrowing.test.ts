import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headline } from "../src/headline";
import { chipsOf, choicesOf, chosen, narrowedTo, valueOf, WITHOUT_FILTERS } from "../src/narrowing";
import { DEFAULTS, type State } from "../src/url-state";
import { cells, hotspots, release, spot } from "./fixtures";

const narrowed: State = { ...DEFAULTS, setting: "street", days: "sat,sun", borough: "Camden" };

describe("filters beside strand, period and source", () => {
  test("offer what occurs; a single value and what is on no map are left out", () => {
    const offered = Object.fromEntries(choicesOf(release()));
    expect(Object.keys(offered)).toEqual(["offence", "setting", "days", "hours"]);
    expect(offered["setting"]?.map((c) => c.id)).toEqual(["street", "home"]);
    const noHours = release({ filters: { ...release().filters, hour_known: 0 } });
    expect(choicesOf(noHours).map(([key]) => key)).toEqual(["offence", "setting"]);
  });

  test("none chosen and all chosen are all, in one order", () => {
    const choices = [{ id: "a", label: "A" }, { id: "b", label: "B" }, { id: "c", label: "C" }];
    expect(valueOf(new Set(), choices)).toBe("all");
    expect(valueOf(new Set(["c", "b", "a"]), choices)).toBe("all");
    expect(valueOf(new Set(["c", "a"]), choices)).toBe("a,c");
    fc.assert(
      fc.property(fc.subarray(["a", "b", "c"]), (ids) => {
        const value = valueOf(new Set(ids), choices);
        expect(chosen(value, choices).map((c) => c.id)).toEqual(ids.length === 3 ? [] : ids);
      }),
    );
  });

  test("have a chip each, and each chip takes its own away", () => {
    const chips = chipsOf(narrowed, release());
    expect(chips.map((c) => c.label)).toEqual(["Kind of place: street or public place", "Day of the week: Saturday", "Day of the week: Sunday", "Borough: Camden"]);
    expect(chips[1]?.without).toEqual({ days: "sun" });
    for (const { key, without } of chips) expect(chipsOf({ ...narrowed, ...without }, release()).some((c) => c.key === key)).toBe(false);
    expect(chipsOf({ ...narrowed, strand: "race", from: "2026-01", ...WITHOUT_FILTERS }, release())).toEqual([]);
  });

  test("stand in the headline, which says that hotspots are of all reported incidents", () => {
    expect(narrowedTo(narrowed, release())).toEqual(["street or public place", "Saturday or Sunday"]);
    const text = headline({ ...narrowed, borough: null }, release(), hotspots([spot()]), cells());
    expect(text).toContain("street or public place, Saturday or Sunday, Nov 2025 – Oct 2026: 8 incidents on the map");
    expect(text).toContain("all reported incidents of Nov 2025 – Oct 2026");
  });
});
