/** An area that the reader draws: its form in the address, and what can be said of the cells in it. Pure: no map, no network. */
import type { MultiPolygon, Polygon } from "geojson";
import type { CellsAnswer } from "./api";
import { inside } from "./outline";
import type { Box } from "./tiles";

/** Longitude and latitude in degrees. */
export type Corner = [number, number];

export const LEAST_CORNERS = 3;
export const MOST_CORNERS = 50;

const CORNER = /^(-?\d{1,3}(?:\.\d{1,4})?)_(-?\d{1,2}(?:\.\d{1,4})?)$/;

/** A ten-thousandth of a degree, about ten metres: an area says no more of where the reader looked. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000 + 0;

/** `-0.1012_51.5034*…`: what stays as it is in an address. */
export const areaText = (corners: readonly Corner[]): string => corners.map(([lon, lat]) => `${rounded(lon)}_${rounded(lat)}`).join("*");

/** The corners of a text, or null when it is no area. */
export function areaCorners(text: string | null): Corner[] | null {
  const parts = (text ?? "").split("*");
  if (parts.length < LEAST_CORNERS || parts.length > MOST_CORNERS) return null;
  const corners: Corner[] = [];
  for (const part of parts) {
    const found = CORNER.exec(part);
    const [lon, lat] = [Number(found?.[1]), Number(found?.[2])];
    if (!found || Math.abs(lon) > 180 || Math.abs(lat) > 85) return null;
    corners.push([lon, lat]);
  }
  return corners;
}

/** The text in its one form, or null. */
export function areaIn(text: string | null): string | null {
  const corners = areaCorners(text);
  return corners && areaText(corners);
}

export const boxCorners = ([w, s, e, n]: Box): Corner[] => [[w, s], [e, s], [e, n], [w, n]];

/** The box round corners. */
export function cornersBox(corners: readonly Corner[]): Box {
  const [lons, lats] = [corners.map(([lon]) => lon), corners.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

export const holds = (corners: readonly Corner[], place: readonly [number, number]): boolean => inside([place[0], place[1]], [corners.map(([lon, lat]) => [lon, lat])]);

/** Whether a part of an outline lies outside: one of its corners does, or the line turns back inside it. */
export function reachesBeyond(corners: readonly Corner[], { type, coordinates }: Polygon | MultiPolygon): boolean {
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  return polygons.flat(2).some(([lon = 0, lat = 0]) => !holds(corners, [lon, lat])) || corners.some((corner) => polygons.some((rings) => inside(corner, rings)));
}

/** Whether two sides cross: then a part of what is enclosed is counted as outside. */
export function crossesItself(corners: readonly Corner[]): boolean {
  const turn = (a: Corner, b: Corner, c: Corner): number => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  const n = corners.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      const [a, b, c, d] = [corners[i], corners[(i + 1) % n], corners[j], corners[(j + 1) % n]];
      if (a && b && c && d && turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0) return true;
    }
  }
  return false;
}

/** The probability of at most `n` by Poisson's law. */
function atMost(n: number, mean: number): number {
  let sum = 0;
  let log = -mean;
  for (let k = 0; k <= n; k++) {
    if (k > 0) log += Math.log(mean / k);
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** The mean at which `probability`, which falls as the mean rises, is `wanted`. */
function meanAt(probability: (mean: number) => number, wanted: number, n: number): number {
  let [low, high] = [0, n + 10 * Math.sqrt(n + 1) + 10];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (probability(middle) > wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The exact 95 % interval (Garwood 1936) of the mean of a Poisson count. */
export function poissonInterval(n: number): [number, number] {
  return [n === 0 ? 0 : meanAt((mean) => atMost(n - 1, mean), 0.975, n), meanAt((mean) => atMost(n, mean), 0.025, n)];
}

export interface AreaFigures {
  /** Cells whose middle lies inside, and all cells of the study area. */
  cells: number;
  of: number;
  /** Incidents in them, and all on the map. */
  n: number;
  total: number;
  /** What would be in them if incidents followed the number of cells. Null when units are areas of unlike size. */
  expected: number | null;
  /** Recorded by expected, with the exact 95 % interval of Poisson; null without an expected number. */
  ratio: { value: number; lo: number; hi: number } | null;
}

/** Counts of a set of cells out of an answer for the whole study area under the layer of counts. */
export function areaFigures(cells: ReadonlySet<string>, answer: CellsAnswer): AreaFigures {
  let n = 0;
  answer.cells.id.forEach((id, i) => {
    if (cells.has(id)) n += answer.cells.n[i] ?? 0;
  });
  const of = answer.legend.reduce((sum, c) => sum + c.cells, 0);
  const expected = answer.resolution === 0 || of === 0 ? null : (answer.n * cells.size) / of;
  const [lo, hi] = poissonInterval(n);
  return { cells: cells.size, of, n, total: answer.n, expected, ratio: expected ? { value: n / expected, lo: lo / expected, hi: hi / expected } : null };
}
