/** Cells by where they are, out of the same tiles that the map draws: for an area that is drawn and for a cell that is looked up. */
import type { MultiPolygon, Polygon } from "geojson";
import { cellTile, type Release } from "./api";
import { unitOf } from "./cell-source";
import { labelPoint, outlineBox } from "./outline";
import { parentOf, resolutionOf } from "./places";
import { bandOf, tilesOf, type Band, type Box } from "./tiles";

export type Units = Map<string, Polygon | MultiPolygon>;

/** The middle of a cell, which lies inside it; of an area, the place for its label. */
export function middleOf(outline: Polygon | MultiPolygon): [number, number] {
  const ring = outline.type === "Polygon" && outline.coordinates.length === 1 ? (outline.coordinates[0] ?? []) : [];
  // Cells have five to ten corners, the first given again at the end.
  if (ring.length < 6 || ring.length > 11) return labelPoint(outline);
  const corners = ring.slice(1);
  const mean = (axis: 0 | 1): number => corners.reduce((sum, corner) => sum + (corner[axis] ?? 0), 0) / corners.length;
  return [mean(0), mean(1)];
}

/** The bands of the map, the finest first, as far as the release holds them; one for a release of areas. */
export function bandsOf(release: Pick<Release, "resolutions">): Band[] {
  if (release.resolutions.length === 0) return [{ ...bandOf(10), resolution: 0 }];
  return [bandOf(14), bandOf(11), bandOf(10)].filter((band) => release.resolutions.includes(band.resolution));
}

/** As many tiles as are fetched for one area: about three screens. */
const MOST_TILES = 40;

/** The finest band in which a box is within reach; the coarsest at worst. */
export function bandFor(box: Box, release: Pick<Release, "resolutions">): Band | undefined {
  const bands = bandsOf(release);
  return bands.find((band) => tilesOf(box, band.tileZoom, 0).length <= MOST_TILES) ?? bands.at(-1);
}

/** The cells of the tiles that a box touches, with `ring` tiles round them. */
export async function unitsIn(release: string, box: Box, band: Band, ring: number, signal?: AbortSignal): Promise<Units> {
  const tiles = await Promise.all(tilesOf(box, band.tileZoom, ring).map(({ z, x, y }) => cellTile(release, z, x, y, signal)));
  return new Map(tiles.flatMap((tile) => tile.features.map(({ geometry, properties }) => [unitOf(properties), geometry] as const)));
}

/** The box of a cell or an area, out of the tiles that the map draws: the coarsest cell that holds it first, then its own. Null when the release has none of this name. */
export async function boxOfUnit(unit: string, release: Release): Promise<Box | null> {
  const bands = bandsOf(release);
  const coarsest = bands.at(-1);
  if (!coarsest) return null;
  const shapeOf = async (id: string, box: Box, band: Band, ring: number): Promise<Box | null> => {
    const shape = (await unitsIn(release.id, box, band, ring)).get(id);
    return shape ? outlineBox(shape) : null;
  };
  if (coarsest.resolution === 0) return shapeOf(unit, release.bounds, coarsest, 0);
  const own = bands.find((band) => band.resolution <= resolutionOf(unit));
  if (!own) return null;
  const outer = await shapeOf(parentOf(unit, coarsest.resolution), release.bounds, coarsest, 0);
  return outer && own !== coarsest ? shapeOf(parentOf(unit, own.resolution), outer, own, 1) : outer;
}
