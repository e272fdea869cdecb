/** The tables beside the map, and which of them is shown. */
import * as api from "./api";
import { hotspotStrand } from "./strands";
import { BoroughTable } from "./borough-table";
import { CellTable } from "./cell-table";
import { choose, showBox } from "./choice";
import { ChangeTable } from "./comparison";
import { h } from "./dom";
import { EventTable } from "./event-table";
import { load, node, notices, pending, say, store } from "./frame";
import { HotspotTable } from "./hotspot-table";
import { inLondon } from "./map-base";
import { countOf, currentRelease, onScreen } from "./on-screen";
import { gaveWay } from "./pending";
import { boxOfUnit } from "./units";
import { TABLES, type State } from "./url-state";

export const table = new HotspotTable(node.hotspots, {
  choose: (id) => choose(id, "table"),
  point: (id) => onScreen.map?.point(id),
  say,
});

const cellTable = new CellTable(node.cells, {
  go: (id) => void showCell(id),
  point: (id) => onScreen.map?.pointCell(id),
  say,
});

async function showCell(id: string): Promise<void> {
  const release = currentRelease();
  if (!release) return;
  await pending.run("cell", async (signal) => {
    try {
      const box = await boxOfUnit(id, release);
      if (gaveWay(signal) || !box) return;
      notices.show("cell-error", null);
      showBox(box, 14);
      onScreen.map?.pointCell(id);
    } catch (error) {
      if (!gaveWay(signal)) notices.failure("cell-error", error, () => void showCell(id));
    }
  });
}

/** The cells of the map as rows, while their table is the one that is shown. */
export function listCells(): void {
  if (store.state.table === "cells") cellTable.show(onScreen.cells);
}

const boroughTable = new BoroughTable(node.boroughs, say);
const eventTable = new EventTable(node.events, say);

export const changeTables = [
  new ChangeTable(node.changes, "hotspots", { choose: (id) => choose(id, "table"), say }),
  new ChangeTable(node.boroughChanges, "boroughs", { choose: () => undefined, say }),
];

const TABLE_NAMES = { hotspots: "Hotspots", cells: "Cells", boroughs: "Boroughs", events: "Events", changes: "Change by hotspot", "borough-changes": "Change by borough" } as const;

/** Shows the chosen table, and which one it is; boroughs are London's, events those of a calendar. */
export function showTables(state: State, release: api.Release): void {
  const offered = { hotspots: true, cells: true, boroughs: inLondon(release.bounds), events: (onScreen.events?.calendar ?? 0) > 0, changes: state.versus !== null, "borough-changes": state.versus !== null && inLondon(release.bounds) };
  const names = TABLES.filter((name) => offered[name] || state.table === name);
  node.tables.hidden = names.length === 1;
  node.hotspots.hidden = state.table !== "hotspots";
  node.selection.hidden = state.table !== "hotspots" || node.selection.childElementCount === 0;
  node.cells.hidden = state.table !== "cells";
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

export const loadBoroughs = (state: State, release: api.Release): Promise<void> =>
  load(
    "boroughs",
    (signal) => api.boroughs(countOf(state, release), signal),
    (answer) => {
      onScreen.boroughs = answer;
      if (answer) boroughTable.show(answer);
    },
    () => void loadBoroughs(store.state, release),
  );

export const loadEvents = (state: State, release: api.Release): Promise<void> =>
  load(
    "events",
    (signal) => api.events(release.id, hotspotStrand(state, release), signal),
    (answer) => {
      onScreen.events = answer;
      if (answer) eventTable.show(answer);
      showTables(store.state, release);
    },
    () => void loadEvents(store.state, release),
  );
