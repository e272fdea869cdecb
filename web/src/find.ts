/** One box that finds a place. What is typed stays in the browser: names are there already, postcodes come as files of a whole area. */
import type { HotspotsAnswer, Release } from "./api";
import { h } from "./dom";
import { counted } from "./format";
import { boroughsOf, inLondon, type Ground } from "./map-base";
import { outlineBox } from "./outline";
import { cellQuery, gridPlace, MOST_FOUND, namedPlaces, postcodePlace, postcodeQuery, type NamedBorough, type Place, type PostcodeFile } from "./places";
import { intersection, type Box } from "./tiles";
import { whenLeft } from "./tools";
import { boxOfUnit } from "./units";

export interface FindHandlers {
  release(): Release | null;
  hotspots(): HotspotsAnswer | null;
  go(place: Place): void;
  say(text: string): void;
}

const KINDS: Record<Place["kind"], string> = { borough: "borough", hotspot: "hotspot", postcode: "postcode", grid: "grid reference", cell: "H3 cell" };

/** A file of our own; null when there is none of this name. */
async function ownFile<T>(path: string): Promise<T | null> {
  const response = await fetch(path);
  // The development server answers with the page where there is no file.
  if (response.status === 404 || response.headers.get("content-type")?.startsWith("text/html")) return null;
  if (!response.ok) throw new Error(`The server answered with status ${response.status}.`);
  return (await response.json()) as T;
}

export class Find {
  readonly #handlers: FindHandlers;
  readonly #input: HTMLInputElement;
  readonly #names = h("datalist", { id: "find-names" });
  readonly #answer = h("div", { class: "find-answer", id: "find-answer", hidden: true });
  #boroughs: Promise<NamedBorough[]> | null = null;
  readonly #postcodes = new Map<string, Promise<PostcodeFile | null>>();
  #turn = 0;

  constructor(node: HTMLElement, handlers: FindHandlers) {
    this.#handlers = handlers;
    this.#input = h("input", { type: "text", id: "find", name: "find", list: "find-names", autocomplete: "off", spellcheck: "false", "aria-describedby": "find-hint", maxlength: 80 });
    const form = h(
      "form",
      { class: "find", role: "search", "aria-label": "Find a place" },
      h("label", { for: "find" }, "Find a place"),
      this.#input,
      this.#names,
      h("button", { type: "submit", class: "small" }, "Find"),
      h("span", { id: "find-hint", class: "find-hint" }, "Borough, hotspot, postcode, grid reference or cell"),
      this.#answer,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#find(this.#input.value);
    });
    // Names are offered from the first visit on, and not before anybody looks for one.
    this.#input.addEventListener("focus", () => void this.#offer());
    this.#input.addEventListener("input", (event) => {
      this.#show(null);
      // A name chosen from the list is meant as it stands.
      if (!(event instanceof InputEvent) || event.inputType === "insertReplacementText") void this.#find(this.#input.value);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#answer.hidden) return;
      event.stopPropagation();
      this.#show(null);
      this.#input.focus();
    });
    whenLeft(form, () => {
      if (this.#answer.querySelector("ul")) this.#show(null);
    });
    node.append(form);
  }

  async #offer(): Promise<void> {
    const hotspots = this.#handlers.hotspots();
    const boroughs = await this.#boroughList().catch(() => []);
    const spots = (hotspots?.features ?? []).map((f) => f.properties).sort((a, b) => a.rank - b.rank);
    this.#names.replaceChildren(...boroughs.map(({ name }) => h("option", { value: name }, "borough")), ...spots.map((s) => h("option", { value: `${s.rank}. ${s.name}` }, "hotspot")));
  }

  #boroughList(): Promise<NamedBorough[]> {
    const release = this.#handlers.release();
    if (!release || !inLondon(release.bounds)) return Promise.resolve([]);
    this.#boroughs ??= ownFile<Ground>("/base/ground.geojson").then((file) => boroughsOf(file).map(({ geometry, properties }) => ({ name: properties.name, box: outlineBox(geometry) })));
    this.#boroughs.catch(() => {
      this.#boroughs = null;
    });
    return this.#boroughs;
  }

  #postcodeFile(area: string): Promise<PostcodeFile | null> {
    const known = this.#postcodes.get(area);
    if (known) return known;
    const asked = ownFile<PostcodeFile>(`/base/postcodes/${area}.json`);
    this.#postcodes.set(area, asked);
    asked.catch(() => this.#postcodes.delete(area));
    return asked;
  }

  /** Everything that the text may mean, and what to say when that is nothing. */
  async #placesOf(text: string, release: Release): Promise<{ places: Place[]; why: string }> {
    const cell = cellQuery(text);
    if (cell) {
      const box = release.resolutions.length > 0 ? await boxOfUnit(cell, release) : null;
      return { places: box ? [{ kind: "cell", label: cell, id: cell, box }] : [], why: `The cell ${cell} is not among those of this release.` };
    }
    const grid = gridPlace(text);
    if (grid) return { places: [grid], why: "" };
    const named = namedPlaces(text, await this.#boroughList(), this.#handlers.hotspots());
    const postcode = postcodeQuery(text);
    if (postcode) {
      const file = await this.#postcodeFile(postcode.area);
      const place = file && postcodePlace(postcode, file);
      return { places: [...(place ? [place] : []), ...named], why: `${postcode.district}${postcode.rest === "" ? "" : ` ${postcode.rest}`} is no postcode in use in London (November 2025).` };
    }
    return { places: named, why: `Nothing is called “${text}”. Try a borough, a hotspot's name, a postcode (SE15 or SE15 5DQ), a grid reference (TQ 300 805) or an H3 cell.` };
  }

  async #find(value: string): Promise<void> {
    const text = value.trim().replaceAll(/\s+/g, " ");
    const release = this.#handlers.release();
    const turn = ++this.#turn;
    this.#show(null);
    if (text === "" || !release) return;
    try {
      const { places, why } = await this.#placesOf(text, release);
      if (turn !== this.#turn) return;
      const here = (box: Box): boolean => intersection(box, release.bounds) !== null;
      const reachable = places.filter(({ box }) => here(box));
      const [first] = reachable;
      if (!first) return this.#tell(places.length > 0 ? `${places[0]?.label ?? text} lies outside ${release.study_area}.` : why);
      const named = [first.label, first.id].some((name) => name.toLowerCase() === text.toLowerCase());
      const certain = reachable.length === 1 || named || first.kind === "postcode";
      if (certain) this.#go(first);
      else this.#choice(text, reachable);
    } catch (error) {
      if (turn === this.#turn) this.#tell(`The place could not be looked up. ${error instanceof Error ? error.message : ""}`);
    }
  }

  #go(place: Place): void {
    this.#tell(`Showing ${KINDS[place.kind]} ${place.label}`);
    this.#handlers.go(place);
  }

  /** Shows a line and says it. */
  #tell(text: string): void {
    this.#show([h("p", {}, text)]);
    this.#handlers.say(text);
  }

  #choice(text: string, places: readonly Place[]): void {
    const button = (place: Place): HTMLElement => {
      const made = h("button", { type: "button", class: "link" }, place.label);
      made.addEventListener("click", () => {
        this.#input.focus();
        this.#go(place);
      });
      return h("li", {}, made, h("span", { class: "muted" }, ` ${KINDS[place.kind]}`));
    };
    const more = places.length > MOST_FOUND ? ` The first ${MOST_FOUND} are listed: type more of the name to narrow it.` : "";
    const line = `${counted(places.length, "place")} with “${text}” in the name.${more}`;
    this.#show([h("p", {}, line), h("ul", {}, ...places.slice(0, MOST_FOUND).map(button))]);
    this.#handlers.say(line);
  }

  #show(content: Node[] | null): void {
    this.#answer.hidden = content === null;
    this.#answer.replaceChildren(...(content ?? []));
  }
}
