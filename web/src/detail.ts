/** The panel of the chosen hotspot. */
import * as api from "./api";
import { choose, wasOpenedFrom } from "./choice";
import { classOf, showChangeOf } from "./colours";
import { byId, h } from "./dom";
import { fixButton, node, notices, pending, say, store } from "./frame";
import { drawDetail } from "./hotspot-detail";
import { drawRecords } from "./hotspot-records";
import { markClass } from "./legend";
import { showInView, spatial } from "./map-view";
import { chosenFeature, listed, onScreen } from "./on-screen";
import { gaveWay } from "./pending";
import { choiceInWords } from "./selection";
import { hotspotStrand } from "./strands";
import { moreHotspots } from "./states";
import { table } from "./tables";

export function closeDetail(): void {
  const id = store.state.hotspot;
  store.set({ hotspot: null }, "push");
  if (wasOpenedFrom() === "list" && spatial.focus(id)) return;
  if (wasOpenedFrom() === "map" && store.state.tab === "map" && onScreen.map) return onScreen.map.focus();
  if (store.state.tab === "chart") return node.chart.querySelector<HTMLElement>(`[data-id="${CSS.escape(id ?? "")}"] button`)?.focus();
  if (id === null || !table.focus(id)) (store.state.table === "hotspots" ? node.hotspots : node.tables).querySelector("button")?.focus();
}

export function showDetail(release: api.Release): void {
  const feature = chosenFeature();
  document.body.toggleAttribute("data-detail", feature !== undefined);
  node.detail.hidden = feature === undefined;
  table.choose(feature?.properties.id ?? null);
  onScreen.map?.choose(feature?.properties.id ?? null);
  markClass(node.legend, feature ? classOf(feature.properties) : null, "is-chosen");
  showInView();
  const shown = listed();
  const lost = shown !== null && store.state.hotspot !== null && !feature;
  const fix = lost && onScreen.hotspots && choiceInWords(store.state) !== "" ? moreHotspots(store.state, release, onScreen.hotspots) : null;
  notices.show("hotspot", lost ? [`The hotspot of this link, ${store.state.hotspot ?? ""}, is not among those shown.`, ...(fix ? [fixButton(fix)] : [])] : null);
  if (!feature || !shown) return;
  const byRank = shown.features.map((f) => f.properties).sort((a, b) => a.rank - b.rank);
  const at = byRank.findIndex((s) => s.id === feature.properties.id);
  drawDetail(node.detail, feature.properties, release, shown, { before: byRank[at - 1] ?? null, after: byRank[at + 1] ?? null, next: onScreen.found?.features.find((f) => f.properties.id === feature.properties.order?.next)?.properties ?? null }, {
    close: closeDetail,
    choose: (id) => choose(id, "panel"),
    show: () => {
      if (store.state.tab !== "map") store.set({ tab: "map" }, "push");
      onScreen.map?.goTo(feature);
    },
  });
  showChangeOf(feature.properties.id);
  node.detail.scrollTop = 0;
  const { id, n } = feature.properties;
  drawRecords(byId("detail-records"), n, () => api.records(release.id, id), say);
  void loadStory(feature.properties.id, release);
  void loadResources(feature.properties.id, release);
}

/** What is given at the hotspot in the panel, of a server that knows it. */
async function loadResources(id: string, release: api.Release): Promise<void> {
  await pending.run("resources", async (signal) => {
    const place = byId("detail-resources");
    try {
      const [answer, resources] = await Promise.all([api.resourcesAt(release.id, hotspotStrand(store.state, release), id, signal), import("./hotspot-resources")]);
      if (!gaveWay(signal)) resources.drawResources(place, answer);
    } catch (error) {
      if (gaveWay(signal)) return;
      place.append(h("p", { class: "empty" }, `Its resources could not be loaded. ${error instanceof Error ? error.message : ""}`));
    }
  });
}

/** The story of the hotspot in the panel; its code comes with the first one. */
async function loadStory(id: string, release: api.Release): Promise<void> {
  await pending.run("story", async (signal) => {
    const place = byId("detail-time");
    try {
      const [story, time] = await Promise.all([api.hotspot(release.id, id, signal), import("./hotspot-time")]);
      if (!gaveWay(signal)) time.drawTime(place, story);
    } catch (error) {
      if (gaveWay(signal)) return;
      place.append(h("p", { class: "empty" }, `Its story over the months could not be loaded. ${error instanceof Error ? error.message : ""}`));
    }
  });
}
