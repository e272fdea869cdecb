/** A real table whose headers sort it: native buttons, `aria-sort`, and the order said aloud. */
import { h, type Child } from "./dom";
import { integer } from "./format";

export interface Column<Row> {
  id: string;
  label: string;
  note?: string;
  numeric: boolean;
  /** What the column sorts by; null sorts last either way. */
  key(row: Row): number | string | null;
  cell(row: Row): Child[];
  /** The cell that names the row. */
  heading?: boolean;
  /** Starts with the smallest, as ranks do. */
  ascendingFirst?: boolean;
}

export interface Order {
  column: string;
  descending: boolean;
}

const byText = new Intl.Collator("en-GB", { numeric: true });

/** Sorted copy; equal rows keep the order in which they came. */
export function sorted<Row>(rows: readonly Row[], { key }: Pick<Column<Row>, "key">, descending: boolean): Row[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (typeof x === "string" || typeof y === "string" ? byText.compare(String(x), String(y)) : x - y);
  });
}

/** Order after a click on a header: turn round the same column; a new one starts with the largest number or the first letter. */
export function nextOrder<Row>(current: Order, column: Column<Row>): Order {
  if (current.column === column.id) return { column: column.id, descending: !current.descending };
  return { column: column.id, descending: column.numeric && !column.ascendingFirst };
}

export interface Table<Row> {
  label: string;
  caption: Child[];
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  order: Order;
  /** Attributes and events of a row. */
  dress?(element: HTMLTableRowElement, row: Row): void;
  /** A header was used; the caller draws again with the new order. */
  sort(order: Order): void;
}

/** The table in a region that scrolls. */
export function sortableTable<Row>({ label, caption, columns, rows, order, dress, sort }: Table<Row>): HTMLElement {
  const head = h("tr");
  for (const column of columns) {
    const active = order.column === column.id;
    const button = h(
      "button",
      { type: "button", class: "sort" },
      column.label,
      column.note ? h("span", { class: "note" }, column.note) : null,
      h("span", { class: "arrow", "aria-hidden": "true" }, active ? (order.descending ? "▼" : "▲") : "↕"),
    );
    button.addEventListener("click", () => sort(nextOrder(order, column)));
    head.append(h("th", { scope: "col", class: column.numeric ? "number" : null, "data-column": column.id, "aria-sort": active ? (order.descending ? "descending" : "ascending") : "none" }, button));
  }
  const chosen = columns.find((c) => c.id === order.column);
  const body = h("tbody");
  for (const row of chosen ? sorted(rows, chosen, order.descending) : rows) {
    const element = h("tr");
    for (const column of columns) {
      const cell = column.heading ? h("th", { scope: "row" }) : h("td", { class: column.numeric ? "number" : null });
      for (const child of column.cell(row)) if (child !== null && child !== undefined && child !== false) cell.append(child instanceof Node ? child : String(child));
      element.append(cell);
    }
    dress?.(element, row);
    body.append(element);
  }
  return h("div", { class: "table-scroll", role: "region", "aria-label": label, tabindex: 0 }, h("table", {}, h("caption", {}, h("div", {}, ...caption)), h("thead", {}, head), body));
}

/** Puts the focus back on a header after the table was drawn again. */
export const focusHeader = (node: HTMLElement, column: string): void => node.querySelector<HTMLElement>(`th[data-column="${column}"] button`)?.focus();

/** The order in words. */
export function orderInWords<Row>(columns: readonly Column<Row>[], { column, descending }: Order): string {
  const label = columns.find((c) => c.id === column)?.label ?? column;
  return `Sorted by ${label.toLowerCase()}, ${descending ? "descending" : "ascending"}`;
}

/** Rows of a page of a long table. */
export const PAGE = 100;

/** Links to the pages of a long table; the one on the screen is marked. The focus stays on the link that was used. */
export function pageLinks({ prefix, page: now, size, rows }: { prefix: string; page: number; size: number; rows: number }, turnTo: (page: number) => void): HTMLElement {
  const pages = Math.ceil(rows / size);
  const link = (page: number, text: string, label: string, id: string): HTMLElement => {
    const button = h("button", { type: "button", class: "small", id, "aria-label": label, "aria-current": page === now ? "page" : null, disabled: page < 0 || page >= pages }, text);
    button.addEventListener("click", () => {
      turnTo(page);
      // At either end the arrow is off: the number of the page takes the focus.
      const again = document.getElementById(id);
      (!again || again.hasAttribute("disabled") ? document.getElementById(`${prefix}-${page + 1}`) : again)?.focus();
    });
    return button;
  };
  // Of many pages those near by, the first and the last.
  const near = Array.from({ length: pages }, (_, i) => i).filter((i) => i === 0 || i === pages - 1 || Math.abs(i - now) <= 3);
  const numbers = near.flatMap((i, at) => [at > 0 && i - (near[at - 1] ?? 0) > 1 ? h("span", { "aria-hidden": "true" }, "…") : null, link(i, String(i + 1), `Page ${i + 1}`, `${prefix}-${i + 1}`)]);
  return h(
    "nav",
    { class: "table-pages", "aria-label": "Pages of the table" },
    h("span", {}, `Rows ${integer(now * size + 1)} to ${integer(Math.min(rows, (now + 1) * size))} of ${integer(rows)}`),
    link(now - 1, "◀", "Page before", `${prefix}-before`),
    ...numbers,
    link(now + 1, "▶", "Next page", `${prefix}-next`),
  );
}
