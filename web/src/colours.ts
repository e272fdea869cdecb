/** The colours of the map: the cells of a period, or of two that are compared, with their legend. */
import * as api from "./api";
import { Beside } from "./beside";
import { choose } from "./choice";
import { asCells, cautions, changeInWords, CHANGE_LAYER, comparable, unitChange, versusOf } from "./comparison";
import { byId, h } from "./dom";
import { sentence } from "./evidence";
import { fixButton, node, notices, pending, store } from "./frame";
import { counted, periodName } from "./format";
import { periodOf, subject } from "./headline";
import { drawLegend, drawNoLegend, markClass, unitName } from "./legend";
import { chosenFeature, countOf, currentRelease, listed, onScreen } from "./on-screen";
import { gaveWay } from "./pending";
import { cellLine, figuresByCell, type CellFigures } from "./readout";
import { widen } from "./states";
import { changeTables, listCells } from "./tables";
import type { State } from "./url-state";
import { showHeadline, showWords } from "./views";

/** The comparison with every hotspot of the strand. */
let comparedWhole: api.Comparison | null = null;

export const beside = new Beside({ map: byId("beside"), captions: [byId("map-caption"), byId("beside-caption")] }, {
  moved: (view) => {
    onScreen.map?.setView(view);
    store.set({ view }, "replace");
  },
  chosen: (id) => choose(id, "map"),
  tilesLoading: (loading) => pending.mark("tiles beside", loading),
});

/** Class of a hotspot's fullest cell; null where other cells are drawn. */
export function classOf(spot: api.Hotspot): number | null {
  if (!onScreen.cells || onScreen.cells.resolution !== currentRelease()?.resolution) return null;
  return onScreen.figures.get(spot.peak)?.class ?? 0;
}

/** Shows two periods on the map and in the tables, or takes the comparison away. */
export function showComparison(whole: api.Comparison | null, release: api.Release): void {
  comparedWhole = whole;
  // Of hotspots what the list has.
  const ids = new Set(listed()?.features.map((f) => f.properties.id));
  const answer = whole && onScreen.found ? { ...whole, hotspots: whole.hotspots.filter((s) => ids.has(s.id)) } : whole;
  onScreen.compared = answer;
  for (const one of changeTables) one.show(answer);
  showChangeOf(store.state.hotspot);
  const lines = answer ? cautions(answer) : [];
  notices.show("comparison", lines.length > 0 ? lines.map((text) => h("p", {}, h("strong", {}, "! "), text)) : null);
  if (!answer || !store.state.beside) beside.remove();
  if (answer && !store.state.beside) showCells(asCells(answer), CHANGE_LAYER, release);
}

/** What the panel says of the chosen hotspot in the two periods that are compared. */
export function showChangeOf(id: string | null): void {
  const place = document.getElementById("detail-change");
  const change = onScreen.compared?.hotspots.find((s) => s.id === id);
  if (!place) return;
  if (!onScreen.compared || !change) return place.replaceChildren();
  place.replaceChildren(h("h3", {}, `${periodName(onScreen.compared)} against ${periodName(onScreen.compared.versus)}`), h("p", {}, sentence(changeInWords(change))));
}

/** The list of hotspots changed: so does that of the comparison. */
export function compareAgain(release: api.Release): void {
  if (comparedWhole) showComparison(comparedWhole, release);
}

/** Compares with the period of the state; a break between the two is to be crossed knowingly. */
async function loadComparison(state: State, release: api.Release, versus: api.Period): Promise<void> {
  await pending.run("cells", async (signal) => {
    const resolution = onScreen.map ? onScreen.map.band.resolution : release.resolution;
    try {
      const answer = await api.comparison({ ...countOf(state, release), versus, across: state.across, ...(resolution > 0 ? { resolution } : {}) }, signal);
      if (gaveWay(signal)) return;
      notices.show("cells-error", null);
      showComparison(answer, release);
      if (!state.beside || !onScreen.map) return;
      const asked = (period: api.Period): Promise<api.CellsAnswer> =>
        api.cells({ ...countOf(state, release), ...period, layer: state.layer, ...(resolution > 0 ? { resolution } : {}) }, signal);
      const [now, before] = await Promise.all([asked(periodOf(state, release)), asked(versus)]);
      if (gaveWay(signal)) return;
      showCells(now, onScreen.layers.find((l) => l.id === now.layer), release);
      await beside.show(release, store.state, now, before, listed());
    } catch (error) {
      if (gaveWay(signal)) return;
      showComparison(null, release);
      withoutCells(release);
      if (error instanceof api.ApiError && error.parameter === "across_break") {
        const across = h("button", { type: "button", class: "small" }, "Compare all the same");
        across.addEventListener("click", () => store.set({ across: true }, "push"));
        const breaks = release.breaks.map((b) => h("p", {}, `Recording changed on ${b.from}: ${b.what}`));
        notices.show("cells-error", [h("p", {}, h("strong", {}, "The two periods lie on two sides of a break of recording. "), "What differs may be the recording and not what happened."), ...breaks, across], "error");
      } else notices.failure("cells-error", error, () => void loadCells(store.state, release));
    }
  });
}

/** What days and hours leave out is said, not hidden. */
function noticeHours(n: number | null): void {
  notices.show("hours", n !== null && n > 0 ? [`${counted(n, "incident")} ${n === 1 ? "has" : "have"} no known hour and ${n === 1 ? "is" : "are"} left out by day of the week and time of day.`] : null);
}

/** The layer of the cells on the screen. */
let shownLayer: api.LayerEntry | undefined;

function showLegend(answer: api.CellsAnswer, release: api.Release): void {
  drawLegend(node.legend, answer, shownLayer, release, store.state.borough);
  const feature = chosenFeature();
  markClass(node.legend, feature ? classOf(feature.properties) : null, "is-chosen");
}

/** Colours the map, draws its legend, and keeps the figures for the pointer. */
function showCells(answer: api.CellsAnswer, layer: api.LayerEntry | undefined, release: api.Release): void {
  onScreen.cells = answer;
  noticeHours(answer.hour_unknown);
  onScreen.figures = figuresByCell(answer);
  onScreen.map?.showCells(answer, store.state.borough);
  listCells();
  shownLayer = layer;
  showLegend(answer, release);
  notices.show("empty", null);
  showHeadline(store.state, release);
  showWords(store.state, release);
}

/**
 * Draws in the colours of the day or the night whatever does not have them from the style sheet. The maps come first: what is printed meanwhile has
 * the legend of the map on the same sheet.
 */
export async function recolour(): Promise<void> {
  const maps = [onScreen.map, beside].filter((map) => map !== null);
  for (const map of maps) map.restyle();
  await Promise.all(maps.map((map) => map.idle()));
  const release = currentRelease();
  if (release && onScreen.cells) showLegend(onScreen.cells, release);
  listCells();
}

/** Old colours under a new headline would lie. */
export function withoutCells(release: api.Release): void {
  onScreen.cells = null;
  onScreen.figures = new Map();
  onScreen.map?.clearCells();
  listCells();
  drawNoLegend(node.legend, release);
  notices.show("empty", null);
  showHeadline(store.state, release);
}

export async function loadCells(state: State, release: api.Release): Promise<void> {
  const versus = versusOf(state, release);
  const can = versus !== null && comparable(state, release);
  if (can) return loadComparison(state, release, versus);
  if (onScreen.compared || beside.open) showComparison(null, release);
  const drop = h("button", { type: "button", class: "small" }, "Compare with nothing");
  drop.addEventListener("click", () => store.set({ versus: null, across: false, beside: false, table: "hotspots" }, "push"));
  notices.show("comparison", versus ? [h("p", {}, `${periodName(periodOf(state, release))} cannot be compared with ${periodName(versus)}: the release holds ${periodName(release.months)}, and no month may be in both periods.`), drop] : null);
  await pending.run("cells", async (signal) => {
    const resolution = onScreen.map ? onScreen.map.band.resolution : release.resolution;
    const part = onScreen.map?.part ?? null;
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
      notices.show("cells-error", null);
      showCells(answer, onScreen.layers.find((l) => l.id === answer.layer), release);
      const fix = answer.n === 0 ? widen(store.state, release) : null;
      notices.show("empty", answer.n === 0 ? [`Nothing is recorded of ${subject(store.state, release).replace(/^Recorded /, "")}. That is what the records hold, not that nothing happened.`, ...(fix ? [fixButton(fix)] : [])] : null);
    } catch (error) {
      if (gaveWay(signal)) return;
      withoutCells(release);
      notices.failure("cells-error", error, () => void loadCells(store.state, release));
    }
  });
}

/** What lies under the pointer: one period, or two. */
export function cellWords(cell: string, figure: CellFigures | undefined, answer: api.CellsAnswer): string {
  if (!onScreen.compared || store.state.beside) return cellLine(figure, answer);
  return `This ${unitName(answer.resolution)}: ${changeInWords(unitChange(onScreen.compared, onScreen.compared.units.id.indexOf(cell)))}`;
}
