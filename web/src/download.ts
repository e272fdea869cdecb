/** The disclosure with what can be taken away: the map as a picture, the table and the cells as CSV, hotspots as GeoJSON, print. */
import type { BoroughsAnswer, CellsAnswer, Comparison, EventsAnswer, HotspotsAnswer, LayerEntry, Release } from "./api";
import { versusOf } from "./comparison";
import { h } from "./dom";
import type { Basis, Table } from "./export-files";
import { periodOf } from "./headline";
import type { HotspotMap } from "./map";
import { chipsOf } from "./narrowing";
import { byDay, isDark } from "./scheme";
import { choiceInWords } from "./selection";
import { closeOnLeaving } from "./tools";
import { hotspotStrand, hotspotsNote } from "./strands";
import type { State } from "./url-state";

/** What the page shows at the moment of the click. */
export interface Now {
  state: State;
  release: Release;
  title: string;
  map: HotspotMap | null;
  hotspots: HotspotsAnswer | null;
  cells: CellsAnswer | null;
  layer: LayerEntry | undefined;
  boroughs: BoroughsAnswer | null;
  events: EventsAnswer | null;
  compared: Comparison | null;
}

export interface DownloadHandlers {
  /** Null while the page is loading. */
  now(): Now | null;
}

/** Hands a file to the reader. The link is never part of the page: its click is none of the reader's, and closes nothing. */
export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  h("a", { href: address, download: name }).click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export const saveText = (name: string, type: string, text: string): void => save(name, new Blob([text], { type: `${type};charset=utf-8` }));

class Nothing extends Error {}

const present = <T>(value: T | null | undefined, what: string): T => {
  if (value === null || value === undefined) throw new Nothing(`There is no ${what} to download at the moment.`);
  return value;
};

/** A kind of file: makes it from what is shown, hands it over, and gives back its name. */
type Maker = (now: Now) => Promise<string>;

const files = (): Promise<typeof import("./export-files")> => import("./export-files");

const table: Maker = async (now) => {
  const file = await files();
  const { state, release, hotspots, boroughs, events, compared } = now;
  const write = (content: Table, basis: Basis): string => {
    const name = file.fileName(content.what, basis, "csv");
    saveText(name, "text/csv", file.csv(content, basis));
    return name;
  };
  const shown = file.basisOf(state, release, periodOf(state, release));
  const both = file.basisOf(state, release, periodOf(state, release), versusOf(state, release));
  switch (state.table) {
    case "boroughs":
      return write(file.boroughsTable(present(boroughs, "table of boroughs")), shown);
    case "cells":
      return write(file.cellsTable(present(now.cells, "table of cells"), null, state.borough), compared ? both : shown);
    case "events":
      return write(file.eventsTable(present(events, "table of events")), file.basisOf({ ...file.NO_FILTER, strand: hotspotStrand(state, release) }, release, present(events, "table of events").months));
    case "changes":
      return write(file.changesTable(present(compared, "comparison"), "hotspots"), both);
    case "borough-changes":
      return write(file.changesTable(present(compared, "comparison"), "boroughs"), both);
    default:
      return write(file.hotspotsTable(present(hotspots, "list of hotspots")), file.basisOfHotspots(state, release));
  }
};

const cells: Maker = async (now) => {
  const file = await files();
  const { state, release, compared } = now;
  const answer = present(now.cells, "layer of cells");
  const centres = present(now.map, "map").cellsInView();
  const basis = file.basisOf(state, release, periodOf(state, release), compared ? versusOf(state, release) : null);
  const content = compared ? file.comparedCellsTable(compared, centres, state.borough) : file.cellsTable(answer, centres, state.borough);
  const name = file.fileName(`${content.what}-in-view`, basis, "csv");
  saveText(name, "text/csv", file.csv(content, basis));
  return name;
};

const outlines: Maker = async (now) => {
  const file = await files();
  const answer = present(now.hotspots, "list of hotspots");
  const { map } = now;
  const basis = file.basisOfHotspots(now.state, now.release);
  const features = map ? answer.features.filter((f) => map.meets(f)) : answer.features;
  const name = file.fileName(map ? "hotspots-in-view" : "hotspots", basis, "geojson");
  const text = file.geojson("hotspots", features.map((f) => ({ ...f, properties: { ...f.properties } })), basis, { n: answer.n, hotspots: answer.features.length, listed: choiceInWords(now.state) ?? "all", note: hotspotsNote(now.state, now.release), in_file: features.length, verdict: answer.verdict, threshold: answer.threshold, reference: answer.reference, view: map?.box ?? null });
  saveText(name, "application/geo+json", text);
  return name;
};

const picture: Maker = async (now) => {
  const [file, draw] = await Promise.all([files(), import("./export-picture")]);
  const { state, release, title, hotspots, layer } = now;
  const map = present(now.map, "map");
  const filters = chipsOf(state, release).map((c) => c.label);
  const words = draw.wordsOf({ release, title, cells: now.cells, compared: now.compared, layer, hotspots, borough: state.borough, note: hotspotsNote(state, release), filters, drawn: state.area !== null });
  const canvas = await byDay(() => draw.drawPicture(map.picture(), map.pixelRatio, words));
  const basis = file.basisOf(state, release, periodOf(state, release), now.compared ? versusOf(state, release) : null);
  const name = file.fileName("map", basis, "png");
  save(name, await draw.pngOf(canvas));
  return name;
};

const KINDS: readonly { id: string; label: string; note: string; make: Maker; needsMap: boolean }[] = [
  { id: "png", label: "Map as a picture", note: "PNG, with title, legend and source", make: picture, needsMap: true },
  { id: "table", label: "Table shown", note: "CSV", make: table, needsMap: false },
  { id: "cells", label: "Cells in view", note: "CSV", make: cells, needsMap: true },
  { id: "geojson", label: "Hotspots in view", note: "GeoJSON", make: outlines, needsMap: false },
];

/** Draws the disclosure once; what it gives is made at the click. */
export function drawDownload(node: HTMLElement, { now }: DownloadHandlers): void {
  const told = h("p", { class: "tool-told", role: "status" });
  const tell = (text: string): void => {
    told.textContent = text;
  };
  const button = (id: string, label: string, note: string, act: () => void): HTMLElement => {
    const made = h("button", { type: "button", class: "small", id: `download-${id}` }, label, h("span", { class: "muted" }, ` ${note}`));
    made.addEventListener("click", act);
    return h("li", { "data-kind": id }, made);
  };
  const run = async (make: Maker, needsMap: boolean): Promise<void> => {
    const shown = now();
    tell("");
    if (!shown) return tell("The page is still loading: try again in a moment.");
    if (needsMap && !shown.map) return tell("There is no map to download: this browser cannot draw it, or it is not ready yet.");
    try {
      tell(`Saved as ${await make(shown)}`);
    } catch (error) {
      tell(error instanceof Nothing ? error.message : `The file could not be made. ${error instanceof Error ? error.message : ""}`);
    }
  };
  const tables = h("a", { id: "download-tables", download: "" }, "Tables of the whole release");
  const details = h(
    "details",
    { class: "tool", id: "download-tool" },
    h("summary", {}, "Download"),
    h(
      "div",
      { class: "tool-panel" },
      h("p", { class: "muted" }, "As shown at this moment. Every file says its release, period, filters, licence and marking."),
      h("ul", {}, ...KINDS.map(({ id, label, note, make, needsMap }) => button(id, label, note, () => void run(make, needsMap))), button("print", "Print", "the page", () => void byDay(() => print())), h("li", {}, tables, h("span", { class: "muted" }, " Parquet, in an archive; not single incidents"))),
      told,
    ),
  );
  closeOnLeaving(details);
  details.addEventListener("toggle", () => {
    if (details.open) tell("");
    const release = now()?.release.id;
    if (release) tables.href = `/api/v1/releases/${encodeURIComponent(release)}/tables`;
  });
  node.append(details);
  printMap(now);
}

/**
 * What the map shows goes onto paper as a picture: its own drawing buffer is empty by then. By night it is turned to day first, which takes
 * longer than the browser waits: so the keys for printing are taken up here. From the browser's own menu it comes as it is, with its legend.
 */
function printMap(now: DownloadHandlers["now"]): void {
  addEventListener("keydown", (event) => {
    if (event.key !== "p" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !isDark()) return;
    event.preventDefault();
    void byDay(() => print());
  });
  addEventListener("beforeprint", () => {
    const map = now()?.map;
    if (map) map.container.append(h("img", { class: "print-map", alt: "Map of what the tables say", src: map.picture().toDataURL() }));
  });
  addEventListener("afterprint", () => {
    for (const image of document.querySelectorAll(".print-map")) image.remove();
  });
}
