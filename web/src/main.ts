/** The page's contents: what follows from a change of the state, and the start. */
import "./style.css";
import * as api from "./api";
import { drawAccount, drawMarking } from "./account";
import { loadCells, recolour, showComparison } from "./colours";
import { drawCompare } from "./comparison";
import { closeDetail, showDetail } from "./detail";
import { byId, h } from "./dom";
import { drawFeedback } from "./feedback";
import { boroughOf } from "./faults";
import { drawFilters, quickPeriods } from "./filters";
import { node, notices, pending, say, store } from "./frame";
import { showFaults } from "./wrong-address";
import { periodOf } from "./headline";
import { chooseHotspots, loadHotspots, showNarrowing } from "./hotspot-list";
import { bindKeyHelp } from "./key-help";
import { goToBorough, isMapOf, openMap } from "./map-view";
import { MonthRange } from "./month-range";
import { keepLooking, showStale } from "./newest";
import { areaPanel } from "./tool-row";
import { countOf, currentRelease, onScreen } from "./on-screen";
import { gaveWay } from "./pending";
import { drawPlaces, loadSilence } from "./silence-view";
import { onScheme } from "./scheme";
import type { Step } from "./store";
import { copyLink } from "./tabs";
import { listCells, loadBoroughs, loadEvents, showTables } from "./tables";
import { hotspotStrand } from "./strands";
import { encode, NARROWING, type State } from "./url-state";
import { loadSeries, showHeadline, showView, showWords } from "./views";
import { drawWho } from "./who";

const months = new MonthRange(node.months, {
  set: ({ from, to }, step) => {
    const release = currentRelease();
    // The default stays unwritten, so that a link without a period follows the release.
    if (release) store.set({ from: from === release.window.from ? null : from, to: to === release.window.to ? null : to }, step);
  },
  shown: () => pending.ended("cells"),
  say,
});

const COUNTED = ["strand", "borough", "from", "to", "source", ...NARROWING] as const;

const COMPARED = ["versus", "across", "beside"] as const;

const differs = (a: State, b: State, keys: readonly (keyof State)[]): boolean => keys.some((key) => a[key] !== b[key]);

/** Everything that follows from a change of the state; `previous` is null at the start. */
async function apply(state: State, previous: State | null): Promise<void> {
  const release = currentRelease(state);
  if (!release) return;
  const borough = state.borough === null ? undefined : boroughOf(state.borough, release);
  // A borough by its code, or in other letters.
  if (borough && borough.name !== state.borough) return void store.set({ borough: borough.name }, "replace");
  if (showFaults(state, release)) return;
  const newRelease = previous === null || onScreen.release !== release.id;
  onScreen.release = release.id;
  const change = (patch: Partial<State>, step: Step = "push"): void => void store.set(patch, step);
  if (newRelease) {
    onScreen.found = onScreen.hotspots = onScreen.cells = null;
    onScreen.events = null;
    showComparison(null, release);
    drawMarking(node.marking, release);
    drawAccount(node.account, release);
    drawFeedback(node.feedback, release);
    drawPlaces(null);
    void loadSilence(release);
    notices.show("cautions", release.cautions.length > 0 ? release.cautions.map((text) => h("p", {}, h("strong", {}, "Read this first. "), text)) : null);
    notices.show("release", state.release !== null && state.release !== release.id ? [`The release of this link, ${state.release}, is not here. The newest is shown.`] : null);
  }
  if (newRelease || differs(state, previous, [...COUNTED, ...COMPARED, "layer"])) {
    showNarrowing(state, release);
    drawCompare(node.compare, state, release, change);
    drawFilters(node.filters, state, release, { releases: onScreen.releases, layers: onScreen.layers }, change);
    months.show(release, periodOf(state, release), quickPeriods(release));
    showHeadline(state, release);
  }
  if (newRelease) showStale(release);
  // Every link of a tab says the whole state.
  showView(state);
  const newTab = previous === null || state.tab !== previous.tab;
  if (newRelease || differs(state, previous, ["table", "versus"])) showTables(state, release);
  const newCount = newRelease || differs(state, previous, COUNTED);
  if (previous !== null && state.table !== previous.table) listCells();
  if (state.table === "boroughs" && (newCount || state.table !== previous.table)) void loadBoroughs(state, release);
  const newHotspots = newRelease || hotspotStrand(state, release) !== hotspotStrand(previous, release);
  if (newHotspots) void loadEvents(state, release);
  let list: Promise<void> | null = null;
  if (newHotspots) list = loadHotspots(state, release);
  else if (differs(state, previous, ["borough", "changed", "clear"])) {
    chooseHotspots(release);
    if (state.borough !== previous.borough) void goToBorough();
  }
  else if (state.hotspot !== previous.hotspot) showDetail(release);
  // What is drawn is measured against the whole study area, whatever the borough.
  const anywhere = { ...state, borough: null };
  if (newRelease || newCount || state.area !== previous.area) void pending.run("area", (signal) => areaPanel.show(anywhere, release, countOf(anywhere, release), signal));
  if (newTab) showWords(state, release);
  if (state.tab === "chart" && (newTab || newCount)) void loadSeries(state, release);
  if (newRelease || (newTab && !isMapOf(release) && state.tab === "map")) {
    pending.mark("view", true);
    // The table comes first: making the map keeps the browser busy for a second or two where there is no graphics card.
    if (list && onScreen.map === null) await Promise.race([list, later(LIST_FIRST_MS)]);
    await openMap(state, release);
    void loadCells(store.state, release);
    pending.mark("view", false);
    return;
  }
  if (differs(state, previous, [...COUNTED, ...COMPARED, "layer"])) void loadCells(state, release);
}

/** So long the map waits for the table. */
const LIST_FIRST_MS = 1500;

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function start(): Promise<void> {
  await pending.run("start", async (signal) => {
    try {
      const [known, named] = await Promise.all([api.releases(signal), api.layers(signal)]);
      onScreen.releases = known.releases;
      onScreen.layers = named.layers;
    } catch (error) {
      if (!gaveWay(signal)) notices.failure("start", error, () => void start());
      return;
    }
    if (onScreen.releases.length === 0) {
      node.headline.textContent = "No release yet";
      node.mapMessage.textContent = "Nothing to draw yet.";
      notices.show("start", ["There is no release to show. Make one with ", h("code", {}, "hotspot analyse"), ", then load the page again."]);
      return;
    }
    // Not waited for: opening the map is no part of the list of releases.
    void apply(store.state, null);
  });
}

// Where there is little room the filters are folded away; what is on stands in its chips.
const narrow = matchMedia("(width <= 640px)");
const fold = (): void => {
  byId<HTMLDetailsElement>("controls").open = !narrow.matches;
};
fold();
narrow.addEventListener("change", fold);

store.subscribe((next, previous) => void apply(next, previous));
addEventListener("popstate", () => {
  // The store follows Back and Forward; the map does so here, so that a reader's own move is not set again.
  queueMicrotask(() => onScreen.map?.setView(store.state.view));
});
store.followHistory();
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !node.detail.hidden && !node.keys.open) closeDetail();
});

onScheme(() => pending.run("scheme", recolour));
bindKeyHelp(node.keys, node.map);
byId("keys-open").addEventListener("click", () => node.keys.showModal());
copyLink(byId("copy"), say);
keepLooking();
if (location.search.slice(1) !== encode(store.state)) history.replaceState(null, "", encode(store.state) === "" ? location.pathname : `?${encode(store.state)}`);
void start();
// Whoever is not signed in is told so by what he asks for.
drawWho(byId("who")).catch(() => undefined);
