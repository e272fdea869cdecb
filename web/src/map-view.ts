/** The map on the page: opened once for each release, and what the reader points at. */
import type * as api from "./api";
import { choose, mapOpened } from "./choice";
import { beside, cellWords, classOf, loadCells } from "./colours";
import { byId } from "./dom";
import { node, notices, pending, say, store } from "./frame";
import { counted } from "./format";
import { markClass } from "./legend";
import type { Target } from "./map";
import { chosenFeature, listed, onScreen } from "./on-screen";
import { breath, gaveWay } from "./pending";
import { drawReadout, hotspotLine, viewWords } from "./readout";
import { SpatialList, type Placed } from "./spatial-list";
import { table } from "./tables";
import { areaPanel } from "./tool-row";
import type { State } from "./url-state";
import { warmUp } from "./warm-up";

/** The release that the map was made for. */
let mapOf: string | null = null;
/** What the map said of its view, until what lies under the cross is said with it. */
let viewSaid = "";

export const spatial = new SpatialList(node.inView, byId("in-view-ring"), {
  point: (place) => {
    onScreen.map?.point(place?.spot.id ?? null);
    table.point(place?.spot.id ?? null);
    markClass(node.legend, place ? classOf(place.spot) : null);
    if (place) drawReadout(node.readout, place, { width: node.map.clientWidth, height: node.map.clientHeight }, { hotspot: hotspotLine(place.spot), cell: null });
    else node.readout.hidden = true;
  },
  choose: (id) => choose(id, "list"),
  leave: () => onScreen.map?.focus(),
});

export const isMapOf = (release: api.Release): boolean => mapOf === release.id;

/** Lists the hotspots in view for the keyboard. */
export function showInView(): number {
  const spots = new Map(listed()?.features.map((f) => [f.properties.id, f.properties]));
  const places = (onScreen.map?.inView() ?? []).flatMap(({ id, x, y }): Placed[] => {
    const spot = spots.get(id);
    return spot ? [{ spot, x, y }] : [];
  });
  spatial.show(places, store.state.hotspot);
  return places.length;
}

function pointed(target: Target | null): void {
  table.point(target?.hotspot ?? null);
  onScreen.map?.point(target?.hotspot ?? null);
  const figure = target?.cell ? onScreen.figures.get(target.cell) : undefined;
  const notAsked = target?.notAsked === true && !figure;
  markClass(node.legend, target?.cell && !notAsked ? (figure?.class ?? 0) : null);
  if (!target) {
    node.readout.hidden = true;
    return;
  }
  const spot = onScreen.hotspots?.features.find((f) => f.properties.id === target.hotspot)?.properties;
  const lines = { hotspot: spot ? hotspotLine(spot) : null, cell: target.cell && onScreen.cells ? (notAsked ? `Outside ${store.state.borough ?? ""}: not asked` : cellWords(target.cell, figure, onScreen.cells)) : null };
  drawReadout(node.readout, target, { width: node.map.clientWidth, height: node.map.clientHeight }, lines);
  if (target.by === "keyboard") {
    say([viewSaid, lines.hotspot, lines.cell].filter((l) => l !== null && l !== "").join(". "));
    viewSaid = "";
  }
}

/** Draws the picture that stands for the map where it cannot be drawn. */
export async function showStill(release: api.Release): Promise<void> {
  if (!document.body.hasAttribute("data-no-map")) return;
  await pending.run("still", async (signal) => {
    const still = await import("./still-map");
    const shown = listed();
    if (shown && !gaveWay(signal)) await still.drawStill(node.still, release, shown);
  });
}

/** Goes to the borough of the state. */
export const goToBorough = (): Promise<void> => pending.run("borough", async () => {
  const { borough } = store.state;
  if (borough !== null) await onScreen.map?.goToBorough(borough, listed()?.features ?? []);
});

/** Opens the map, once for each release; without WebGL the table stands alone. */
export async function openMap(state: State, release: api.Release): Promise<void> {
  // A view without the map does not wait for it.
  if (mapOf === release.id || state.tab !== "map") return;
  onScreen.map?.remove();
  onScreen.map = null;
  mapOf = release.id;
  pending.settled = () => Promise.resolve();
  await pending.run("map", async () => {
    node.mapMessage.hidden = false;
    const warm = warmUp();
    try {
      const [module] = await Promise.all([import("./map"), warm.started]);
      const opened = await module.HotspotMap.open(node.map, release, state.view, {
        moved: (view) => {
          store.set({ view }, "replace");
          beside.follow(view);
        },
        bandChanged: () => void loadCells(store.state, release),
        pointed,
        viewed: (view, by) => {
          const n = showInView();
          if (by === "keyboard") viewSaid = viewWords(view, n);
        },
        chosen: (id) => choose(id, "map"),
        tilesLoading: (loading) => pending.mark("tiles", loading),
        tilesFailed: (count) =>
          notices.show("tiles", count > 0 ? [`${counted(count, "part")} of the map could not be loaded; the table is complete. Move the map to try again.`] : null),
      });
      if (mapOf !== release.id) return opened.remove();
      onScreen.map = opened;
      pending.settled = async () => void (await Promise.all([opened.idle(), beside.idle()]));
      node.mapMessage.hidden = true;
      await breath();
      const shown = listed();
      if (shown) opened.showHotspots(shown);
      await breath();
      const cellsShown = onScreen.cells;
      if (cellsShown && cellsShown.resolution === opened.band.resolution) opened.showCells(cellsShown, store.state.borough);
      opened.showPlaces(onScreen.places);
      areaPanel.mapOpened();
      mapOpened();
      opened.choose(chosenFeature()?.properties.id ?? null);
      if (state.view === null) await goToBorough();
    } catch (error) {
      node.mapMessage.hidden = false;
      node.mapMessage.textContent = `This browser cannot draw the map (${error instanceof Error ? error.message : "unknown reason"}). The table has every hotspot of it.`;
      document.body.toggleAttribute("data-no-map", true);
      void showStill(release);
    } finally {
      warm.end();
    }
  });
}
