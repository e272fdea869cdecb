/** The page: reads the address, asks the server, hands the answers to the parts, and keeps them in step. */
import "./style.css";
import * as api from "./api";
import { drawAbout } from "./about-view";
import { drawAccount, drawMarking } from "./account";
import { AreaPanel } from "./area-panel";
import { Beside } from "./beside";
import { BoroughTable } from "./borough-table";
import { asCells, cautions, changeInWords, ChangeTable, comparable, drawCompare, unitChange, versusOf } from "./comparison";
import { monthCount, rankedChart, seriesChart, type MonthCount } from "./chart-view";
import { byId, h } from "./dom";
import { drawDownload } from "./download";
import { EventTable } from "./event-table";
import { drawKey } from "./evidence";
import { drawFeedback } from "./feedback";
import { drawFilters, quickPeriods } from "./filters";
import { Find } from "./find";
import { counted, monthsOf, periodName } from "./format";
import { breaksInside, headline, periodOf, subject } from "./headline";
import { drawDetail } from "./hotspot-detail";
import { drawRecords } from "./hotspot-records";
import { HotspotTable } from "./hotspot-table";
import { bindKeyHelp } from "./key-help";
import { drawLegend, markClass, unitName } from "./legend";
import type { HotspotMap, Target } from "./map";
import { inLondon } from "./map-base";
import { MonthRange } from "./month-range";
import { drawChips, drawNarrowing } from "./narrowing";
import { notices } from "./notices";
import { gaveWay, Pending } from "./pending";
import { cellLine, drawReadout, figuresByCell, hotspotLine, viewWords, type CellFigures } from "./readout";
import { choiceInWords, chosenFrom, drawSelection } from "./selection";
import { drawSilence } from "./silence";
import { SpatialList, type Placed } from "./spatial-list";
import { moreHotspots, slowLine, staleLine, widen, type Fix } from "./states";
import { Store, type Step } from "./store";
import { copyLink, drawTabs, TAB_NAMES } from "./tabs";
import { encode, NARROWING, TABLES, type State } from "./url-state";
import { drawWho } from "./who";

const node = {
  marking: byId("marking"),
  headline: byId("headline"),
  filters: byId<HTMLFormElement>("filters"),
  compare: byId("compare"),
  changes: byId("changes"),
  boroughChanges: byId("borough-changes"),
  narrowing: byId("narrowing"),
  chips: byId("chips"),
  months: byId("months"),
  views: byId("views"),
  skip: byId<HTMLAnchorElement>("skip"),
  notices: byId("notices"),
  map: byId("map"),
  mapMessage: byId("map-message"),
  readout: byId("readout"),
  legend: byId("legend"),
  key: byId("evidence-key"),
  detail: byId("detail"),
  tables: byId("tables"),
  boroughs: byId("boroughs"),
  events: byId("events"),
  hotspots: byId("hotspots"),
  selection: byId("selection"),
  chart: byId("chart"),
  about: byId("about"),
  inView: byId("in-view"),
  still: byId("still"),
  keys: byId<HTMLDialogElement>("keys"),
  silence: byId("silence"),
  feedback: byId("feedback"),
  account: byId("account"),
  live: byId("live"),
};

const store = new Store(location.search.slice(1));
const pending = new Pending((ready) => {
  byId("main").setAttribute("aria-busy", String(!ready));
  if (ready) document.documentElement.dataset["ready"] = "true";
  else delete document.documentElement.dataset["ready"];
});

let releases: api.Release[] = [];
let layers: api.LayerEntry[] = [];
let map: HotspotMap | null = null;
let mapOf: string | null = null;
/** The hotspots of the strand, and of these the ones that are shown. */
let found: api.HotspotsAnswer | null = null;
/** Identifier of the release whose figures are on the screen. */
let onScreen: string | null = null;
let hotspots: api.HotspotsAnswer | null = null;
let cells: api.CellsAnswer | null = null;
/** Places to engage that are drawn; null when they are not. */
let placesDrawn: api.SilenceAnswer | null = null;
let events: api.EventsAnswer | null = null;
/** The table of boroughs as it was asked for last. */
let boroughs: api.BoroughsAnswer | null = null;
/** Two periods, while they are compared. */
let compared: api.Comparison | null = null;
/** The same with every hotspot of the strand. */
let comparedWhole: api.Comparison | null = null;
let figures = new Map<string, CellFigures>();
/** The months of what is filtered, and what they were asked for. */
let series: { of: string; months: MonthCount[] } | null = null;
let wholeChart = false;
/** Releases that came up while the page was open; the reader is asked before they are shown. */
let offered: api.Release[] | null = null;
/** Where the panel was opened: the focus goes back there. */
let openedFrom: "map" | "list" | "table" | "panel" = "table";
/** What the map said of its view, until what lies under the cross is said with it. */
let viewSaid = "";

const say = (text: string): void => {
  node.live.textContent = text;
};

const { notice, failure } = notices(node.notices, () => void lookForReleases());

/** A button that makes one change of the state. */
function fixButton({ label, patch }: Fix): HTMLElement {
  const button = h("button", { type: "button", class: "small" }, label);
  button.addEventListener("click", () => store.set(patch, "push"));
  return button;
}

pending.slow = (names) => {
  const stoppable = names.filter((name) => name !== "map" && name !== "still");
  if (stoppable.length === 0) return notice("slow", null);
  const cancel = h("button", { type: "button", class: "small" }, "Stop waiting");
  cancel.addEventListener("click", () => pending.stop(new api.ApiError(0, "Stopped", "You stopped waiting for the answer.")));
  const text = slowLine(stoppable);
  notice("slow", [text, cancel]);
  say(text);
};

/** Says that the release on the screen is not the newest, and offers the newest. */
function showStale(release: api.Release): void {
  const newest = (offered ?? releases)[0];
  const line = newest ? staleLine(release, newest) : null;
  if (line === null) return notice("stale", null);
  const show = h("button", { type: "button", class: "small" }, "Show the newest");
  show.addEventListener("click", () => {
    const previous = store.state;
    if (offered) releases = offered;
    offered = null;
    store.set({ release: null, from: null, to: null, hotspot: null }, "push");
    // The address may have been that of the newest already: then nothing has changed but what it means.
    if (store.state === previous) void apply(store.state, null);
  });
  notice("stale", [line, show]);
}

/** Asks whether there is a newer release; the one on the screen stays until the reader takes the other. */
async function lookForReleases(): Promise<void> {
  if (releases.length === 0) return;
  try {
    const known = (await api.releases()).releases;
    const [was, is] = [releases[0], known[0]];
    const release = currentRelease(store.state);
    if (!release || !was || !is || was.id === is.id) return;
    offered = known;
    showStale(release);
    say(staleLine(release, is) ?? "");
  } catch {
    // The next look, or what the reader asks for, tells what is wrong.
  }
}

/** The release of the state; a link to one that is gone falls back to the newest and says so. */
function currentRelease(state: State): api.Release | undefined {
  return releases.find((r) => r.id === state.release) ?? releases[0];
}

/** The hotspots that are listed and outlined. */
const listed = (): api.HotspotsAnswer | null => hotspots && chosenFrom(hotspots, store.state);

const chosenFeature = (): api.HotspotFeature | undefined => listed()?.features.find((f) => f.properties.id === store.state.hotspot);

const table = new HotspotTable(node.hotspots, {
  choose: (id) => choose(id, "table"),
  point: (id) => map?.point(id),
  say,
});

const months = new MonthRange(node.months, {
  set: ({ from, to }, step) => {
    const release = currentRelease(store.state);
    // The default stays unwritten, so that a link without a period follows the release.
    if (release) store.set({ from: from === release.window.from ? null : from, to: to === release.window.to ? null : to }, step);
  },
  shown: () => pending.ended("cells"),
  say,
});

const spatial = new SpatialList(node.inView, byId("in-view-ring"), {
  point: (place) => {
    map?.point(place?.spot.id ?? null);
    table.point(place?.spot.id ?? null);
    markClass(node.legend, place ? classOf(place.spot) : null);
    if (place) drawReadout(node.readout, place, { width: node.map.clientWidth, height: node.map.clientHeight }, { hotspot: hotspotLine(place.spot), cell: null });
    else node.readout.hidden = true;
  },
  choose: (id) => choose(id, "list"),
  leave: () => map?.focus(),
});

/** Class of a hotspot's fullest cell; null where other cells are drawn. */
function classOf(spot: api.Hotspot): number | null {
  if (!cells || cells.resolution !== currentRelease(store.state)?.resolution) return null;
  return figures.get(spot.peak)?.class ?? 0;
}

/** Lists the hotspots in view for the keyboard. */
function showInView(): number {
  const spots = new Map(listed()?.features.map((f) => [f.properties.id, f.properties]));
  const places = (map?.inView() ?? []).flatMap(({ id, x, y }): Placed[] => {
    const spot = spots.get(id);
    return spot ? [{ spot, x, y }] : [];
  });
  spatial.show(places, store.state.hotspot);
  return places.length;
}

const boroughTable = new BoroughTable(node.boroughs, say);
const eventTable = new EventTable(node.events, say);

const changeTables = [
  new ChangeTable(node.changes, "hotspots", { choose: (id) => choose(id, "table"), say }),
  new ChangeTable(node.boroughChanges, "boroughs", { choose: () => undefined, say }),
];

const beside = new Beside({ map: byId("beside"), captions: [byId("map-caption"), byId("beside-caption")] }, {
  moved: (view) => {
    map?.setView(view);
    store.set({ view }, "replace");
  },
  chosen: (id) => choose(id, "map"),
});

/** What is asked of a map that is not open yet. */
let onceOpen: (() => void) | null = null;

/** Brings the map to the front. */
const toMap = (): void => {
  if (store.state.tab !== "map") store.set({ tab: "map" }, "push");
};

new Find(byId("tools"), {
  release: () => currentRelease(store.state) ?? null,
  hotspots: () => found,
  go: ({ kind, id, box }) => {
    if (kind === "hotspot") {
      if (!hotspots?.features.some((f) => f.properties.id === id)) store.set({ borough: null }, "push");
      choose(id, "table");
    }
    if (kind === "borough") store.set({ borough: id, hotspot: null }, "push");
    toMap();
    // On a phone the map lies below.
    if (kind !== "hotspot") node.map.scrollIntoView({ block: "nearest" });
    const go = (): void => map?.goToBox(box, kind === "postcode" || kind === "grid" ? 15 : 14, 60);
    if (map) go();
    else onceOpen = go;
  },
  say,
});

drawDownload(byId("tools"), {
  now: () => {
    // While something is under way the parts may be of two states.
    if (!document.documentElement.dataset["ready"]) return null;
    const release = currentRelease(store.state);
    const layer = cells && layers.find((l) => l.id === cells?.layer);
    return release ? { state: store.state, release, title: node.headline.textContent, map, hotspots: listed(), cells, layer: layer ?? (compared ? CHANGE_LAYER : undefined), boroughs, events, compared } : null;
  },
});

const areaPanel = new AreaPanel(byId("tools"), byId("area"), {
  map: () => map,
  hotspots: () => found,
  toMap,
  set: (area) => store.set({ area }, "push"),
  choose: (id) => choose(id, "table"),
  say,
});

/** The reader chose a hotspot. */
function choose(id: string, where: "map" | "list" | "table" | "panel"): void {
  if (where !== "panel") openedFrom = where;
  store.set({ hotspot: id }, "push");
  byId("detail-title").focus({ preventScroll: where === "map" || where === "list" });
  const feature = chosenFeature();
  if (feature && where !== "map" && where !== "list" && map && store.state.tab === "map" && !map.shows(feature)) map.goTo(feature);
}

function closeDetail(): void {
  const id = store.state.hotspot;
  store.set({ hotspot: null }, "push");
  if (openedFrom === "list" && spatial.focus(id)) return;
  if (openedFrom === "map" && store.state.tab === "map" && map) return map.focus();
  if (store.state.tab === "chart") return node.chart.querySelector<HTMLElement>(`[data-id="${CSS.escape(id ?? "")}"] button`)?.focus();
  if (id === null || !table.focus(id)) (store.state.table === "hotspots" ? node.hotspots : node.tables).querySelector("button")?.focus();
}

function showDetail(release: api.Release): void {
  const feature = chosenFeature();
  document.body.toggleAttribute("data-detail", feature !== undefined);
  node.detail.hidden = feature === undefined;
  table.choose(feature?.properties.id ?? null);
  map?.choose(feature?.properties.id ?? null);
  markClass(node.legend, feature ? classOf(feature.properties) : null, "is-chosen");
  showInView();
  const shown = listed();
  const lost = shown !== null && store.state.hotspot !== null && !feature;
  const fix = lost && hotspots && choiceInWords(store.state) !== "" ? moreHotspots(store.state, release, hotspots) : null;
  notice("hotspot", lost ? [`The hotspot of this link, ${store.state.hotspot ?? ""}, is not among those shown.`, ...(fix ? [fixButton(fix)] : [])] : null);
  if (!feature || !shown) return;
  const byRank = shown.features.map((f) => f.properties).sort((a, b) => a.rank - b.rank);
  const at = byRank.findIndex((s) => s.id === feature.properties.id);
  drawDetail(node.detail, feature.properties, release, shown, { before: byRank[at - 1] ?? null, after: byRank[at + 1] ?? null, next: found?.features.find((f) => f.properties.id === feature.properties.order?.next)?.properties ?? null }, {
    close: closeDetail,
    choose: (id) => choose(id, "panel"),
    show: () => {
      if (store.state.tab !== "map") store.set({ tab: "map" }, "push");
      map?.goTo(feature);
    },
  });
  node.detail.scrollTop = 0;
  const { id, n } = feature.properties;
  drawRecords(byId("detail-records"), n, () => api.records(release.id, id), say);
  void loadStory(feature.properties.id, release);
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

async function loadEvents(state: State, release: api.Release): Promise<void> {
  await pending.run("events", async (signal) => {
    try {
      const answer = await api.events(release.id, state.strand, signal);
      if (gaveWay(signal)) return;
      notice("events-error", null);
      events = answer;
      eventTable.show(answer);
    } catch (error) {
      if (gaveWay(signal)) return;
      events = null;
      failure("events-error", error, () => void loadEvents(store.state, release));
    }
    showTables(store.state, release);
  });
}

/** The table, the map and the chart of the hotspots that are listed: those of the chosen borough, or all, and of these the ones that are chosen. */
function showHotspots(release: api.Release): void {
  const { borough } = store.state;
  hotspots = found && borough !== null ? { ...found, features: found.features.filter((f) => f.properties.borough === borough) } : found;
  const shown = listed();
  drawSelection(node.selection, hotspots, store.state, { set: (patch) => store.set({ ...patch, hotspot: null }, "push"), choose: (id) => choose(id, "table") });
  node.selection.hidden ||= store.state.table !== "hotspots";
  if (shown && hotspots) {
    const words = choiceInWords(store.state);
    if (borough !== null && hotspots.features.length === 0) table.clear(`No hotspot of this strand lies in ${borough}, or there is no borough of this name.`);
    else table.show(shown, words ? { of: hotspots.features.length, words } : null);
    const fix = shown.features.length === 0 ? moreHotspots(store.state, release, hotspots) : null;
    if (fix) node.hotspots.append(h("p", { class: "empty" }, fixButton(fix)));
    map?.showHotspots(shown);
    void showStill(release);
  }
  if (comparedWhole) showComparison(comparedWhole, release);
  drawKey(node.key, shown);
  showHeadline(store.state, release);
  showDetail(release);
  showWords(store.state, release);
}

/** The views in words and charts, as far as they are on the screen. */
function showWords(state: State, release: api.Release): void {
  if (state.tab === "about") drawAbout(node.about, { state, release, hotspots, cells, layer: layers.find((l) => l.id === state.layer) });
  if (state.tab !== "chart") return;
  const shown = listed();
  const focused = node.chart.contains(document.activeElement) ? document.activeElement?.closest<HTMLElement>("[data-id]")?.dataset["id"] : undefined;
  const top = node.chart.scrollTop;
  node.chart.replaceChildren(
    series?.of === seriesOf(state, release) ? seriesChart(series.months, release, subject(state, release)) : h("p", { class: "empty" }, "Loading the months …"),
    shown
      ? rankedChart(shown, wholeChart, (id) => choose(id, "table"), () => {
          wholeChart = true;
          showWords(store.state, release);
        })
      : h("p", { class: "empty" }, "The hotspots are not there."),
  );
  node.chart.scrollTop = top;
  if (focused) node.chart.querySelector<HTMLElement>(`[data-id="${CSS.escape(focused)}"] button`)?.focus({ preventScroll: true });
}

const seriesOf = (state: State, release: api.Release): string => JSON.stringify(countOf(state, release));

/** Asks for the months of the period, each by itself. */
async function loadSeries(state: State, release: api.Release): Promise<void> {
  const of = seriesOf(state, release);
  if (series?.of === of) return showWords(state, release);
  await pending.run("series", async (signal) => {
    try {
      const asked = monthsOf(periodOf(state, release)).map((month) => api.boroughs({ ...countOf(state, release), from: month, to: month }, signal));
      const answers = await Promise.all(asked);
      if (gaveWay(signal)) return;
      notice("series-error", null);
      series = { of, months: answers.map(monthCount) };
    } catch (error) {
      if (gaveWay(signal)) return;
      series = null;
      failure("series-error", error, () => void loadSeries(store.state, release));
    }
    showWords(store.state, release);
  });
}

/** Puts the chosen view on the screen. */
function showView(state: State): void {
  document.body.dataset["view"] = state.tab;
  drawTabs(node.views, state, (tab) => {
    store.set({ tab }, "push");
    say(`${TAB_NAMES[tab]} view`);
  });
  node.chart.hidden = state.tab !== "chart";
  node.about.hidden = state.tab !== "about";
  const target = { map: "tables", table: "tables", chart: "chart", about: "about" }[state.tab];
  node.skip.href = `#${target}`;
  node.skip.textContent = target === "tables" ? "Skip to the tables" : `Skip to the ${target === "chart" ? "chart" : "text"}`;
  table.showFull(state.tab === "table");
}

function showHeadline(state: State, release: api.Release): void {
  node.headline.textContent = headline(state, release, hotspots?.strand === state.strand ? hotspots : null, cells, compared);
  document.title = `${subject(state, release)} – hotspots, ${release.study_area}`;
  const breaks = breaksInside(release, periodOf(state, release));
  notice("breaks", breaks.length > 0 ? breaks.map((text) => h("p", {}, h("strong", {}, "! "), text)) : null);
}

/** The filters beside strand, period and source, and the chips of all of them. */
function showNarrowing(state: State, release: api.Release): void {
  const boroughs = new Set(found?.features.flatMap((f) => f.properties.borough ?? []));
  const handlers = { change: (patch: Partial<State>): void => store.set(patch, "push"), say };
  drawNarrowing(node.narrowing, state, release, [...boroughs].sort(), handlers);
  drawChips(node.chips, state, release, handlers);
}

async function loadHotspots(state: State, release: api.Release): Promise<void> {
  await pending.run("hotspots", async (signal) => {
    try {
      const answer = await api.hotspots(release.id, state.strand, signal);
      if (gaveWay(signal)) return;
      notice("hotspots-error", null);
      found = answer;
      areaPanel.hotspotsChanged();
      showNarrowing(store.state, release);
      showHotspots(release);
      say(answer.verdict === "cannot_tell" ? "Too few incidents to tell hotspots" : counted(answer.features.length, "hotspot"));
    } catch (error) {
      if (gaveWay(signal)) return;
      found = hotspots = null;
      areaPanel.hotspotsChanged();
      table.clear("The hotspots could not be loaded.");
      map?.clearHotspots();
      showHotspots(release);
      failure("hotspots-error", error, () => void loadHotspots(store.state, release));
    }
  });
}

/** What is counted under a state. */
function countOf(state: State, release: api.Release): api.CountQuery {
  const { strand, source, offence, setting, outcome, days, hours } = state;
  return { release: release.id, strand, source, offence, setting, outcome, days, hours, ...periodOf(state, release) };
}

/** What days and hours leave out is said, not hidden. */
function noticeHours(n: number | null): void {
  notice("hours", n !== null && n > 0 ? [`${counted(n, "incident")} ${n === 1 ? "has" : "have"} no known hour and ${n === 1 ? "is" : "are"} left out by day of the week and time of day.`] : null);
}

async function loadBoroughs(state: State, release: api.Release): Promise<void> {
  await pending.run("boroughs", async (signal) => {
    try {
      const answer = await api.boroughs(countOf(state, release), signal);
      if (gaveWay(signal)) return;
      notice("boroughs-error", null);
      boroughs = answer;
      boroughTable.show(answer);
    } catch (error) {
      if (gaveWay(signal)) return;
      boroughs = null;
      failure("boroughs-error", error, () => void loadBoroughs(store.state, release));
    }
  });
}

/** Draws the places to engage on the map, or takes them off. */
function drawPlaces(answer: api.SilenceAnswer | null): void {
  placesDrawn = answer;
  map?.showPlaces(answer);
}

async function loadSilence(release: api.Release): Promise<void> {
  await pending.run("silence", async (signal) => {
    try {
      const answer = await api.silence(release.id, signal);
      if (gaveWay(signal)) return;
      notice("silence-error", null);
      drawSilence(node.silence, answer, {
        draw: (shown) => drawPlaces(shown ? answer : null),
        goTo: (unit) => {
          drawPlaces(answer);
          const place = answer.features.find((f) => f.properties.unit === unit);
          if (place) map?.goTo(place);
        },
      });
    } catch (error) {
      if (gaveWay(signal)) return;
      node.silence.replaceChildren();
      failure("silence-error", error, () => void loadSilence(release));
    }
  });
}

const TABLE_NAMES = { hotspots: "Hotspots", boroughs: "Boroughs", events: "Events", changes: "Change by hotspot", "borough-changes": "Change by borough" } as const;

/** Shows the chosen table, and which one it is; boroughs are London's, events those of a calendar. */
function showTables(state: State, release: api.Release): void {
  const offered = { hotspots: true, boroughs: inLondon(release.bounds), events: (events?.calendar ?? 0) > 0, changes: state.versus !== null, "borough-changes": state.versus !== null && inLondon(release.bounds) };
  const names = TABLES.filter((name) => offered[name] || state.table === name);
  node.tables.hidden = names.length === 1;
  node.hotspots.hidden = state.table !== "hotspots";
  node.selection.hidden = state.table !== "hotspots" || node.selection.childElementCount === 0;
  node.boroughs.hidden = state.table !== "boroughs";
  node.events.hidden = state.table !== "events";
  node.changes.hidden = state.table !== "changes";
  node.boroughChanges.hidden = state.table !== "borough-changes";
  const focused = document.activeElement?.id;
  node.tables.replaceChildren(
    ...names.map((name) => {
      const button = h("button", { type: "button", id: `table-${name}`, "aria-pressed": String(state.table === name) }, TABLE_NAMES[name]);
      button.addEventListener("click", () => store.set({ table: name, hotspot: null }, "push"));
      return button;
    }),
  );
  if (focused?.startsWith("table-")) document.getElementById(focused)?.focus();
}

/** Shows two periods on the map and in the tables, or takes the comparison away. */
function showComparison(whole: api.Comparison | null, release: api.Release): void {
  comparedWhole = whole;
  // Of hotspots what the list has.
  const ids = new Set(listed()?.features.map((f) => f.properties.id));
  const answer = whole && found ? { ...whole, hotspots: whole.hotspots.filter((s) => ids.has(s.id)) } : whole;
  compared = answer;
  for (const one of changeTables) one.show(answer);
  const lines = answer ? cautions(answer) : [];
  notice("comparison", lines.length > 0 ? lines.map((text) => h("p", {}, h("strong", {}, "! "), text)) : null);
  if (!answer || !store.state.beside) beside.remove();
  if (answer && !store.state.beside) showCells(asCells(answer), CHANGE_LAYER, release);
}

const CHANGE_LAYER: api.LayerEntry = {
  id: "change",
  label: "Change between two periods",
  definition: "Incidents a month of the period shown by those of the other one. Fewer and more stand only where chance would seldom bring the difference, asked of all cells together; the rest is not sure. The incidents are those of both periods.",
};

/** Compares with the period of the state; a break between the two is to be crossed knowingly. */
async function loadComparison(state: State, release: api.Release, versus: api.Period): Promise<void> {
  await pending.run("cells", async (signal) => {
    const resolution = map ? map.band.resolution : release.resolution;
    try {
      const answer = await api.comparison({ ...countOf(state, release), versus, across: state.across, ...(resolution > 0 ? { resolution } : {}) }, signal);
      if (gaveWay(signal)) return;
      notice("cells-error", null);
      showComparison(answer, release);
      if (!state.beside || !map) return;
      const asked = (period: api.Period): Promise<api.CellsAnswer> =>
        api.cells({ ...countOf(state, release), ...period, layer: state.layer, ...(resolution > 0 ? { resolution } : {}) }, signal);
      const [now, before] = await Promise.all([asked(periodOf(state, release)), asked(versus)]);
      if (gaveWay(signal)) return;
      showCells(now, layers.find((l) => l.id === now.layer), release);
      await beside.show(release, store.state.view, now, before, listed());
    } catch (error) {
      if (gaveWay(signal)) return;
      showComparison(null, release);
      withoutCells(release);
      if (error instanceof api.ApiError && error.parameter === "across_break") {
        const across = h("button", { type: "button", class: "small" }, "Compare all the same");
        across.addEventListener("click", () => store.set({ across: true }, "push"));
        const breaks = release.breaks.map((b) => h("p", {}, `Recording changed on ${b.from}: ${b.what}`));
        notice("cells-error", [h("p", {}, h("strong", {}, "The two periods lie on two sides of a break of recording. "), "What differs may be the recording and not what happened."), ...breaks, across], "error");
      } else failure("cells-error", error, () => void loadCells(store.state, release));
    }
  });
}

/** Colours the map, draws its legend, and keeps the figures for the pointer. */
function showCells(answer: api.CellsAnswer, layer: api.LayerEntry | undefined, release: api.Release): void {
  cells = answer;
  noticeHours(answer.hour_unknown);
  figures = figuresByCell(answer);
  map?.showCells(answer);
  drawLegend(node.legend, answer, layer, release);
  const feature = chosenFeature();
  markClass(node.legend, feature ? classOf(feature.properties) : null, "is-chosen");
  notice("empty", null);
  showHeadline(store.state, release);
  showWords(store.state, release);
}

/** Old colours under a new headline would lie. */
function withoutCells(release: api.Release): void {
  cells = null;
  figures = new Map();
  map?.clearCells();
  node.legend.replaceChildren();
  delete node.legend.dataset["n"];
  notice("empty", null);
  showHeadline(store.state, release);
}

async function loadCells(state: State, release: api.Release): Promise<void> {
  const versus = versusOf(state, release);
  const can = versus !== null && comparable(state, release);
  if (can) return loadComparison(state, release, versus);
  if (compared || beside.open) showComparison(null, release);
  const drop = h("button", { type: "button", class: "small" }, "Compare with nothing");
  drop.addEventListener("click", () => store.set({ versus: null, across: false, beside: false, table: "hotspots" }, "push"));
  notice("comparison", versus ? [h("p", {}, `${periodName(periodOf(state, release))} cannot be compared with ${periodName(versus)}: the release holds ${periodName(release.months)}, and no month may be in both periods.`), drop] : null);
  await pending.run("cells", async (signal) => {
    const resolution = map ? map.band.resolution : release.resolution;
    const part = map?.part ?? null;
    try {
      const answer = await api.cells(
        {
          ...countOf(state, release),
          layer: state.layer,
          ...(resolution > 0 ? { resolution } : {}),
          ...(part ? { bbox: part } : {}),
        },
        signal,
      );
      if (gaveWay(signal)) return;
      notice("cells-error", null);
      showCells(answer, layers.find((l) => l.id === answer.layer), release);
      const fix = answer.n === 0 ? widen(store.state, release) : null;
      notice("empty", answer.n === 0 ? [`Nothing is recorded for ${subject(store.state, release)}. That is what the records hold, not that nothing happened.`, ...(fix ? [fixButton(fix)] : [])] : null);
    } catch (error) {
      if (gaveWay(signal)) return;
      withoutCells(release);
      failure("cells-error", error, () => void loadCells(store.state, release));
    }
  });
}

/** What lies under the pointer: one period, or two. */
function cellWords(cell: string, figure: CellFigures | undefined, answer: api.CellsAnswer): string {
  if (!compared || store.state.beside) return cellLine(figure, answer);
  return `This ${unitName(answer.resolution)}: ${changeInWords(unitChange(compared, compared.units.id.indexOf(cell)))}`;
}

function pointed(target: Target | null): void {
  table.point(target?.hotspot ?? null);
  map?.point(target?.hotspot ?? null);
  const figure = target?.cell ? figures.get(target.cell) : undefined;
  markClass(node.legend, target?.cell ? (figure?.class ?? 0) : null);
  if (!target) {
    node.readout.hidden = true;
    return;
  }
  const spot = hotspots?.features.find((f) => f.properties.id === target.hotspot)?.properties;
  const lines = { hotspot: spot ? hotspotLine(spot) : null, cell: target.cell && cells ? cellWords(target.cell, figure, cells) : null };
  drawReadout(node.readout, target, { width: node.map.clientWidth, height: node.map.clientHeight }, lines);
  if (target.by === "keyboard") {
    say([viewSaid, lines.hotspot, lines.cell].filter((l) => l !== null && l !== "").join(". "));
    viewSaid = "";
  }
}

/** Draws the picture that stands for the map where it cannot be drawn. */
async function showStill(release: api.Release): Promise<void> {
  if (!document.body.hasAttribute("data-no-map")) return;
  await pending.run("still", async (signal) => {
    const still = await import("./still-map");
    const shown = listed();
    if (shown && !gaveWay(signal)) await still.drawStill(node.still, release, shown);
  });
}

/** Opens the map, once for each release; without WebGL the table stands alone. */
async function openMap(state: State, release: api.Release): Promise<void> {
  // A view without the map does not wait for it.
  if (mapOf === release.id || state.tab !== "map") return;
  mapOf = release.id;
  map?.remove();
  map = null;
  pending.settled = () => Promise.resolve();
  await pending.run("map", async () => {
    node.mapMessage.hidden = false;
    try {
      const module = await import("./map");
      if (!module.canDraw()) throw new Error("WebGL 2 is not available");
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
          notice("tiles", count > 0 ? [`${counted(count, "part")} of the map could not be loaded; the table is complete. Move the map to try again.`] : null),
      });
      if (mapOf !== release.id) return opened.remove();
      map = opened;
      pending.settled = () => opened.idle();
      node.mapMessage.hidden = true;
      const shown = listed();
      if (shown) map.showHotspots(shown);
      const cellsShown = cells;
      if (cellsShown && cellsShown.resolution === opened.band.resolution) opened.showCells(cellsShown);
      map.showPlaces(placesDrawn);
      areaPanel.mapOpened();
      onceOpen?.();
      onceOpen = null;
      map.choose(chosenFeature()?.properties.id ?? null);
    } catch (error) {
      node.mapMessage.hidden = false;
      node.mapMessage.textContent = `This browser cannot draw the map (${error instanceof Error ? error.message : "unknown reason"}). The table has every hotspot of it.`;
      document.body.toggleAttribute("data-no-map", true);
      void showStill(release);
    }
  });
}

const COUNTED = ["strand", "from", "to", "source", ...NARROWING] as const;

const COMPARED = ["versus", "across", "beside"] as const;

const differs = (a: State, b: State, keys: readonly (keyof State)[]): boolean => keys.some((key) => a[key] !== b[key]);

/** Everything that follows from a change of the state; `previous` is null at the start. */
async function apply(state: State, previous: State | null): Promise<void> {
  const release = currentRelease(state);
  if (!release) return;
  const newRelease = previous === null || onScreen !== release.id;
  onScreen = release.id;
  const change = (patch: Partial<State>, step: Step = "push"): void => store.set(patch, step);
  if (newRelease) {
    found = hotspots = cells = null;
    events = null;
    showComparison(null, release);
    drawMarking(node.marking, release);
    drawAccount(node.account, release);
    drawFeedback(node.feedback, release);
    drawPlaces(null);
    void loadSilence(release);
    notice("release", state.release !== null && state.release !== release.id ? [`The release of this link, ${state.release}, is not here. The newest is shown.`] : null);
  }
  if (newRelease || differs(state, previous, [...COUNTED, ...COMPARED, "layer", "borough"])) {
    showNarrowing(state, release);
    drawCompare(node.compare, state, release, change);
    drawFilters(node.filters, state, release, { releases, layers }, change);
    months.show(release, periodOf(state, release), quickPeriods(release));
    showHeadline(state, release);
  }
  if (newRelease) showStale(release);
  // Every link of a tab says the whole state.
  showView(state);
  const newTab = previous === null || state.tab !== previous.tab;
  if (newRelease || differs(state, previous, ["table", "versus"])) showTables(state, release);
  const newCount = newRelease || differs(state, previous, COUNTED);
  if (state.table === "boroughs" && (newCount || state.table !== previous.table)) void loadBoroughs(state, release);
  if (newRelease || state.strand !== previous.strand) void loadEvents(state, release);
  let list: Promise<void> | null = null;
  if (newRelease || state.strand !== previous.strand) list = loadHotspots(state, release);
  else if (differs(state, previous, ["borough", "changed", "clear"])) {
    showHotspots(release);
    if (state.borough !== previous.borough && state.borough !== null) map?.goTo(...(listed()?.features ?? []));
  }
  else if (state.hotspot !== previous.hotspot) showDetail(release);
  if (newRelease || newCount || state.area !== previous.area) void pending.run("area", (signal) => areaPanel.show(state, release, countOf(state, release), signal));
  if (newTab) showWords(state, release);
  if (state.tab === "chart" && (newTab || newCount)) void loadSeries(state, release);
  if (newRelease || (newTab && mapOf !== release.id && state.tab === "map")) {
    pending.mark("view", true);
    // The table comes first: making the map keeps the browser busy for a second or two where there is no graphics card.
    if (list && map === null) await Promise.race([list, later(LIST_FIRST_MS)]);
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
      releases = known.releases;
      layers = named.layers;
    } catch (error) {
      if (!gaveWay(signal)) failure("start", error, () => void start());
      return;
    }
    if (releases.length === 0) {
      node.headline.textContent = "No release yet";
      node.mapMessage.textContent = "Nothing to draw yet.";
      notice("start", ["There is no release to show. Make one with ", h("code", {}, "hotspot analyse"), ", then load the page again."]);
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
  queueMicrotask(() => map?.setView(store.state.view));
});
store.followHistory();
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !node.detail.hidden && !node.keys.open) closeDetail();
});
bindKeyHelp(node.keys, node.map);
byId("keys-open").addEventListener("click", () => node.keys.showModal());
copyLink(byId("copy"), say);
/** How often a page that stays open asks whether there is a newer release. */
const LOOK_EVERY = 5 * 60 * 1000;
setInterval(() => void lookForReleases(), LOOK_EVERY);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void lookForReleases();
});
// A period or strand that the release does not have is answered by the server; the address stays as it was written.
if (location.search.slice(1) !== encode(store.state)) history.replaceState(null, "", encode(store.state) === "" ? location.pathname : `?${encode(store.state)}`);
void start();
// Whoever is not signed in is told so by what he asks for.
drawWho(byId("who")).catch(() => undefined);
