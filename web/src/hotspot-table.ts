/** The hotspots as a table that says everything the map says: sortable, and tied to the map both ways. */
import type { Hotspot, HotspotsAnswer } from "./api";
import { h } from "./dom";
import { mark, order, wordsLine } from "./evidence";
import { counted, decimal, integer, monthName, periodName } from "./format";
import { focusHeader, orderInWords, sortableTable, type Column, type Order } from "./sortable-table";

export const HOTSPOT_COLUMNS: readonly Column<Hotspot>[] = [
  { id: "rank", label: "Rank", numeric: true, ascendingFirst: true, key: (s) => s.rank, cell: (s) => [s.rank] },
  { id: "name", label: "Place", numeric: false, heading: true, key: (s) => s.name, cell: (s) => [h("button", { type: "button", class: "link" }, s.name), s.only_by_events ? h("span", { class: "after-event" }, "only after an event") : null] },
  { id: "borough", label: "Borough", numeric: false, key: (s) => s.borough ?? "", cell: (s) => [s.borough ?? "–"] },
  { id: "n", label: "Incidents", numeric: true, key: (s) => s.n, cell: (s) => [integer(s.n)] },
  { id: "expected", label: "Expected", numeric: true, key: (s) => s.expected, cell: (s) => [decimal(s.expected)] },
  {
    id: "ratio",
    label: "Times expected",
    note: "95% interval",
    numeric: true,
    key: (s) => s.ratio,
    cell: (s) => [decimal(s.ratio), h("span", { class: "interval" }, ` ${decimal(s.ratio_lo)} to ${decimal(s.ratio_hi)}`)],
  },
  { id: "evidence", label: "Evidence", numeric: false, key: (s) => order(s.evidence), cell: (s) => [mark(s.evidence)] },
];

export interface TableHandlers {
  choose(id: string): void;
  /** The row under the pointer or with the focus; null when it leaves. */
  point(id: string | null): void;
  say(text: string): void;
}

/** Scrolls the table, and never the page, so that the row can be seen. */
function reveal(row: HTMLTableRowElement): void {
  const region = row.closest(".table-scroll");
  if (!region) return;
  const [inner, outer] = [row.getBoundingClientRect(), region.getBoundingClientRect()];
  const header = 60;
  if (inner.top < outer.top + header || inner.bottom > outer.bottom) region.scrollTop += inner.top - outer.top - outer.height / 2;
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

  /** Takes the list away and says why. */
  clear(reason: string): void {
    this.#answer = null;
    this.#node.replaceChildren(h("p", { class: "empty" }, reason));
  }

  /** Marks the chosen row and brings it into view. */
  choose(id: string | null): void {
    this.#chosen = id;
    for (const row of this.#rows()) {
      const chosen = row.dataset["id"] === id;
      if (chosen) {
        row.setAttribute("aria-current", "true");
        reveal(row);
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
    return button !== undefined && document.activeElement === button;
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
        h("p", { class: "empty" }, `${counted(answer.n, "mapped incident")} in the period is too few for the hotspot rule, which needs ${integer(answer.minimum ?? 0)}. That is not the same as “no hotspot”: nothing can be read from the missing list.`),
      );
      return;
    }
    const spots = answer.features.map((f) => f.properties).sort((a, b) => a.rank - b.rank);
    const first = spots[0];
    if (!first) {
      this.#node.replaceChildren(
        h("h2", {}, "No hotspot found"),
        h("p", { class: "empty" }, `No place among ${counted(answer.n, "mapped incident")} is very likely above ${answer.threshold} times the expected rate. Few or evenly spread incidents give this answer; it does not say that nothing happens.`),
      );
      return;
    }
    this.#node.replaceChildren(
      sortableTable({
        label: "Table of hotspots",
        caption: [h("strong", {}, counted(spots.length, "hotspot")), `, ${periodName(first.period)}: rate above ${answer.threshold} times the expected. Evidence: ${wordsLine(spots)}`],
        // Outside London and on polygons there is no borough to name.
        columns: spots.some((s) => s.borough) ? HOTSPOT_COLUMNS : HOTSPOT_COLUMNS.filter((c) => c.id !== "borough"),
        rows: spots,
        order: this.#order,
        dress: (row, spot) => this.#dress(row, spot.id),
        sort: (order) => this.#sort(order),
      }),
      ...this.#ended(answer),
    );
  }

  /** What has ended since the release before, and where it went. */
  #ended({ ended }: HotspotsAnswer): HTMLElement[] {
    if (ended.length === 0) return [];
    const row = ({ id, name, n, first_seen, into }: HotspotsAnswer["ended"][number]): HTMLElement => {
      const to = into === null ? "it is no hotspot any more" : h("button", { type: "button", class: "link" }, into);
      if (into !== null && to instanceof HTMLElement) to.addEventListener("click", () => this.#handlers.choose(into));
      return h("tr", {}, h("th", { scope: "row" }, name, " ", h("code", {}, id)), h("td", { class: "number" }, integer(n)), h("td", {}, monthName(first_seen)), h("td", {}, ...(into === null ? [to] : ["part of ", to])));
    };
    const head = ["Hotspot", "Incidents then", "First seen", "Now"].map((text) => h("th", { scope: "col" }, text));
    return [
      h(
        "details",
        { class: "ended" },
        h("summary", {}, `${counted(ended.length, "hotspot")} of the release before ${ended.length === 1 ? "has" : "have"} ended`),
        h("div", { class: "ended-scroll", tabindex: 0, role: "region", "aria-label": "Hotspots that have ended" }, h("table", { class: "plain" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...ended.map(row)))),
      ),
    ];
  }

  #dress(row: HTMLTableRowElement, id: string): void {
    row.dataset["id"] = id;
    if (id === this.#chosen) row.setAttribute("aria-current", "true");
    row.addEventListener("click", () => this.#handlers.choose(id));
    row.addEventListener("pointerenter", () => this.#handlers.point(id));
    row.addEventListener("pointerleave", () => this.#handlers.point(null));
    row.addEventListener("focusin", () => this.#handlers.point(id));
    row.addEventListener("focusout", () => this.#handlers.point(null));
  }

  #sort(order: Order): void {
    this.#order = order;
    this.#draw();
    focusHeader(this.#node, order.column);
    this.#handlers.say(orderInWords(HOTSPOT_COLUMNS, order));
  }
}
