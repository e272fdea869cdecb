import type { Polygon } from "geojson";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areaCorners, areaFigures, areaIn, areaText, boxCorners, cornersBox, crossesItself, holds, poissonInterval, reachesBeyond, type Corner } from "../src/area";
import { areaSentences, wholeLine } from "../src/area-panel";
import { bandFor, bandsOf, middleOf } from "../src/units";
import { cells } from "./fixtures";

const corner = fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -85, max: 85, noNaN: true }));
const corners = fc.array(corner, { minLength: 3, maxLength: 50 });

describe("the text of an area", () => {
  test("gives back its corners to a ten-thousandth of a degree, needs no escape, and is stable", () => {
    fc.assert(
      fc.property(corners, (list) => {
        const text = areaText(list);
        expect(new URLSearchParams({ area: text }).toString()).toBe(`area=${text}`);
        const back = areaCorners(text) ?? [];
        expect(back.length).toBe(list.length);
        back.forEach(([lon, lat], i) => {
          expect(Math.abs(lon - (list[i]?.[0] ?? NaN))).toBeLessThanOrEqual(0.0000501);
          expect(Math.abs(lat - (list[i]?.[1] ?? NaN))).toBeLessThanOrEqual(0.0000501);
        });
        expect(areaIn(text)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test("is null for anything else, and never fails", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-0-9._*]{0,60}$/)), (text) => {
        const once = areaIn(text);
        expect(once === null || areaIn(once) === once).toBe(true);
      }),
      { numRuns: 2000 },
    );
    for (const text of ["", "1_2*3_4", "1_2*3_4*5_", "200_0*1_1*2_2", "0_86*1_1*2_2", "1_2*3_4*5_6.12345"]) expect(areaIn(text), text).toBeNull();
    expect(areaIn(areaText(Array.from({ length: 51 }, (_, i): Corner => [i, i])))).toBeNull();
    expect(areaIn("1_2*3_4*5_6")).toBe("1_2*3_4*5_6");
  });
});

describe("what lies inside", () => {
  test("of a box is what lies between its edges", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true }), (x, y) => {
        const box = boxCorners([1, 1, 2, 2]);
        if ([1, 2].includes(x) || [1, 2].includes(y)) return;
        expect(holds(box, [x, y])).toBe(x > 1 && x < 2 && y > 1 && y < 2);
      }),
    );
    expect(cornersBox([[1, 5], [3, 2], [2, 9]])).toEqual([1, 2, 3, 9]);
  });

  test("tells an outline that crosses itself", () => {
    expect(crossesItself(boxCorners([0, 0, 1, 1]))).toBe(false);
    expect(crossesItself([[0, 0], [1, 1], [1, 0], [0, 1]])).toBe(true);
    expect(crossesItself([[0, 0], [1, 0], [0, 1]])).toBe(false);
  });

  test("a cell's middle is the mean of its corners, the last of which is the first again", () => {
    const ring = Array.from({ length: 7 }, (_, i) => [2 + Math.cos((i * Math.PI) / 3), 1 + Math.sin((i * Math.PI) / 3)]);
    const [x, y] = middleOf({ type: "Polygon", coordinates: [ring] });
    expect(x).toBeCloseTo(2, 9);
    expect(y).toBeCloseTo(1, 9);
  });

  test("is counted at the finest resolution within reach", () => {
    const resolutions = { resolutions: [8, 9, 10] };
    expect(bandFor([-0.1, 51.5, -0.08, 51.51], resolutions)?.resolution).toBe(10);
    expect(bandFor([-0.2, 51.4, 0, 51.6], resolutions)?.resolution).toBe(9);
    expect(bandFor([-0.51, 51.28, 0.33, 51.7], resolutions)?.resolution).toBe(8);
    expect(bandFor([-0.1, 51.5, -0.08, 51.51], { resolutions: [8] })?.resolution).toBe(8);
    expect(bandsOf({ resolutions: [] }).map((b) => b.resolution)).toEqual([0]);
  });
});

describe("the interval of a count", () => {
  test("is that of the published tables", () => {
    const table: [number, number, number][] = [[0, 0, 3.6889], [1, 0.0253, 5.5716], [5, 1.6235, 11.6683], [10, 4.7954, 18.3904], [100, 81.3636, 121.6272]];
    for (const [n, lo, hi] of table) {
      const [low, high] = poissonInterval(n);
      expect(low).toBeCloseTo(lo, 3);
      expect(high).toBeCloseTo(hi, 3);
    }
  });

  test("holds the count and grows with it, also where terms underflow", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), (n) => {
        const [lo, hi] = poissonInterval(n);
        const [nextLo, nextHi] = poissonInterval(n + 1);
        expect(lo <= n && n < hi && nextLo > lo && nextHi > hi).toBe(true);
      }),
      { numRuns: 20 },
    );
    const [lo, hi] = poissonInterval(16_000);
    expect(Math.abs(lo - (16_000 - 1.96 * Math.sqrt(16_000)))).toBeLessThan(3);
    expect(Math.abs(hi - (16_000 + 1.96 * Math.sqrt(16_000)))).toBeLessThan(3);
  });
});

describe("the figures", () => {
  test("compare what is inside with its share of all cells", () => {
    const figures = areaFigures(new Set(["a", "none"]), cells());
    expect(figures).toMatchObject({ cells: 2, of: 12, n: 3, total: 8 });
    expect(figures.expected).toBeCloseTo(8 / 6, 9);
    expect(figures.ratio?.value).toBeCloseTo(3 / (8 / 6), 9);
    const [first = "", second = "", third] = areaSentences(figures, 9, true);
    expect(first).toBe("3 incidents in 2 cells whose middle lies inside: 38% of 8 incidents on the map, in 17% of 12 cells.");
    expect(second).toContain("1.3 would be here: there are 2.3 times as many (95% interval 0.46 to 6.6");
    expect(third).toBeUndefined();
    expect(areaSentences(figures, 9, false).at(-1)).toContain("not alike");
  });

  test("say how many hotspots reach beyond the line", () => {
    const square: Corner[] = [[0, 0], [4, 0], [4, 4], [0, 4]];
    const box = (w: number, s: number, e: number, n: number): Polygon => ({ type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] });
    expect(reachesBeyond(square, box(1, 1, 2, 2))).toBe(false);
    expect(reachesBeyond(square, box(3, 1, 5, 2))).toBe(true);
    // All corners inside, and the line turns back within it.
    expect(reachesBeyond([[0, 0], [4, 0], [4, 4], [2, 1.5], [0, 4]], box(1, 1, 3, 2))).toBe(true);
    expect(wholeLine(12, 3)).toBe("Hotspots are counted whole: 3 of these 12 reach beyond the line.");
    expect(wholeLine(12, 0)).toBe("Hotspots are counted whole: none of these 12 reaches beyond the line.");
    expect(wholeLine(1, 1)).toBe("Hotspots are counted whole: this one reaches beyond the line.");
  });

  test("expect nothing of areas of unlike size", () => {
    const figures = areaFigures(new Set(["a"]), cells({ resolution: 0 }));
    expect(figures).toMatchObject({ n: 3, expected: null, ratio: null });
    expect(areaSentences(figures, 0, true)[1]).toContain("no expected number");
  });
});
