/** The small card that says what lies under the pointer or the crosshair. */
import type { CellsAnswer, Hotspot } from "./api";
import { h } from "./dom";
import { wordOf } from "./evidence";
import { counted, decimal, periodName } from "./format";
import { unitName } from "./legend";
import type { MapView } from "./url-state";

export interface CellFigures {
  n: number;
  /** null where the method has no answer. */
  value: number | null;
  class: number;
}

/** Figures of the answer by cell; the answer names a cell once. */
export function figuresByCell(answer: CellsAnswer): Map<string, CellFigures> {
  const { id, n, value, class: classes } = answer.cells;
  return new Map(id.map((cell, i) => [cell, { n: n[i] ?? 0, value: value[i] ?? null, class: classes[i] ?? 0 }]));
}

/** One line on a cell; a cell that the answer leaves out is in the empty class. */
export function cellLine(figures: CellFigures | undefined, answer: CellsAnswer): string {
  const unit = unitName(answer.resolution);
  const period = periodName(answer);
  if (!figures) {
    const empty = answer.legend[0]?.label ?? "none";
    return answer.layer === "count" ? `This ${unit}: no recorded incident, ${period}` : `This ${unit}: ${empty.toLowerCase()}, ${period}`;
  }
  const incidents = counted(figures.n, "incident");
  const label = answer.legend[figures.class]?.label;
  const { value } = figures;
  if (value === null) return `This ${unit}: ${incidents}, ${period}`;
  switch (answer.layer) {
    case "count":
      return `This ${unit}: ${incidents}, ${period}`;
    case "density":
      return `This ${unit}: ${decimal(value)} per km² a year (${incidents}), ${period}`;
    case "probability":
      return `This ${unit}: probability ${value > 0.9995 ? "> 0.999" : value.toFixed(3)} (${incidents}), ${period}`;
    default:
      return `This ${unit}: ${label ? `${label.toLowerCase()}, ` : ""}${answer.unit} ${value < 0.0001 ? "< 0.0001" : value.toPrecision(2)} (${incidents}), ${period}`;
  }
}

/** What the pointer, the crosshair and the list of what is in view say of a hotspot: the same. */
export const hotspotLine = (spot: Hotspot): string =>
  `${spot.rank}. ${spot.name}: ${counted(spot.n, "incident")}, ${decimal(spot.ratio)} times expected (95% interval ${decimal(spot.ratio_lo)} to ${decimal(spot.ratio_hi)}), evidence ${wordOf(spot.evidence).label.toLowerCase()}`;

/** Places the card beside the point, inside the map. */
export function drawReadout(node: HTMLElement, at: { x: number; y: number }, room: { width: number; height: number }, lines: { hotspot: string | null; cell: string | null }): void {
  if (lines.hotspot === null && lines.cell === null) {
    node.hidden = true;
    return;
  }
  node.replaceChildren(lines.hotspot !== null ? h("strong", {}, lines.hotspot) : "", lines.cell !== null ? h("span", {}, lines.cell) : "");
  node.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = node;
  const left = at.x + 16 + width > room.width ? at.x - 16 - width : at.x + 16;
  const top = at.y + 16 + height > room.height ? at.y - 16 - height : at.y + 16;
  node.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
}

const degrees = (value: number, positive: string, negative: string): string => `${Math.abs(value).toFixed(3)}° ${value < 0 ? negative : positive}`;

/** The view as a voice says it: centre, zoom, what is in it. */
export const viewWords = ({ lon, lat, zoom }: MapView, inView: number): string =>
  `Centre ${degrees(lat, "north", "south")}, ${degrees(lon, "east", "west")}; zoom ${zoom.toFixed(1)}; ${counted(inView, "hotspot")} in view`;
