import fc from "fast-check";
import { describe, expect, test } from "vitest";
import testPoints from "../../data/reference/os_test_points.csv?raw";
import oracle from "../../data/reference/ostn15_oracle.csv.gz?inline";
import { degreesOf, gridSquare } from "../src/grid";

const rows = (text: string): string[][] => text.trim().split("\n").slice(1).map((line) => line.split(","));

/** Metres between two places near each other. */
const metres = ([lon, lat]: [number, number], [otherLon, otherLat]: [number, number]): number =>
  Math.hypot((lon - otherLon) * 111_320 * Math.cos((lat * Math.PI) / 180), (lat - otherLat) * 111_320);

describe("the National Grid", () => {
  test("is within five metres of the published transformation at the Ordnance Survey's points", () => {
    const points = rows(testPoints).map(([, ...numbers]) => numbers.map(Number));
    expect(points.length).toBe(40);
    for (const [lon = 0, lat = 0, easting = 0, northing = 0] of points) expect(metres(degreesOf(easting, northing), [lon, lat])).toBeLessThan(5);
  });

  test("is within two and a half metres of it in London", async () => {
    const packed = (await fetch(oracle)).body;
    const points = rows(await new Response(packed?.pipeThrough(new DecompressionStream("gzip"))).text()).map((row) => row.map(Number));
    const far = points.map(([, , easting = 0, northing = 0, lon = 0, lat = 0]) => metres(degreesOf(easting, northing), [lon, lat]));
    expect(far.length).toBe(10_000);
    expect(Math.max(...far)).toBeLessThan(2.5);
  });

  test("reads references of every length, with and without spaces", () => {
    expect(gridSquare("TQ 300 805")).toEqual({ easting: 530_000, northing: 180_500, size: 100 });
    expect(gridSquare("tq300805")).toEqual({ easting: 530_000, northing: 180_500, size: 100 });
    expect(gridSquare("TQ 30 80")).toEqual({ easting: 530_000, northing: 180_000, size: 1000 });
    expect(gridSquare("TQ 30012 80534")).toEqual({ easting: 530_012, northing: 180_534, size: 1 });
    expect(gridSquare("SV 0000 0000")).toEqual({ easting: 0, northing: 0, size: 10 });
    expect(gridSquare("NN 166 712")).toEqual({ easting: 216_600, northing: 771_200, size: 100 });
  });

  test("takes nothing else for a reference", () => {
    for (const text of ["", "TQ", "TQ 3", "TQ30", "TQ 300 80", "TQ 30080", "TI 300 805", "SE15 5", "AA 30 80", "TQ 300 805 x", "Camden"]) expect(gridSquare(text), text).toBeNull();
    fc.assert(fc.property(fc.string(), (text) => gridSquare(text) === null || /^[A-Z]{2}[\d\s]+$/i.test(text.trim())));
  });

  test("gives back the square that a reference was written from", () => {
    fc.assert(
      fc.property(fc.integer({ min: 500_000, max: 599_999 }), fc.integer({ min: 100_000, max: 199_999 }), fc.integer({ min: 2, max: 5 }), (easting, northing, digits) => {
        const part = (metres: number): string => String(metres % 100_000).padStart(5, "0").slice(0, digits);
        const square = gridSquare(`TQ${part(easting)}${part(northing)}`);
        const size = 10 ** (5 - digits);
        expect(square).toEqual({ easting: Math.floor(easting / size) * size, northing: Math.floor(northing / size) * size, size });
      }),
    );
  });
});
