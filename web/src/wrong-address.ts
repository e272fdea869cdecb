/** An address that asks for what the release has not: one box says so, and nothing is shown under a name that it does not have. */
import type { Release } from "./api";
import { drawMarking } from "./account";
import { showComparison, withoutCells } from "./colours";
import { h } from "./dom";
import { faultsOf } from "./faults";
import { drawFilters } from "./filters";
import { fixButton, node, notices, store } from "./frame";
import { showNarrowing } from "./hotspot-list";
import { onScreen } from "./on-screen";
import { table } from "./tables";
import type { State } from "./url-state";
import { showView } from "./views";

/** Whether the address is wrong. What follows it is then not asked for; everything is, once it is put right. */
export function showFaults(state: State, release: Release): boolean {
  const faults = faultsOf(state, release, onScreen.layers);
  const [first] = faults;
  if (!first) {
    notices.show("address", null);
    return false;
  }
  const patch = Object.assign({}, ...faults.map(({ fix }) => fix.patch)) as Partial<State>;
  const label = faults.length === 1 ? first.fix.label : "Show everything instead";
  notices.show("address", [h("p", {}, h("strong", {}, "This address cannot be shown. "), faults.map(({ text }) => text).join(" ")), fixButton({ label, patch })], "error");
  onScreen.release = onScreen.found = onScreen.hotspots = null;
  showComparison(null, release);
  withoutCells(release);
  onScreen.map?.clearHotspots();
  table.clear("Nothing is shown until the address is put right.");
  drawMarking(node.marking, release);
  node.headline.textContent = "Nothing is shown";
  node.totals.textContent = "";
  node.mapMessage.textContent = "Nothing to draw until the address is put right.";
  drawFilters(node.filters, state, release, { releases: onScreen.releases, layers: onScreen.layers }, (change) => void store.set(change, "push"));
  showNarrowing(state, release);
  showView(state);
  return true;
}
