/** The hotspots as a table that says everything the map says: sortable, and tied to the map both ways. */
import type { Hotspot, HotspotsAnswer } from "./api";
import { h } from "./dom";
import { counted, decimal, integer, periodName, probability } from "./format";

export type Column = "rank" | "name" | "borough" | "n" | "expected" | "ratio" | "probability";

export interface Order {
  column: Column;
  descending: boolean;
}

const COLUMNS: { id: Column; label: string; note?: string; numeric: boolean }[] = [
  { id: "rank", label: "Rank", numeric: true },
  { id: "name", label: "Place", numeric: false },
  { id: "borough", label: "Borough", numeric: false },
  { id: "n", label: "Incidents", numeric: true },
  { id: "expected", label: "Expected", numeric: true },
  { id: "ratio", label: "Times expected", note: "95% interval", numeric: true },
  { id: "probability", label: "Probability", numeric: true },
];

const byText = new Intl.Collator("en-GB", { numeric: true });

/** Sorted copy; ties by rank, so that the order is always the same. */
export function sorted(spots: readonly Hotspot[], { column, descending }: Order): Hotspot[] {
  const sign = descending ? -1 : 1;
  const compare = (a: Hotspot, b: Hotspot): number =>
    column === "name" || column === "borough" ? byText.compare(a[column] ?? "", b[column] ?? "") : a[column] - b[column];
  return [...spots].sort((a, b) => sign * compare(a, b) || a.rank - b.rank);
}

/** Order after a click on a header: turn round the same column; a new one starts with the largest number or the first letter. */
export function nextOrder(current: Order, column: Column): Order {
  if (current.column === column) return { column, descending: !current.descending };
  const numeric = COLUMNS.find((c) => c.id === column)?.numeric ?? false;
  return { column, descending: numeric && column !== "rank" };
}

export interface TableHandlers {
  choose(id: string): void;
  /** The row under the pointer or with the focus; null when it leaves. */
  point(id: string | null): void;
  say(text: string): void;
}

export class HotspotTable {
  readonly #node: HTMLElement;
  readonly #handlers: TableHandlers;
  #answer: HotspotsAnswer | null = null;
  #order: Order = { column: "rank", descending: false };
  #chosen: string | null = null;

  constructor(node: HTMLElement, handlers: TableHandlers) {
    this.#node = node;
    this.#handlers = handlers;
  }

  show(answer: HotspotsAnswer): void {
    this.#answer = answer;
    this.#draw();
  }

  /** Marks the chosen row and brings it into view. */
  choose(id: string | null): void {
    this.#chosen = id;
    for (const row of this.#rows()) {
      const chosen = row.dataset["id"] === id;
      if (chosen) {
        row.setAttribute("aria-current", "true");
        row.scrollIntoView({ block: "nearest" });
      } else row.removeAttribute("aria-current");
    }
  }

  /** Marks the row of the hotspot under the pointer on the map. */
  point(id: string | null): void {
    for (const row of this.#rows()) row.classList.toggle("is-hovered", row.dataset["id"] === id);
  }

  /** Puts the focus on a row's button; false when there is no such row. */
  focus(id: string): boolean {
    const button = this.#rows().find((row) => row.dataset["id"] === id)?.querySelector("button");
    button?.focus();
    return button !== undefined;
  }

  #rows(): HTMLTableRowElement[] {
    return [...this.#node.querySelectorAll<HTMLTableRowElement>("tbody tr[data-id]")];
  }

  #draw(): void {
    const answer = this.#answer;
    if (!answer) return;
    if (answer.verdict === "cannot_tell") {
      this.#node.replaceChildren(
        h("h2", {}, "Cannot tell"),
        h("p", { class: "empty" }, `${counted(answer.n, "mapped incident")} in the period is too few for the hotspot rule, which needs ${integer(answer.minimum)}. That is not the same as “no hotspot”: nothing can be read from the missing list.`),
      );
      return;
    }
    const spots = sorted(answer.features.map((f) => f.properties), this.#order);
    const first = spots[0];
    if (!first) {
      this.#node.replaceChildren(
        h("h2", {}, "No hotspot found"),
        h("p", { class: "empty" }, `No place among ${counted(answer.n, "mapped incident")} is very likely above ${answer.threshold} times the expected rate. Few or evenly spread incidents give this answer; it does not say that there is no hate crime.`),
      );
      return;
    }
    const head = h("tr");
    for (const { id, label, note, numeric } of COLUMNS) {
      const active = this.#order.column === id;
      const button = h("button", { type: "button", class: "sort" }, label, note ? h("span", { class: "note" }, note) : null, h("span", { class: "arrow", "aria-hidden": "true" }, active ? (this.#order.descending ? "▼" : "▲") : "↕"));
      button.addEventListener("click", () => this.#sort(id));
      head.append(h("th", { scope: "col", class: numeric ? "number" : null, "data-column": id, "aria-sort": active ? (this.#order.descending ? "descending" : "ascending") : "none" }, button));
    }
    const body = h("tbody");
    for (const spot of spots) body.append(this.#row(spot));
    const table = h(
      "table",
      {},
      h("caption", {}, h("strong", {}, counted(spots.length, "hotspot")), `, ${periodName(first.period)}: rate very likely above ${answer.threshold} times the expected`),
      h("thead", {}, head),
      body,
    );
    this.#node.replaceChildren(h("div", { class: "table-scroll", role: "region", "aria-label": "Table of hotspots", tabindex: 0 }, table));
  }

  #row(spot: Hotspot): HTMLTableRowElement {
    const name = h("button", { type: "button", class: "link" }, spot.name);
    const row = h(
      "tr",
      { "data-id": spot.id, "aria-current": spot.id === this.#chosen ? "true" : null },
      h("td", { class: "number" }, spot.rank),
      h("th", { scope: "row" }, name),
      h("td", {}, spot.borough ?? "–"),
      h("td", { class: "number" }, integer(spot.n)),
      h("td", { class: "number" }, decimal(spot.expected)),
      h("td", { class: "number" }, decimal(spot.ratio), h("span", { class: "interval" }, ` ${decimal(spot.ratio_lo)} to ${decimal(spot.ratio_hi)}`)),
      h("td", { class: "number" }, probability(spot.probability)),
    );
    row.addEventListener("click", () => this.#handlers.choose(spot.id));
    row.addEventListener("pointerenter", () => this.#handlers.point(spot.id));
    row.addEventListener("pointerleave", () => this.#handlers.point(null));
    row.addEventListener("focusin", () => this.#handlers.point(spot.id));
    row.addEventListener("focusout", () => this.#handlers.point(null));
    return row;
  }

  #sort(column: Column): void {
    this.#order = nextOrder(this.#order, column);
    this.#draw();
    this.#node.querySelector<HTMLElement>(`th[data-column="${column}"] button`)?.focus();
    const label = COLUMNS.find((c) => c.id === column)?.label ?? column;
    this.#handlers.say(`Sorted by ${label.toLowerCase()}, ${this.#order.descending ? "descending" : "ascending"}`);
  }
}
