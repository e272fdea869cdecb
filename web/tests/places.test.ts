import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellQuery, gridPlace, namedPlaces, parentOf, postcodePlace, postcodeQuery, resolutionOf, type PostcodeFile } from "../src/places";
import { hotspots, spot } from "./fixtures";

describe("a postcode", () => {
  test("is read in full, as a sector or as a district, with and without the space", () => {
    const full = { area: "SE", district: "SE15", rest: "5DQ" };
    for (const text of ["SE15 5DQ", "se155dq", " se15  5dq "]) expect(postcodeQuery(text), text).toEqual(full);
    expect(postcodeQuery("SE15")).toEqual({ area: "SE", district: "SE15", rest: "" });
    expect(postcodeQuery("SE1 5")).toEqual({ area: "SE", district: "SE1", rest: "5" });
    expect(postcodeQuery("SE155")).toEqual({ area: "SE", district: "SE15", rest: "5" });
    expect(postcodeQuery("EC1A 1BB")).toEqual({ area: "EC", district: "EC1A", rest: "1BB" });
    expect(postcodeQuery("N1 9GU")).toEqual({ area: "N", district: "N1", rest: "9GU" });
    for (const text of ["", "SE", "Camden", "TQ 300 805", "SE15 5D", "12"]) expect(postcodeQuery(text), text).toBeNull();
    fc.assert(fc.property(fc.string(), (text) => /^[A-Z]{0,2}$/.test(postcodeQuery(text)?.area ?? "")));
  });

  const file: PostcodeFile = { SE15: { units: "4AA5DQ5DR", east: [534_000, 500, 10], north: [176_000, -200, 5] } };
  const find = (text: string) => {
    const query = postcodeQuery(text);
    return query && postcodePlace(query, file);
  };

  test("is found where its metres say, and a district holds what is in it", () => {
    const one = find("SE15 5DQ");
    expect(one?.label).toBe("SE15 5DQ");
    const [w = 0, s = 0, e = 0, n = 0] = one?.box ?? [];
    // The borders of Peckham.
    expect((w + e) / 2).toBeCloseTo(-0.0657, 2);
    expect((s + n) / 2).toBeCloseTo(51.4655, 2);
    expect(find("SE15 5")?.label).toBe("SE15 5, 2 postcodes");
    expect(find("SE15")?.label).toBe("SE15, 3 postcodes");
    expect(find("SE15 9ZZ")).toBeNull();
    expect(find("SE99")).toBeNull();
  });
});

describe("a cell", () => {
  test("is read in either case and knows its resolution and its parents", () => {
    expect(cellQuery("89194AD32B7FFFF")).toBe("89194ad32b7ffff");
    expect(cellQuery("89194ad32b7fff")).toBeNull();
    expect(resolutionOf("89194ad32b7ffff")).toBe(9);
    expect(parentOf("89194ad32b7ffff", 9)).toBe("89194ad32b7ffff");
    expect(parentOf("89194ad32b7ffff", 8)).toBe("88194ad32bfffff");
    expect(parentOf("8a194ad32b07fff", 9)).toBe("89194ad32b3ffff");
  });
});

test("a grid reference names its square", () => {
  expect(gridPlace("tq 300 805")?.label).toBe("TQ 300 805, a square of 100 m");
  expect(gridPlace("TQ 30 80")?.label).toBe("TQ 30 80, a square of 1 km");
  const [w = 0, s = 0, e = 0, n = 0] = gridPlace("TQ 30 80")?.box ?? [];
  expect([w < -0.127 && -0.127 < e, s < 51.506 && 51.506 < n]).toEqual([true, true]);
  expect(gridPlace("Camden")).toBeNull();
});

describe("a name", () => {
  const boroughs = [{ name: "Camden", box: [0, 0, 1, 1] as [number, number, number, number] }, { name: "Southwark", box: [0, 0, 1, 1] as [number, number, number, number] }];
  const spots = hotspots([spot(), spot({ id: "all-2", rank: 2, name: "Camden Town" })]);
  const found = (text: string) => namedPlaces(text, boroughs, spots).map((p) => p.id);

  test("finds the exact one first, then those that begin with it, then those that hold it", () => {
    expect(found("camden")).toEqual(["Camden", "all-2"]);
    expect(found("southwark")).toEqual(["Southwark", "all-1"]);
    expect(found("all-2")).toEqual(["all-2"]);
    expect(found("2. Camden Town")[0]).toBe("all-2");
    expect(found("amden")).toEqual([]);
    expect(found(" !? ")).toEqual([]);
  });

  test("finds whatever is typed without failing", () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(found(text))));
  });
});
