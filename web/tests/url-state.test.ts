import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areaText } from "../src/area";
import { DEFAULTS, NARROWING, TABLES, TABS, decode, encode, roundedView, type State } from "../src/url-state";

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,20}$/);
const month = fc.tuple(fc.integer({ min: 1990, max: 2099 }), fc.integer({ min: 1, max: 12 })).map(([y, m]) => `${y}-${String(m).padStart(2, "0")}`);
const members = fc.oneof(fc.constant("all"), fc.array(fc.stringMatching(/^[a-z][a-z_]{0,15}$/), { minLength: 1, maxLength: 10 }).map((ids) => ids.join(",")));
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const corner = fc.tuple(number(-180, 180), number(-85, 85));
const area = fc.array(corner, { minLength: 3, maxLength: 50 }).map(areaText);
const state: fc.Arbitrary<State> = fc
  .record({
    release: fc.option(id),
    strand: fc.oneof(id, fc.array(fc.stringMatching(/^[a-z][a-z_]{0,15}$/), { minLength: 2, maxLength: 6 }).map((ids) => ids.join(","))),
    from: fc.option(month),
    to: fc.option(month),
    source: id,
    layer: id,
    offence: members,
    setting: members,
    outcome: members,
    days: members,
    hours: members,
    versus: fc.option(fc.oneof(fc.constantFrom("year", "before"), fc.tuple(month, month).map((ends) => ends.sort().join(".")))),
    across: fc.boolean(),
    beside: fc.boolean(),
    borough: fc.option(fc.stringMatching(/^[A-Za-z][A-Za-z0-9 '&-]{0,20}$/)),
    tab: fc.constantFrom(...TABS),
    changed: fc.boolean(),
    clear: fc.boolean(),
    table: fc.constantFrom(...TABLES),
    hotspot: fc.option(id),
    area: fc.option(area),
    view: fc.option(fc.record({ lon: number(-180, 180), lat: number(-85, 85), zoom: number(0, 24) }).map(roundedView)),
    unread: fc.constant(""),
  })
  .map((s) => ({ ...s, across: s.across && s.versus !== null, beside: s.beside && s.versus !== null }))
  .map((s) => (s.from !== null && s.to !== null && s.from > s.to ? { ...s, from: s.to, to: s.from } : s));

describe("the address", () => {
  test("gives back the state that it was made from", () => {
    fc.assert(
      fc.property(state, (s) => {
        expect(decode(encode(s))).toEqual(s);
      }),
      { numRuns: 2000 },
    );
  });

  test("is read without failing whatever it holds, and is then stable", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webQueryParameters()), (text) => {
        const once = encode(decode(text));
        expect(encode(decode(once))).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  test("reads garbage in every known parameter as its default", () => {
    const garbage = fc.string().filter((s) => !/^[A-Za-z0-9]/.test(s));
    const keys = ["release", "strand", "from", "to", "source", ...NARROWING, "versus", "across", "beside", "borough", "layer", "view", "changed", "evidence", "table", "hotspot", "area", "lat", "zoom"];
    fc.assert(
      fc.property(garbage, (text) => {
        const params = new URLSearchParams();
        for (const key of keys) params.set(key, text);
        expect({ ...decode(params.toString()), unread: "" }).toEqual(DEFAULTS);
      }),
    );
  });

  test("of the start is empty", () => {
    expect(encode(DEFAULTS)).toBe("");
    expect(decode("")).toEqual(DEFAULTS);
  });

  test("turns a backward period round and drops a thirteenth month", () => {
    expect(decode("from=2026-10&to=2026-01")).toMatchObject({ from: "2026-01", to: "2026-10" });
    expect(decode("from=2026-13")).toMatchObject({ from: null });
  });

  test("keeps what cannot be read of strand, place, months and kind, to be told", () => {
    const read = decode("from=abc&to=2026-10&versus=2023-11&area=1_1&strand=race");
    expect(read).toMatchObject({ from: null, to: "2026-10", versus: null, area: null, unread: "from=abc&versus=2023-11&area=1_1" });
    expect(decode("strand=%26x&source=%C2%A7&borough=1st&days=8&table=%C2%A7")).toEqual({ ...DEFAULTS, unread: "strand=%26x&source=%C2%A7&days=8&borough=1st" });
    expect(decode(encode(read))).toEqual(read);
    expect(encode({ ...read, from: "2026-01", unread: "" })).toBe("strand=race&from=2026-01&to=2026-10");
  });

  test("needs all three numbers of a view, each in its range", () => {
    expect(decode("lon=-0.1&lat=51.5").view).toBeNull();
    expect(decode("lon=-0.1&lat=51.5&zoom=99").view).toBeNull();
    expect(decode("lon=-0.1&lat=51.5&zoom=").view).toBeNull();
    expect(decode("lon=-0.1&lat=51.5&zoom=11.5").view).toEqual({ lon: -0.1, lat: 51.5, zoom: 11.5 });
  });
});
