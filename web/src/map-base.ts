/** The base map, all from our own origin: land, tidal Thames, boroughs and their names; a plain frame elsewhere. */
import type { Feature, FeatureCollection, MultiPolygon, Polygon } from "geojson";
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Release } from "./api";
import { isDark } from "./scheme";
import { intersection, type Box } from "./tiles";

/** Greater London with some room; a study area inside it gets London's shapes. */
const LONDON: Box = [-0.53, 51.27, 0.35, 51.71];

/** The ground by day and by night. */
export const DAY = { outside: "#dfe3e6", land: "#f6f5f1", notAsked: "#c6cacd", water: "#b9d2e2", shore: "#7fa6c0", border: "#8b95a1", label: "#38424d", halo: "#ffffff" };
export const NIGHT: typeof DAY = { outside: "#121518", land: "#23282c", notAsked: "#464c52", water: "#14303f", shore: "#4a7f9d", border: "#6b757e", label: "#e3e8ec", halo: "#121518" };

const colors = (): typeof DAY => (isDark() ? NIGHT : DAY);

/** Whether a study area lies in London: then the base shows it, else only the frame of the study area. */
export function inLondon(bounds: Box): boolean {
  const common = intersection(bounds, LONDON);
  if (!common) return false;
  const size = ([w, s, e, n]: Box): number => (e - w) * (n - s);
  return size(common) > 0.8 * size(bounds);
}

function frame([w, s, e, n]: Box): Feature<Polygon> {
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] } };
}

/** Of every fill: its smooth edges would be lines of their own, which take as long to draw as all the rest; most lie under lines anyway. */
export const FLAT = { "fill-antialias": false } as const;

/** The file of the ground. */
export type Ground = FeatureCollection<Polygon | MultiPolygon, { code?: string; name: string }>;

/** Its boroughs. */
export const boroughsOf = (ground: Ground | null): Ground["features"] => ground?.features.filter(({ properties }) => properties.code !== undefined) ?? [];

/** What of the ground is a borough, and what the river. */
export const BOROUGH: ExpressionSpecification = ["has", "code"];
const RIVER: ExpressionSpecification = ["!", BOROUGH];

/** The boroughs that are not asked for: all but the one, or none of them. */
export const onlyAsked = (borough: string | null): FilterSpecification => (borough === null ? ["==", ["get", "name"], ""] : ["all", BOROUGH, ["!=", ["get", "name"], borough]]);

/** Below the cells. */
function ground(london: boolean): LayerSpecification[] {
  if (!london) return [{ id: "land", type: "fill", source: "frame", paint: { "fill-color": colors().land, ...FLAT } }];
  return [
    { id: "land", type: "fill", source: "ground", filter: BOROUGH, paint: { "fill-color": colors().land, ...FLAT } },
    // What is not asked for must not look like a place where nothing was recorded.
    { id: "not-asked", type: "fill", source: "ground", filter: onlyAsked(null), paint: { "fill-color": colors().notAsked, ...FLAT } },
    { id: "thames", type: "fill", source: "ground", filter: RIVER, paint: { "fill-color": colors().water, ...FLAT } },
  ];
}

/** Above the cells. */
function lines(london: boolean): LayerSpecification[] {
  if (!london) return [{ id: "frame-line", type: "line", source: "frame", paint: { "line-color": colors().border, "line-width": 1.5, "line-dasharray": [3, 2] } }];
  return [
    { id: "thames-line", type: "line", source: "ground", filter: RIVER, paint: { "line-color": colors().shore, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 13, 1.6] } },
    { id: "boroughs-line", type: "line", source: "ground", filter: BOROUGH, paint: { "line-color": colors().border, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.7, 13, 1.8] } },
  ];
}

/** From here on the names of postcode districts have room. */
export const DISTRICTS_FROM = 11.5;

/** Of a colour by feature, though it is always the same one, as the ranks are: the same program of the graphics card draws all of them. */
const named = (): { "text-color": ExpressionSpecification; "text-halo-color": string; "text-halo-width": number } => ({
  "text-color": ["case", ["has", "name"], colors().label, colors().label],
  "text-halo-color": colors().halo,
  "text-halo-width": 1.4,
});

/** Names, above everything but the hotspots' ranks; where two have no room that of the borough stays. */
export function labelLayers(london: boolean): LayerSpecification[] {
  if (!london) return [];
  return [
    {
      id: "district-labels",
      type: "symbol",
      source: "districts",
      minzoom: DISTRICTS_FROM,
      layout: { "text-field": ["get", "name"], "text-font": ["Noto Sans Medium"], "text-size": 11.5, "text-padding": 6 },
      paint: named(),
    },
    {
      id: "borough-labels",
      type: "symbol",
      source: "borough-labels",
      layout: {
        "text-field": ["get", "name"],
        "text-font": ["Noto Sans Medium"],
        "text-size": ["interpolate", ["linear"], ["zoom"], 9, 10.5, 12, 14],
        "text-max-width": 7,
        "text-padding": 3,
        "text-variable-anchor": ["center", "top", "bottom", "left", "right"],
        "text-radial-offset": 0.4,
        // The largest boroughs are named first when there is no room for all.
        "symbol-sort-key": ["-", 0, ["get", "room"]],
      },
      paint: named(),
    },
  ];
}

/** The ground and the lines over the cells. */
export const baseLayers = (london: boolean): LayerSpecification[] => [{ id: "background", type: "background", paint: { "background-color": colors().outside } }, ...ground(london), ...lines(london)];

/**
 * Of the ground and the cells: pixels of a tile's side, twice the library's, which draws every layer of every tile by itself; where the processor draws,
 * that is what takes the time. Only for what has no width or size by zoom and feature at once: that would be of a zoom one step farther out.
 */
export const TILE = 1024;

/**
 * How the data are cut into tiles, in pixels of a tile of 512: what is taken around each, enough for half of the widest line also in the large tiles, and by
 * how much a shape may be simplified, a third of a pixel in the large ones. By itself the library takes a quarter of a tile on every side, and so draws more
 * than twice of everything.
 */
export const CUT = { buffer: 8, tolerance: 0.18 };

/** The style before any data of ours: `cells` and `hotspots` layers go between and on top. */
export function baseStyle(release: Release): { style: StyleSpecification; london: boolean } {
  const london = inLondon(release.bounds);
  const geojson = (data: string | Feature<Polygon>): SourceSpecification => ({ type: "geojson", data, ...CUT });
  const at = (name: string): string => new URL(`/base/${name}.geojson`, location.origin).href;
  const sources: Record<string, SourceSpecification> = london
    ? { ground: geojson(at("ground")), "borough-labels": geojson(at("borough-labels")) }
    : { frame: geojson(frame(release.bounds)) };
  return {
    london,
    style: {
      version: 8,
      sources,
      layers: baseLayers(london),
      // Another scheme is there at once.
      transition: { duration: 0 },
    },
  };
}

/** The lowest layer that lies above the cells. */
export const firstLine = (london: boolean): string => (london ? "thames-line" : "frame-line");
