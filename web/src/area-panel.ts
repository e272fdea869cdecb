/** Drawing an area and what is in it: corners by pointer or at the cross, figures with their interval, and files of them. */
import * as api from "./api";
import { hotspotStrand } from "./strands";
import { areaCorners, areaFigures, areaText, boxCorners, cornersBox, crossesItself, holds, LEAST_CORNERS, MOST_CORNERS, reachesBeyond, type AreaFigures, type Corner } from "./area";
import { h } from "./dom";
import { saveText } from "./download";
import { counted, decimal, integer, percent, periodName } from "./format";
import { periodOf, subject } from "./headline";
import { cellSize, unitName } from "./legend";
import type { HotspotMap } from "./map";
import { labelPoint } from "./outline";
import { closeOnLeaving } from "./tools";
import { bandFor, middleOf, unitsIn, type Units } from "./units";
import { gaveWay } from "./pending";
import type { State } from "./url-state";

export interface AreaHandlers {
  map(): HotspotMap | null;
  /** The hotspots of the strand, wherever they are. */
  hotspots(): api.HotspotsAnswer | null;
  /** Brings the map to the front. */
  toMap(): void;
  /** Sets the area of the state; null takes it away. */
  set(area: string | null): void;
  choose(hotspot: string): void;
  say(text: string): void;
}

/** The figures in words: everything that the panel claims. */
export function areaSentences({ cells, of, n, total, expected, ratio }: AreaFigures, resolution: number, referenceIsArea: boolean): string[] {
  const unit = unitName(resolution);
  const first = `${counted(n, "incident")} in ${counted(cells, unit)} whose middle lies inside: ${percent(total === 0 ? 0 : n / total)} of ${integer(total)} incidents on the map, in ${percent(of === 0 ? 0 : cells / of)} of ${counted(of, unit)}.`;
  if (expected === null || ratio === null) return [first, "Areas are of unlike size, so no expected number is given here."];
  const times = `${decimal(ratio.value)} times as many (95% interval ${decimal(ratio.lo)} to ${decimal(ratio.hi)}, exact for a Poisson count)`;
  const second = `If incidents followed the ${unit}s alone, all of about the same size, ${decimal(expected)} would be here: there are ${times}.`;
  return referenceIsArea ? [first, second] : [first, second, "Hotspots of this release are measured against something else than area: the two ratios are not alike."];
}

/** Why incidents of the hotspots listed can be more than those of the area. */
export function wholeLine(listed: number, beyond: number): string {
  const of = listed === 1 ? (beyond === 1 ? "this one reaches" : "this one does not reach") : `${beyond === 0 ? "none" : integer(beyond)} of these ${integer(listed)} ${beyond > 1 ? "reach" : "reaches"}`;
  return `Hotspots are counted whole: ${of} beyond the line.`;
}

export const CAUTION = "An area that is drawn after looking at the map is chosen by its result: it holds more, or fewer, partly because that is why it was drawn. The interval does not allow for that, and no test is made. Hotspots are found by a rule that does.";

/** What is drawn and known of the area of the state. */
interface Known {
  corners: Corner[];
  answer: api.CellsAnswer;
  inside: Units;
  figures: AreaFigures;
}

export class AreaPanel {
  readonly #panel: HTMLElement;
  readonly #handlers: AreaHandlers;
  readonly #details: HTMLDetailsElement;
  readonly #bar: HTMLElement;
  readonly #told = h("p", { class: "tool-told", role: "status" });
  /** The corners while the reader draws; null when he does not. */
  #draft: Corner[] | null = null;
  #area: string | null = null;
  /** What is counted, and of which strand; null while it is not. */
  #shown: { known: Known; state: State; release: api.Release } | null = null;
  readonly #inside = h("div", { class: "area-inside" });

  constructor(tools: HTMLElement, panel: HTMLElement, handlers: AreaHandlers) {
    this.#panel = panel;
    this.#handlers = handlers;
    const button = (id: string, label: string, act: () => void): HTMLButtonElement => {
      const made = h("button", { type: "button", class: "small", id: `area-${id}` }, label);
      made.addEventListener("click", act);
      return made;
    };
    this.#details = h(
      "details",
      { class: "tool", id: "area-tool" },
      h("summary", {}, "Draw an area"),
      h(
        "div",
        { class: "tool-panel" },
        h("p", { class: "muted" }, "Figures for a part of the map of your own."),
        h("ul", {}, h("li", {}, button("draw", "Draw corner by corner", () => this.#begin())), h("li", {}, button("view", "Use what is in view", () => this.#useView()))),
        this.#told,
      ),
    );
    closeOnLeaving(this.#details);
    this.#bar = h(
      "div",
      { class: "area-bar", role: "group", "aria-label": "Drawing an area", hidden: true },
      h("p", { id: "area-count" }),
      button("corner", "Add corner at the cross", () => this.#middle()),
      button("undo", "Undo", () => this.#undo()),
      button("finish", "Finish", () => this.#finish()),
      button("cancel", "Stop drawing", () => this.#end("Drawing stopped; nothing was kept")),
    );
    this.#bar.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#end("Drawing stopped; nothing was kept");
    });
    tools.append(this.#details, this.#bar);
  }

  /** The map was opened or replaced: what is drawn is drawn on it again. */
  mapOpened(): void {
    this.#onMap();
  }

  #onMap(): void {
    const map = this.#handlers.map();
    if (!map) return;
    const corners = this.#draft ?? areaCorners(this.#area) ?? [];
    map.showArea(corners, this.#draft === null);
    map.drawing = this.#draft === null ? null : (place) => this.#add(place);
  }

  #begin(): void {
    this.#handlers.toMap();
    if (!this.#handlers.map()) {
      this.#told.textContent = "There is no map to draw on: this browser cannot draw it, or it is not ready yet.";
      return;
    }
    this.#draft = [];
    this.#details.open = false;
    this.#bar.hidden = false;
    this.#drawBar("Drawing. Click or tap the map for each corner; or move it under the cross and press Enter.");
    document.getElementById("area-corner")?.focus();
    // On a phone the map lies below.
    this.#handlers.map()?.container.scrollIntoView({ block: "nearest" });
  }

  #drawBar(said: string): void {
    const n = this.#draft?.length ?? 0;
    const line = n === 0 ? "Click the map for each corner, or move it under the cross and add one there." : `${counted(n, "corner")}.${n < LEAST_CORNERS ? ` ${LEAST_CORNERS - n} more at least.` : ""}`;
    for (const [id, able] of [["corner", n < MOST_CORNERS], ["undo", n > 0], ["finish", n >= LEAST_CORNERS]] as const) {
      const control = this.#bar.querySelector<HTMLButtonElement>(`#area-${id}`);
      // What is not possible stays in the order of the keyboard and says so.
      control?.setAttribute("aria-disabled", String(!able));
    }
    const count = this.#bar.querySelector("#area-count");
    if (count) count.textContent = line;
    this.#onMap();
    this.#handlers.say(said);
  }

  #add(corner: Corner): void {
    if (!this.#draft) return;
    if (this.#draft.length >= MOST_CORNERS) return this.#handlers.say(`${MOST_CORNERS} corners are the most`);
    // As the address keeps it, so that what is drawn is what is kept.
    this.#draft = [...this.#draft, [Number(corner[0].toFixed(4)), Number(corner[1].toFixed(4))]];
    this.#drawBar(`Corner ${this.#draft.length} added`);
  }

  #middle(): void {
    const map = this.#handlers.map();
    if (map) this.#add(map.middle);
  }

  #undo(): void {
    if (!this.#draft || this.#draft.length === 0) return;
    this.#draft = this.#draft.slice(0, -1);
    this.#drawBar(`Corner taken away; ${counted(this.#draft.length, "corner")} left`);
  }

  #finish(): void {
    const corners = this.#draft ?? [];
    if (corners.length < LEAST_CORNERS) return this.#handlers.say(`An area needs ${LEAST_CORNERS} corners at least`);
    this.#end(null);
    this.#handlers.set(areaText(corners));
    this.#focusPanel();
  }

  #end(said: string | null): void {
    this.#draft = null;
    this.#bar.hidden = true;
    this.#onMap();
    if (said === null) return;
    this.#handlers.say(said);
    this.#details.querySelector("summary")?.focus();
  }

  #useView(): void {
    this.#handlers.toMap();
    const map = this.#handlers.map();
    if (!map) {
      this.#told.textContent = "There is no map: this browser cannot draw it, or it is not ready yet.";
      return;
    }
    this.#details.open = false;
    this.#handlers.set(areaText(boxCorners(map.box)));
    this.#focusPanel();
  }

  #focusPanel(): void {
    this.#panel.querySelector<HTMLElement>("h2")?.focus();
  }

  #clear(): void {
    this.#handlers.set(null);
    this.#details.querySelector("summary")?.focus();
  }

  /** Asks for the area of a state under its filters and shows what is in it; the area may be none. */
  async show(state: State, release: api.Release, query: api.CountQuery, signal: AbortSignal): Promise<void> {
    this.#area = state.area;
    this.#shown = null;
    this.#onMap();
    const corners = areaCorners(state.area);
    this.#panel.hidden = corners === null;
    if (!corners) return this.#panel.replaceChildren();
    this.#frame(h("p", { class: "muted" }, "Counting …"));
    try {
      const known = await this.#count(corners, release, query, signal);
      if (gaveWay(signal)) return;
      this.#shown = { known, state, release };
      this.#frame(...this.#content(known, state, release));
      this.hotspotsChanged();
      this.#handlers.say(`Area: ${areaSentences(known.figures, known.answer.resolution, true)[0] ?? ""}`);
    } catch (error) {
      if (gaveWay(signal)) return;
      this.#frame(h("p", { role: "alert" }, `The area could not be counted. ${error instanceof Error ? error.message : ""}`));
    }
  }

  async #count(corners: Corner[], release: api.Release, query: api.CountQuery, signal: AbortSignal): Promise<Known> {
    const box = cornersBox(corners);
    const band = bandFor(box, release);
    if (!band) throw new Error("This release has no cells.");
    const [answer, units] = await Promise.all([
      api.cells({ ...query, layer: "count", ...(band.resolution > 0 ? { resolution: band.resolution } : {}) }, signal),
      unitsIn(release.id, box, band, 0, signal),
    ]);
    const inside: Units = new Map([...units].filter(([, outline]) => holds(corners, middleOf(outline))));
    return { corners, answer, inside, figures: areaFigures(new Set(inside.keys()), answer) };
  }

  /** The heading stays, so that the focus does. */
  #frame(...content: Node[]): void {
    let heading = this.#panel.querySelector("h2");
    if (!heading) {
      heading = h("h2", { tabindex: -1 }, "Area drawn on the map");
      const clear = h("button", { type: "button", class: "small", id: "area-clear" }, "Clear the area");
      clear.addEventListener("click", () => this.#clear());
      this.#panel.append(h("div", { class: "area-head" }, heading, clear), h("div", { class: "area-body" }));
    }
    this.#panel.querySelector(".area-body")?.replaceChildren(...content);
  }

  /** The hotspots with their middle inside; null while those of the strand are not there. */
  #spots(corners: readonly Corner[], strand: string): api.HotspotFeature[] | null {
    const answer = this.#handlers.hotspots();
    if (answer?.strand !== strand) return null;
    return answer.features.filter(({ geometry }) => holds(corners, labelPoint(geometry))).sort((a, b) => a.properties.rank - b.properties.rank);
  }

  /** Hotspots come and go apart from the count: their list is drawn again. */
  hotspotsChanged(): void {
    if (!this.#shown) return;
    const { known, state, release } = this.#shown;
    const spots = this.#spots(known.corners, hotspotStrand(state, release));
    if (!spots) return this.#inside.replaceChildren(h("p", { class: "muted" }, "The hotspots of this strand are not loaded."));
    const item = ({ properties: spot }: api.HotspotFeature): HTMLElement => {
      const button = h("button", { type: "button", class: "link" }, `${spot.rank}. ${spot.name}`);
      button.addEventListener("click", () => this.#handlers.choose(spot.id));
      return h("li", {}, button, h("span", { class: "muted" }, ` ${counted(spot.n, "incident")}`));
    };
    const line = h("p", {}, h("strong", {}, counted(spots.length, "hotspot")), ` of ${periodName(release.window)} with the middle inside.`);
    const beyond = spots.filter(({ geometry }) => reachesBeyond(known.corners, geometry)).length;
    if (spots.length > 0) line.append(` ${wholeLine(spots.length, beyond)}`);
    this.#inside.replaceChildren(line, ...(spots.length > 0 ? [h("ul", { class: "area-spots" }, ...spots.map(item))] : []));
  }

  #content(known: Known, state: State, release: api.Release): Node[] {
    const { corners, figures, answer } = known;
    if (figures.cells === 0) return [h("p", {}, `No ${unitName(answer.resolution)} has its middle in this area: draw a larger one, or nearer to ${release.study_area}.`)];
    const file = (id: string, label: string, act: () => Promise<string>): HTMLElement => {
      const button = h("button", { type: "button", class: "small", id: `area-${id}` }, label);
      button.addEventListener("click", () => {
        act().then(
          (name) => this.#handlers.say(`Saved as ${name}`),
          (error: unknown) => this.#handlers.say(`The file could not be made. ${error instanceof Error ? error.message : ""}`),
        );
      });
      return button;
    };
    return [
      h("p", { class: "muted" }, `${subject(state, release)}; ${cellSize(answer.resolution)}.`),
      ...areaSentences(figures, answer.resolution, /area/i.test(release.reference)).map((text) => h("p", {}, text)),
      crossesItself(corners) ? h("p", {}, h("strong", {}, "The outline crosses itself: "), "a part that it goes round twice is counted as outside.") : "",
      this.#inside,
      h("p", { class: "caveat" }, CAUTION),
      h("p", { class: "area-files" }, file("csv", "Cells of the area (CSV)", () => this.#csv(known, state, release)), file("geojson", "Area, cells and hotspots (GeoJSON)", () => this.#geojson(known, state, release))),
    ].filter((node) => node instanceof Node);
  }

  async #csv({ answer, inside }: Known, state: State, release: api.Release): Promise<string> {
    const file = await import("./export-files");
    const basis = file.basisOf(state, release, periodOf(state, release));
    const name = file.fileName("cells-in-area", basis, "csv");
    saveText(name, "text/csv", file.csv(file.cellsTable(answer, new Map([...inside].map(([id, outline]) => [id, middleOf(outline)])), null, "cells-in-area"), basis));
    return name;
  }

  async #geojson({ corners, answer, inside, figures }: Known, state: State, release: api.Release): Promise<string> {
    const file = await import("./export-files");
    const basis = file.basisOf(state, release, periodOf(state, release));
    const spots = this.#spots(corners, hotspotStrand(state, release));
    if (!spots) throw new Error("The hotspots of this strand are not loaded.");
    const counts = new Map(answer.cells.id.map((id, i) => [id, answer.cells.n[i] ?? 0]));
    const { cells, of, n, total, expected, ratio } = figures;
    const [first] = corners;
    const outline = { kind: "area", resolution: answer.resolution, cells, cells_of: of, n, n_of: total, expected, ratio: ratio?.value ?? null, ratio_lo: ratio?.lo ?? null, ratio_hi: ratio?.hi ?? null };
    const features = [
      { type: "Feature" as const, properties: outline, geometry: { type: "Polygon" as const, coordinates: [first ? [...corners, first] : corners] } },
      ...[...inside].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, geometry]) => ({ type: "Feature" as const, properties: { kind: "cell", cell: id, n: counts.get(id) ?? 0 }, geometry })),
      // Of the release's months and reported records, whatever the filters are.
      ...spots.map(({ geometry, properties }) => ({ type: "Feature" as const, properties: { kind: "hotspot", ...properties }, geometry })),
    ];
    const name = file.fileName("area", basis, "geojson");
    saveText(name, "application/geo+json", file.geojson("area", features, basis, { n, caution: CAUTION, hotspots_from: release.window.from, hotspots_to: release.window.to }));
    return name;
  }
}
