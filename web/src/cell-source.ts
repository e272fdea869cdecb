/** Cell geometry: unfiltered, immutable tiles of the view and one ring, fetched once, merged into one collection. */
import type { Feature, MultiPolygon, Polygon } from "geojson";
import { cellTile, type Release, type UnitProperties } from "./api";
import { bandOf, intersection, tileBox, tileKey, tilesOf, type Band, type Box, type Tile } from "./tiles";

/** A unit as the map keeps it: its identifier, which the source promotes, and its shape. */
export type Cell = Feature<Polygon | MultiPolygon, { unit: string }>;

/** The identifier of a unit: its H3 index, or the code of an area. */
export const unitOf = ({ h3, id, code }: UnitProperties): string => h3 ?? id ?? code ?? "";

/** Tiles kept beyond those in use: enough to zoom out and come back without a request. */
const KEPT = 160;

/** Degrees; more than a cell of resolution 8 in any direction up to 60° north. */
const EDGE = 0.02;

export class CellSource {
  readonly #release: Release;
  readonly #tiles = new Map<string, Cell[]>();
  /** The units that were merged last. */
  features: Cell[] = [];

  constructor(release: Release) {
    this.#release = release;
  }

  /** Band of a zoom, within the resolutions that the release holds. */
  band(zoom: number): Band {
    const band = bandOf(zoom);
    const { resolutions } = this.#release;
    if (resolutions.length === 0) return { resolution: 0, tileZoom: band.tileZoom };
    if (resolutions.includes(band.resolution)) return band;
    const finest = Math.max(...resolutions.filter((r) => r < band.resolution), Math.min(...resolutions));
    return { ...band, resolution: finest };
  }

  /** The study area with the cells that reach over its edge: their centres may lie outside. */
  get bounds(): Box {
    const [w, s, e, n] = this.#release.bounds;
    return [w - EDGE, s - EDGE, e + EDGE, n + EDGE];
  }

  /** Tiles wanted for a view, none of them wholly outside the study area. */
  wanted(view: Box, zoom: number): Tile[] {
    const { bounds } = this;
    return tilesOf(view, this.band(zoom).tileZoom, 1).filter((tile) => intersection(tileBox(tile), bounds) !== null);
  }

  /**
   * Fetches what is missing and merges the cells; returns how many tiles have failed. One that has is left out, and the next call tries it again.
   */
  async load(tiles: readonly Tile[], signal: AbortSignal): Promise<number> {
    let failed = 0;
    await Promise.all(
      tiles.map(async (tile) => {
        const key = tileKey(tile);
        const known = this.#tiles.get(key);
        if (known) {
          // Moves it to the end: the map keeps the order of use.
          this.#tiles.delete(key);
          this.#tiles.set(key, known);
          return;
        }
        try {
          const answer = await cellTile(this.#release.id, tile.z, tile.x, tile.y, signal);
          this.#tiles.set(key, answer.features.map(({ geometry, properties }) => ({ type: "Feature", geometry, properties: { unit: unitOf(properties) } })));
        } catch (error) {
          if (signal.aborted) throw error;
          failed += 1;
        }
      }),
    );
    // An area can lie in several tiles; a cell lies in one.
    const units = new Map(tiles.flatMap((tile) => this.#tiles.get(tileKey(tile)) ?? []).map((feature) => [feature.properties.unit, feature]));
    this.features = [...units.values()];
    for (const key of this.#tiles.keys()) {
      if (this.#tiles.size <= KEPT + tiles.length) break;
      this.#tiles.delete(key);
    }
    return failed;
  }
}
