/** The cells of the map as a table: every coloured one has its row, with the same figures. */
import type { CellsAnswer } from "./api";
import { h } from "./dom";
import { counted, decimal, integer, periodName } from "./format";
import { classColors, unitName } from "./legend";
import { focusHeader, orderInWords, PAGE, pageLinks, sortableTable, sorted, type Column, type Order } from "./sortable-table";

interface CellRow {
  id: string;
  n: number;
  /** Null where the method has no answer. */
  value: number | null;
  class: number;
}

const cellRows = ({ cells }: Pick<CellsAnswer, "cells">): CellRow[] => cells.id.map((id, i) => ({ id, n: cells.n[i] ?? 0, value: cells.value[i] ?? null, class: cells.class[i] ?? 0 }));

/** A value in as many digits as it can be read in. */
const valueInWords = (value: number | null): string => {
  if (value === null) return "no answer";
  if (!Number.isFinite(value)) return "none before";
  if (Number.isInteger(value)) return integer(value);
  return value !== 0 && Math.abs(value) < 0.001 ? "< 0.001" : value < 1 ? value.toFixed(3) : decimal(value);
};

export interface CellTableHandlers {
  /** Shows the cell on the map. */
  go(id: string): void;
  /** The row under the pointer or with the focus; null when it leaves. */
  point(id: string | null): void;
  say(text: string): void;
}

export class CellTable {
  readonly #node: HTMLElement;
  readonly #handlers: CellTableHandlers;
  #order: Order = { column: "n", descending: true };
  #page = 0;

  constructor(node: HTMLElement, handlers: CellTableHandlers) {
    this.#node = node;
    this.#handlers = handlers;
  }

  show(answer: CellsAnswer | null): void {
    this.#page = 0;
    if (answer) this.#draw(answer);
    else this.#node.replaceChildren(h("p", { class: "empty" }, "The cells of the map are not there."));
  }

  #columns(answer: CellsAnswer): Column<CellRow>[] {
    const unit = unitName(answer.resolution);
    const colors = classColors(answer);
    const count: Column<CellRow> = { id: "n", label: "Incidents", numeric: true, key: (r) => r.n, cell: (r) => [integer(r.n)] };
    const value: Column<CellRow> = { id: "value", label: answer.unit, numeric: true, key: (r) => r.value, cell: (r) => [valueInWords(r.value)] };
    return [
      { id: "id", label: unit === "area" ? "Area" : "Cell", numeric: false, heading: true, key: (r) => r.id, cell: (r) => [h("button", { type: "button", class: "link", "aria-label": `Show ${unit} ${r.id} on the map` }, h("code", {}, r.id))] },
      count,
      // The value of a count is the count.
      ...(answer.layer === "count" ? [] : [value]),
      {
        id: "class",
        label: "Class on the map",
        numeric: false,
        key: (r) => -r.class,
        cell: (r) => {
          const swatch = h("span", { class: r.class === 0 ? "swatch swatch-empty" : "swatch", "aria-hidden": "true" });
          if (r.class > 0) swatch.style.backgroundColor = colors[r.class] ?? "";
          return [swatch, answer.legend[r.class]?.label ?? "none"];
        },
      },
    ];
  }

  #draw(answer: CellsAnswer): void {
    const unit = unitName(answer.resolution);
    const all = cellRows(answer);
    const columns = this.#columns(answer);
    const column = columns.find((c) => c.id === this.#order.column) ?? columns[1];
    const rows = column ? sorted(all, column, this.#order.descending) : all;
    const others = (answer.legend[0]?.cells ?? 0) - all.filter((r) => r.class === 0).length;
    const left = others > 0 ? ` ${counted(others, `other ${unit}`)} ${answer.layer === "count" ? (others === 1 ? "has none" : "have none") : `without colour: ${answer.legend[0]?.label ?? "none"}`}.` : "";
    this.#node.replaceChildren(
      sortableTable({
        label: `Table of ${unit}s`,
        caption: [h("strong", {}, counted(all.length, unit)), `, ${periodName(answer)}: all that the map colours at its present zoom.${left} A ${unit} is opened on the map by its name.`],
        columns,
        rows: rows.slice(this.#page * PAGE, (this.#page + 1) * PAGE),
        order: this.#order,
        dress: (row, { id }) => {
          row.dataset["cell"] = id;
          row.querySelector("button")?.addEventListener("click", () => this.#handlers.go(id));
          row.addEventListener("pointerenter", () => this.#handlers.point(id));
          row.addEventListener("pointerleave", () => this.#handlers.point(null));
          row.addEventListener("focusin", () => this.#handlers.point(id));
          row.addEventListener("focusout", () => this.#handlers.point(null));
        },
        sort: (order) => {
          this.#order = order;
          this.#page = 0;
          this.#draw(answer);
          focusHeader(this.#node, order.column);
          this.#handlers.say(orderInWords(columns, order));
        },
      }),
      ...(rows.length > PAGE
        ? [
            pageLinks({ prefix: "cell-page", page: this.#page, size: PAGE, rows: rows.length }, (page) => {
              this.#page = page;
              this.#draw(answer);
              this.#handlers.say(`Page ${page + 1} of ${Math.ceil(rows.length / PAGE)}`);
            }),
          ]
        : []),
    );
  }
}
