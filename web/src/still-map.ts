/** A picture of the hotspots for browsers that cannot draw the map: outlines and boroughs, without cells and without zoom. */
import type { MultiPolygon, Polygon, Position } from "geojson";
import type { HotspotsAnswer, Release } from "./api";
import { h, svg } from "./dom";
import { counted } from "./format";
import { boroughsOf, inLondon, type Ground } from "./map-base";
import { labelPoint } from "./outline";
import type { Box } from "./tiles";

const WIDTH = 640;

/** Ranks written on the picture: more would hide each other. */
const NAMED = 10;

/** Degrees to the picture's units: east to the right, north up, as wide as it is at the middle latitude. */
export function projection([w, s, e, n]: Box): { height: number; at: (position: Position) => [number, number] } {
  const squeeze = Math.cos((((s + n) / 2) * Math.PI) / 180);
  const scale = WIDTH / ((e - w) * squeeze);
  const at = (position: Position): [number, number] => [
    Math.round(((position[0] ?? 0) - w) * squeeze * scale * 10) / 10,
    Math.round((n - (position[1] ?? 0)) * scale * 10) / 10,
  ];
  return { height: Math.round((n - s) * scale), at };
}

/** An outline as the `d` of a path. */
export function pathOf(outline: Polygon | MultiPolygon, at: (position: Position) => [number, number]): string {
  const polygons = outline.type === "Polygon" ? [outline.coordinates] : outline.coordinates;
  return polygons.flat().map((ring) => `M${ring.map((p) => at(p).join(" ")).join("L")}Z`).join("");
}

async function boroughs(): Promise<Ground["features"]> {
  const response = await fetch("/base/ground.geojson");
  if (!response.ok) throw new Error(`status ${response.status}`);
  return boroughsOf((await response.json()) as Ground);
}

/** Draws the picture; what it leaves out stands below it. */
export async function drawStill(node: HTMLElement, release: Release, answer: HotspotsAnswer): Promise<void> {
  const { height, at } = projection(release.bounds);
  // The ground is dispensable: without it the outlines stand alone.
  const ground = inLondon(release.bounds) ? await boroughs().catch(() => []) : [];
  const label = `Outlines of ${counted(answer.features.length, "hotspot")} in ${release.study_area}; the table has each of them`;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "still", role: "img", "aria-label": label });
  for (const { geometry } of ground) picture.append(svg("path", { d: pathOf(geometry, at), class: "still-ground" }));
  for (const { geometry, properties } of answer.features) {
    picture.append(svg("path", { d: pathOf(geometry, at), class: `still-hotspot still-${properties.evidence}` }, svg("title", {}, `${properties.rank}. ${properties.name}`)));
  }
  for (const { geometry, properties } of answer.features.filter((f) => f.properties.rank <= NAMED)) {
    const [x, y] = at(labelPoint(geometry));
    picture.append(svg("circle", { cx: x, cy: y, r: 8, class: "still-badge" }), svg("text", { x, y: y + 3.5, "text-anchor": "middle", class: "still-rank" }, properties.rank));
  }
  node.replaceChildren(picture, h("p", {}, `Outlines of ${counted(answer.features.length, "hotspot")}; the first ${NAMED} ranks are written. Cells and their colours are not drawn.`));
  node.hidden = false;
}
