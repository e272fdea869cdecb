import { describe, expect, test } from "vitest";
import { inside, labelPoint, outlineBox } from "../src/outline";

/** A horseshoe, open to the east: the middle of its box is outside. */
const horseshoe = [[0, 0], [4, 0], [4, 1], [1, 1], [1, 3], [4, 3], [4, 4], [0, 4], [0, 0]];

describe("an outline", () => {
  test("has its label inside, even when the middle of its box is outside", () => {
    expect(inside([2.5, 2], [horseshoe])).toBe(false);
    expect(inside(labelPoint({ type: "Polygon", coordinates: [horseshoe] }), [horseshoe])).toBe(true);
  });

  test("of several parts has its label in the largest", () => {
    const small = [[10, 10], [10.1, 10], [10.1, 10.1], [10, 10]];
    const [x] = labelPoint({ type: "MultiPolygon", coordinates: [[small], [horseshoe]] });
    expect(x).toBeLessThan(5);
  });

  test("does not count a hole as inside", () => {
    const hole = [[0.2, 1.5], [0.8, 1.5], [0.8, 2.5], [0.2, 1.5]];
    expect(inside([0.7, 1.9], [horseshoe])).toBe(true);
    expect(inside([0.7, 1.9], [horseshoe, hole])).toBe(false);
  });

  test("is boxed with all of its parts", () => {
    expect(outlineBox({ type: "MultiPolygon", coordinates: [[horseshoe], [[[9, -1], [10, 0], [9, 1], [9, -1]]]] })).toEqual([0, -1, 10, 4]);
  });
});
