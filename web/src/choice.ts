/** Which hotspot the reader chose, and where the focus goes back to. */
import { byId } from "./dom";
import { store } from "./frame";
import { chosenFeature, onScreen } from "./on-screen";

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
