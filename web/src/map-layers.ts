/** What the map draws over its ground: the cells, hotspots, their ranks, places to engage, and an area that is drawn. */
import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import { WORDS } from "./evidence";
import { FLAT, firstLine, labelLayers } from "./map-base";
import { isDark } from "./scheme";

/** What is drawn over the cells, by day and by night. */
export const DAY = {
  ink: "#0b0c0c",
  /** Round lines of ink, so that they are seen on every colour. */
  paper: "#ffffff",
  /** Lines across what may be as expected: as the ground is. */
  mute: "#ffffff",
  chosen: "#12436d",
  /** Outlines of what cannot be told: clear enough to be seen, and no more. */
  faint: "#4f5a61",
  /** Places to engage. */
  engage: "#54319f",
  /** An area that the reader draws. */
  drawn: "#801650",
};
export const NIGHT: typeof DAY = { ink: "#f1f3f4", paper: "#0b0c0c", mute: "#23282c", chosen: "#8fc1ec", faint: "#a9b3ba", engage: "#c4a8ff", drawn: "#ff8fc7" };

const colors = (): typeof DAY => (isDark() ? NIGHT : DAY);

export const EMPTY = "rgba(0,0,0,0)";

/** Opacity of the cells: the ground is seen through them. */
const CELLS = 0.86;

/** The sources, each with the property that identifies its features. */
export const SOURCES = { places: null, cells: "unit", pointed: null, hotspots: "id", ranks: "id", area: null, districts: null } as const;

/** Sources of which most views have nothing, with their layers. */
export const SELDOM = { places: ["places-hatch", "places-line"], pointed: ["cell-pointed"], area: ["area-fill", "area-casing", "area-line", "area-corners"] } as const;

/** Layers of the hotspots that bring a program each, in the order in which they are drawn for the first time, with the properties that keep them back. */
export const VEILED = [
  [["hotspots-casing", "line-opacity"]],
  [["hotspots-line-weak", "line-opacity"], ["hotspots-line-cannot_tell", "line-opacity"]],
  [["hotspots-unsure", "fill-opacity"]],
  [["ranks", "icon-opacity"], ["ranks", "text-opacity"]],
] as const;

/** Drawn without the graphics card: reading a picture back from it waits for all that it has to do, half a second at the start. */
const READ: CanvasRenderingContext2DSettings = { willReadFrequently: true };

/** A round badge that the rank is written on. */
function badge(fill: string, rim: string): ImageData {
  const size = 44;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d", READ);
  if (!context) throw new Error("no 2-D canvas");
  context.beginPath();
  context.arc(size / 2, size / 2, size / 2 - 3, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 3;
  context.strokeStyle = rim;
  context.stroke();
  return context.getImageData(0, 0, size, size);
}

/** Slanted lines: rising ones are places to engage, falling ones hotspots that may be as expected. */
function hatch(color: string, width: number, falling: boolean): ImageData {
  const size = 24;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d", READ);
  if (!context) throw new Error("no 2-D canvas");
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift, falling ? 0 : size);
    context.lineTo(shift + size, falling ? size : 0);
  }
  context.stroke();
  return context.getImageData(0, 0, size, size);
}

/** The pictures that the layers name. */
export function images(): [string, ImageData][] {
  const { ink, paper, mute, chosen, faint, engage } = colors();
  return [
    ["badge", badge(ink, paper)],
    ["badge-weak", badge(paper, ink)],
    ["badge-cannot_tell", badge(paper, faint)],
    ["badge-chosen", badge(chosen, paper)],
    ["hatch", hatch(engage, 4, false)],
    ["hatch-unsure", hatch(mute, 9, true)],
  ];
}

/** The layers from below to above, each with the one that it goes under. */
export function ownLayers(london: boolean): { layer: LayerSpecification; below: string | undefined }[] {
  const { ink, paper, chosen, faint, engage, drawn } = colors();
  const layers: { layer: LayerSpecification; below: string | undefined }[] = [];
  const add = (layer: LayerSpecification, below?: string): void => void layers.push({ layer, below });
  const below = firstLine(london);
  add({ id: "cells", type: "fill", source: "cells", paint: { "fill-color": EMPTY, "fill-opacity": CELLS, ...FLAT } }, below);
  // A source of its own: as a state of all cells, every one of them would be drawn as a line without width.
  add({ id: "cell-pointed", type: "line", source: "pointed", paint: { "line-color": ink, "line-width": 2 } });
  for (const layer of labelLayers(london)) add(layer);
  const state = (name: string): ExpressionSpecification => ["boolean", ["feature-state", name], false];
  const labels = london ? "district-labels" : undefined;
  add({ id: "places-hatch", type: "fill", source: "places", paint: { "fill-pattern": "hatch", ...FLAT } }, labels);
  add({ id: "places-line", type: "line", source: "places", paint: { "line-color": engage, "line-width": 2 } }, labels);
  // States change the colour and nothing else, as those of the cells do: one program of the graphics card draws both, and is made once.
  const veil = (opacity: number): string => `${chosen}${Math.round((255 * opacity) / CELLS).toString(16).padStart(2, "0")}`;
  add({ id: "hotspots-area", type: "fill", source: "hotspots", paint: { "fill-color": ["case", state("chosen"), veil(0.14), state("pointed"), veil(0.1), EMPTY], "fill-opacity": CELLS, ...FLAT } }, labels);
  // Muted by lines of paper where the interval holds "as expected".
  add({ id: "hotspots-unsure", type: "fill", source: "hotspots", filter: ["<=", ["get", "ratio_lo"], 1], paint: { "fill-pattern": "hatch-unsure", ...FLAT } }, labels);
  add(
    {
      id: "hotspots-casing",
      type: "line",
      source: "hotspots",
      // Of a colour by state, though it is always the same one, as the lines over it are: the same program draws them.
      paint: { "line-color": ["case", state("chosen"), paper, paper], "line-width": ["interpolate", ["linear"], ["zoom"], 9, ["case", state("chosen"), 6, state("pointed"), 5, 1.8], 10.5, ["case", state("chosen"), 7, state("pointed"), 6, 3], 13, ["case", state("chosen"), 9, state("pointed"), 8, 5.5]] },
    },
    labels,
  );
  for (const { id, dashes } of WORDS) {
    add(
      {
        id: `hotspots-line-${id}`,
        type: "line",
        source: "hotspots",
        filter: ["==", ["get", "evidence"], id],
        paint: {
          "line-color": ["case", state("chosen"), chosen, id === "cannot_tell" ? faint : ink],
          "line-width": ["interpolate", ["linear"], ["zoom"], 9, ["case", state("chosen"), 3.5, state("pointed"), 3, 0.8], 10.5, ["case", state("chosen"), 4, state("pointed"), 3.5, 1.4], 13, ["case", state("chosen"), 5, state("pointed"), 4.5, 2.6]],
          ...(dashes ? { "line-dasharray": dashes } : {}),
        },
      },
      labels,
    );
  }
  add({
    id: "ranks",
    type: "symbol",
    source: "ranks",
    // Far out only the first ranks are named; near by all of them.
    filter: ["<=", ["get", "rank"], ["step", ["zoom"], 10, 10.5, 30, 11.5, 100, 12.5, 100000]],
    layout: {
      "icon-image": ["match", ["get", "evidence"], "clear", "badge", "weak", "badge-weak", "badge-cannot_tell"],
      "icon-size": ["case", [">=", ["get", "rank"], 100], 1.2, 1],
      "text-field": ["to-string", ["get", "rank"]],
      "text-font": ["Noto Sans Bold"],
      "text-size": 11,
      "symbol-sort-key": ["get", "rank"],
      "icon-padding": 1,
      "text-padding": 0,
    },
    paint: { "text-color": ["match", ["get", "evidence"], "clear", paper, "weak", ink, faint] },
  });
  add({
    id: "rank-chosen",
    type: "symbol",
    source: "ranks",
    filter: ["==", ["get", "id"], ""],
    layout: {
      "icon-image": "badge-chosen",
      "icon-size": 1.3,
      "icon-allow-overlap": true,
      "text-allow-overlap": true,
      "text-field": ["to-string", ["get", "rank"]],
      "text-font": ["Noto Sans Bold"],
      "text-size": 13,
    },
    paint: { "text-color": paper },
  });
  add({ id: "area-fill", type: "fill", source: "area", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": drawn, "fill-opacity": 0.08, ...FLAT } });
  add({ id: "area-casing", type: "line", source: "area", layout: { "line-join": "round" }, paint: { "line-color": paper, "line-width": 6 } });
  add({ id: "area-line", type: "line", source: "area", layout: { "line-join": "round" }, paint: { "line-color": drawn, "line-width": 3, "line-dasharray": [4, 1.5, 1, 1.5] } });
  add({ id: "area-corners", type: "circle", source: "area", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": drawn, "circle-radius": 5, "circle-stroke-color": paper, "circle-stroke-width": 2 } });
  return layers;
}
