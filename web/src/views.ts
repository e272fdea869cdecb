/** The page in words: its headline, and the views Chart and About. */
import { drawAbout } from "./about-view";
import * as api from "./api";
import { monthCount, rankedChart, seriesChart, type MonthCount } from "./chart-view";
import { choose } from "./choice";
import { CHANGE_LAYER } from "./comparison";
import { h } from "./dom";
import { load, node, notices, say, store } from "./frame";
import { monthsOf } from "./format";
import { breaksInside, headline, periodOf, subject } from "./headline";
import { countOf, listed, onScreen } from "./on-screen";
import { drawTabs, TAB_NAMES } from "./tabs";
import { hotspotStrand } from "./strands";
import { table } from "./tables";
import { comparedTotals, totalsLine } from "./totals";
import type { State } from "./url-state";

/** The months of what is filtered, and what they were asked for. */
let series: { of: string; months: MonthCount[] } | null = null;
let wholeChart = false;

/** Puts the chosen view on the screen. */
export function showView(state: State): void {
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

export function showHeadline(state: State, release: api.Release): void {
  node.headline.textContent = headline(state, release, onScreen.hotspots?.strand === hotspotStrand(state, release) ? onScreen.hotspots : null, onScreen.cells, onScreen.compared);
  node.totals.textContent = onScreen.compared ? comparedTotals(onScreen.compared) : onScreen.cells ? totalsLine(onScreen.cells, state.borough) : "";
  document.title = `${subject(state, release)} – hotspots, ${release.study_area}`;
  const breaks = breaksInside(release, periodOf(state, release));
  notices.show("breaks", breaks.length > 0 ? breaks.map((text) => h("p", {}, h("strong", {}, "! "), text)) : null);
}

/** The views in words and charts, as far as they are on the screen. */
export function showWords(state: State, release: api.Release): void {
  if (state.tab === "about") drawAbout(node.about, { state, release, hotspots: onScreen.hotspots, cells: onScreen.cells, compared: onScreen.compared, layer: onScreen.cells?.layer === CHANGE_LAYER.id ? CHANGE_LAYER : onScreen.layers.find((l) => l.id === state.layer) });
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
export async function loadSeries(state: State, release: api.Release): Promise<void> {
  const of = seriesOf(state, release);
  if (series?.of === of) return showWords(state, release);
  await load(
    "series",
    (signal) => Promise.all(monthsOf(periodOf(state, release)).map((month) => api.boroughs({ ...countOf(state, release), from: month, to: month }, signal))),
    (answers) => {
      series = answers && { of, months: answers.map(monthCount) };
      showWords(store.state, release);
    },
    () => void loadSeries(store.state, release),
  );
}
