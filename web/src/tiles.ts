/** Which cell tiles a view needs. Pure Web Mercator arithmetic; no map, no network. */

export interface Tile {
  z: number;
  x: number;
  y: number;
}

/** West, south, east, north in degrees. */
export type Box = [number, number, number, number];

/** A range of map zooms that shows one resolution, and the one zoom at which its tiles are fetched. */
export interface Band {
  resolution: number;
  tileZoom: number;
}

const COARSE: Band = { resolution: 8, tileZoom: 9 };
const MIDDLE: Band = { resolution: 9, tileZoom: 12 };
const FINE: Band = { resolution: 10, tileZoom: 14 };

/** The server's rule: zoom 10 and below → resolution 8, 11 to 13 → 9, 14 and above → 10. */
export function bandOf(zoom: number): Band {
  const z = Math.floor(zoom);
  return z <= 10 ? COARSE : z <= 13 ? MIDDLE : FINE;
}

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));

/** Column and row, with fraction, of a place at a zoom. */
export function tilePosition(lon: number, lat: number, z: number): [number, number] {
  const size = 2 ** z;
  const sin = Math.sin((clamp(lat, -85.0511, 85.0511) * Math.PI) / 180);
  return [((lon + 180) / 360) * size, (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * size];
}

/** Edges of a tile. */
export function tileBox({ z, x, y }: Tile): Box {
  const size = 2 ** z;
  const lat = (row: number): number => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / size))) * 180) / Math.PI;
  return [(x / size) * 360 - 180, lat(y + 1), ((x + 1) / size) * 360 - 180, lat(y)];
}

/** The tiles that a box touches and `ring` tiles round them, nearest to the middle first. */
export function tilesOf(box: Box, z: number, ring: number): Tile[] {
  const last = 2 ** z - 1;
  const [west, north] = tilePosition(box[0], box[3], z);
  const [east, south] = tilePosition(box[2], box[1], z);
  const [x0, x1] = [clamp(Math.floor(west) - ring, 0, last), clamp(Math.floor(east) + ring, 0, last)];
  const [y0, y1] = [clamp(Math.floor(north) - ring, 0, last), clamp(Math.floor(south) + ring, 0, last)];
  const tiles: Tile[] = [];
  for (let x = x0; x <= x1; x++) for (let y = y0; y <= y1; y++) tiles.push({ z, x, y });
  const [middleX, middleY] = [(west + east) / 2 - 0.5, (north + south) / 2 - 0.5];
  const far = (t: Tile): number => (t.x - middleX) ** 2 + (t.y - middleY) ** 2;
  return tiles.sort((a, b) => far(a) - far(b));
}

/** The common part of two boxes, or null when they do not meet. */
export function intersection(a: Box, b: Box): Box | null {
  const box: Box = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  return box[0] < box[2] && box[1] < box[3] ? box : null;
}

/** The box round tiles; null for none. */
export function boxOf(tiles: readonly Tile[]): Box | null {
  let box: Box | null = null;
  for (const tile of tiles) {
    const [w, s, e, n] = tileBox(tile);
    box = box ? [Math.min(box[0], w), Math.min(box[1], s), Math.max(box[2], e), Math.max(box[3], n)] : [w, s, e, n];
  }
  return box;
}

export const tileKey = ({ z, x, y }: Tile): string => `${z}/${x}/${y}`;
