import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandOf, boxOf, intersection, tileBox, tileKey, tilePosition, tilesOf, type Box } from "../src/tiles";

describe("tiles", () => {
  test("the band follows the server's rule at every edge", () => {
    expect([0, 10, 10.99, 11, 13.99, 14, 16].map((z) => bandOf(z).resolution)).toEqual([8, 8, 8, 9, 9, 10, 10]);
    expect([9, 12, 15].map((z) => bandOf(z).tileZoom)).toEqual([9, 12, 14]);
  });

  test("Charing Cross lies in the tile that the slippy map convention names", () => {
    const [x, y] = tilePosition(-0.1246, 51.5073, 12);
    expect([Math.floor(x), Math.floor(y)]).toEqual([2046, 1362]);
  });

  test("a box is covered by its tiles, and one ring is added on each side", () => {
    const corner = fc.tuple(fc.double({ min: -0.6, max: 0.4, noNaN: true }), fc.double({ min: 51.2, max: 51.8, noNaN: true }));
    fc.assert(
      fc.property(corner, corner, fc.constantFrom(9, 12), (a, b, z) => {
        const box: Box = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];
        const inner = tilesOf(box, z, 0);
        const [w, s, e, n] = boxOf(inner) ?? [0, 0, 0, 0];
        expect(w <= box[0] + 1e-9 && s <= box[1] + 1e-9 && e >= box[2] - 1e-9 && n >= box[3] - 1e-9).toBe(true);
        const columns = new Set(inner.map((t) => t.x)).size;
        const rows = new Set(inner.map((t) => t.y)).size;
        const ringed = tilesOf(box, z, 1);
        expect(ringed).toHaveLength((columns + 2) * (rows + 2));
        expect(new Set(ringed.map(tileKey)).size).toBe(ringed.length);
      }),
    );
  });

  test("tiles come nearest first", () => {
    const box: Box = [-0.13, 51.5, -0.12, 51.51];
    const [first] = tilesOf(box, 12, 1);
    const [w, s, e, n] = tileBox(first ?? { z: 0, x: 0, y: 0 });
    expect(w <= -0.125 && e >= -0.125 && s <= 51.505 && n >= 51.505).toBe(true);
  });

  test("the ring stops at the edge of the world", () => {
    expect(tilesOf([-179.9, 84, -179.8, 85], 2, 1).every((t) => t.x >= 0 && t.y >= 0 && t.x < 4 && t.y < 4)).toBe(true);
  });

  test("boxes that only touch have nothing in common", () => {
    expect(intersection([0, 0, 1, 1], [1, 0, 2, 1])).toBeNull();
    expect(intersection([0, 0, 2, 2], [1, 1, 3, 3])).toEqual([1, 1, 2, 2]);
  });
});
