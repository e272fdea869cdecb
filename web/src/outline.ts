/** Geometry of hotspot outlines: their box, and the place inside them for a label. Degrees throughout. */
import type { MultiPolygon, Polygon, Position } from "geojson";
import type { Box } from "./tiles";

type Outline = Polygon | MultiPolygon;

const polygons = (outline: Outline): Position[][][] => (outline.type === "Polygon" ? [outline.coordinates] : outline.coordinates);

const xy = (position: Position | undefined): [number, number] => [position?.[0] ?? 0, position?.[1] ?? 0];

/** The box round an outline. */
export function outlineBox(outline: Outline): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const position of polygons(outline).flat(2)) {
    const [x, y] = xy(position);
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

function ringArea(ring: Position[]): number {
  let twice = 0;
  ring.forEach((position, i) => {
    const [x, y] = xy(position);
    const [nextX, nextY] = xy(ring[(i + 1) % ring.length]);
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}

/** Whether a place lies inside rings, by the even-odd rule: holes are outside. */
export function inside([x, y]: [number, number], rings: Position[][]): boolean {
  let odd = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = xy(ring[i]);
      const [xj, yj] = xy(ring[j]);
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
    }
  }
  return odd;
}

/** Steps of the lattice on which a label's place is looked for. */
const STEPS = 14;

/** The lattice point inside the largest part that lies farthest from the vertices of the outline; the middle of the box at worst. */
export function labelPoint(outline: Outline): [number, number] {
  const rings = polygons(outline).reduce((best, next) => (ringArea(next[0] ?? []) > ringArea(best[0] ?? []) ? next : best), [] as Position[][]);
  const [w, s, e, n] = outlineBox({ type: "Polygon", coordinates: rings });
  const squeeze = Math.cos(((s + n) / 2) * (Math.PI / 180));
  const vertices = rings.flat().map(xy);
  let best: [number, number] = [(w + e) / 2, (s + n) / 2];
  /** Squared distance of the best to its nearest vertex. */
  let most = -1;
  for (let i = 1; i < STEPS; i++) {
    for (let j = 1; j < STEPS; j++) {
      const point: [number, number] = [w + ((e - w) * i) / STEPS, s + ((n - s) * j) / STEPS];
      let room = Infinity;
      for (const [x, y] of vertices) {
        const east = (x - point[0]) * squeeze;
        const north = y - point[1];
        room = Math.min(room, east * east + north * north);
        if (room <= most) break;
      }
      // Most points are nearer to a vertex than the best one is: whether they lie inside need not be asked.
      if (room > most && inside(point, rings)) {
        best = point;
        most = room;
      }
    }
  }
  return best;
}
