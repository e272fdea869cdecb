/** What the reader chose to see: a hotspot, and where the focus goes back to; a place on the map. */
import { byId } from "./dom";
import { store } from "./frame";
import { chosenFeature, onScreen } from "./on-screen";
import type { Box } from "./tiles";

export type Where = "map" | "list" | "table" | "panel";

/** Where the panel was opened. */
let openedFrom: Exclude<Where, "panel"> = "table";

export const wasOpenedFrom = (): Where => openedFrom;

/** The reader chose a hotspot. */
export function choose(id: string, where: Where): void {
  if (where !== "panel") openedFrom = where;
  store.set({ hotspot: id }, "push");
  byId("detail-title").focus({ preventScroll: where === "map" || where === "list" });
  const feature = chosenFeature();
  if (feature && where !== "map" && where !== "list" && onScreen.map && store.state.tab === "map" && !onScreen.map.shows(feature)) onScreen.map.goTo(feature);
}

/** Brings the map to the front. */
export const toMap = (): void => {
  if (store.state.tab !== "map") store.set({ tab: "map" }, "push");
};

/** What is asked of a map that is not open yet. */
let onceOpen: (() => void) | null = null;

/** Goes to a box on the map, once it is open. */
export function showBox(box: Box, mostZoom: number): void {
  toMap();
  const go = (): void => onScreen.map?.goToBox(box, mostZoom, 60);
  if (onScreen.map) go();
  else onceOpen = go;
}

/** What was asked of the map before it was open is done. */
export function mapOpened(): void {
  onceOpen?.();
  onceOpen = null;
}
