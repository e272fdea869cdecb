/** The tools beside the tabs: finding a place, taking away, drawing an area. */
import { AreaPanel } from "./area-panel";
import { choose, showBox, toMap } from "./choice";
import { CHANGE_LAYER } from "./comparison";
import { byId } from "./dom";
import { drawDownload } from "./download";
import { Find } from "./find";
import { node, say, store } from "./frame";
import { currentRelease, listed, onScreen } from "./on-screen";

new Find(byId("tools"), {
  release: () => currentRelease() ?? null,
  hotspots: () => onScreen.found,
  go: ({ kind, id, box }) => {
    if (kind === "hotspot") {
      if (!onScreen.hotspots?.features.some((f) => f.properties.id === id)) store.set({ borough: null }, "push");
      choose(id, "table");
    }
    if (kind === "borough") store.set({ borough: id, hotspot: null }, "push");
    showBox(box, kind === "postcode" || kind === "grid" ? 15 : 14);
    // On a phone the map lies below.
    if (kind !== "hotspot") node.map.scrollIntoView({ block: "nearest" });
  },
  say,
});

drawDownload(byId("tools"), {
  now: () => {
    // While something is under way the parts may be of two states.
    if (!document.documentElement.dataset["ready"]) return null;
    const release = currentRelease();
    const layer = onScreen.cells && onScreen.layers.find((l) => l.id === onScreen.cells?.layer);
    return release ? { state: store.state, release, title: node.headline.textContent, map: onScreen.map, hotspots: listed(), cells: onScreen.cells, layer: layer ?? (onScreen.compared ? CHANGE_LAYER : undefined), boroughs: onScreen.boroughs, events: onScreen.events, compared: onScreen.compared } : null;
  },
});

export const areaPanel = new AreaPanel(byId("tools"), byId("area"), {
  map: () => onScreen.map,
  hotspots: () => onScreen.found,
  toMap,
  set: (area) => store.set({ area }, "push"),
  choose: (id) => choose(id, "table"),
  say,
});
