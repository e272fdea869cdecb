/** The hotspots of the strand: which of them are listed, and all that follows them on the page. */
import * as api from "./api";
import { choose } from "./choice";
import { compareAgain } from "./colours";
import { showDetail } from "./detail";
import { h } from "./dom";
import { drawKey } from "./evidence";
import { fixButton, load, node, say, store } from "./frame";
import { counted } from "./format";
import { showStill } from "./map-view";
import { drawChips, drawNarrowing } from "./narrowing";
import { areaPanel } from "./tool-row";
import { listed, onScreen } from "./on-screen";
import { choiceInWords, drawSelection } from "./selection";
import { moreHotspots } from "./states";
import { hotspotStrand, strandsOf } from "./strands";
import { table } from "./tables";
import type { State } from "./url-state";
import { showHeadline, showWords } from "./views";

/** The table, the map and the chart of the hotspots that are listed: those of the chosen borough, or all, and of these the ones that are chosen. */
export function showHotspots(release: api.Release): void {
  const { borough } = store.state;
  onScreen.hotspots = onScreen.found && borough !== null ? { ...onScreen.found, features: onScreen.found.features.filter((f) => f.properties.borough === borough) } : onScreen.found;
  const shown = listed();
  drawSelection(node.selection, onScreen.hotspots, store.state, { set: (patch) => store.set({ ...patch, hotspot: null }, "push"), choose: (id) => choose(id, "table") });
  node.selection.hidden ||= store.state.table !== "hotspots";
  if (shown && onScreen.hotspots) {
    const words = choiceInWords(store.state);
    if (borough !== null && onScreen.hotspots.features.length === 0) table.clear(`No hotspot of this strand lies in ${borough}.`);
    else table.show(shown, borough === null ? "" : release.study_area, words ? { of: onScreen.hotspots.features.length, words } : null);
    const fix = shown.features.length === 0 ? moreHotspots(store.state, release, onScreen.hotspots) : null;
    if (fix) node.hotspots.append(h("p", { class: "empty" }, fixButton(fix)));
    onScreen.map?.showHotspots(shown);
    void showStill(release);
  }
  compareAgain(release);
  drawKey(node.key, shown);
  showHeadline(store.state, release);
  showDetail(release);
  showWords(store.state, release);
}

/** What is listed, in a line. */
function listedLine({ borough, strand }: State): string {
  const strands = strandsOf(strand).length;
  const shown = listed();
  const there = borough === null ? "" : ` in ${borough}`;
  const found = shown?.verdict === "cannot_tell" ? "Too few incidents to tell hotspots" : `${counted(shown?.features.length ?? 0, "hotspot")}${there}`;
  return strands > 1 ? `${counted(strands, "strand")}. ${found}` : found;
}

/** Another choice among the hotspots that are there. */
export function chooseHotspots(release: api.Release): void {
  showHotspots(release);
  say(listedLine(store.state));
}

/** The filters beside strand, period and source, and the chips of all of them. */
export function showNarrowing(state: State, release: api.Release): void {
  const handlers = { change: (patch: Partial<State>): void => void store.set(patch, "push"), say };
  drawNarrowing(node.narrowing, state, release, handlers);
  drawChips(node.chips, state, release, handlers);
}

export const loadHotspots = (state: State, release: api.Release): Promise<void> =>
  load(
    "hotspots",
    (signal) => api.hotspots(release.id, hotspotStrand(state, release), signal),
    (answer) => {
      onScreen.found = answer;
      if (!answer) {
        onScreen.hotspots = null;
        table.clear("The hotspots could not be loaded.");
        onScreen.map?.clearHotspots();
      }
      areaPanel.hotspotsChanged();
      showNarrowing(store.state, release);
      showHotspots(release);
      if (answer) say(listedLine(store.state));
    },
    () => void loadHotspots(store.state, release),
  );
