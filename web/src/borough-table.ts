/** Incidents by borough, with those known to an area only, and what lies in no borough. */
import type { BoroughRow, BoroughsAnswer } from "./api";
import { h } from "./dom";
import { counted, decimal, integer, periodName } from "./format";
import { focusHeader, orderInWords, sortableTable, type Column, type Order } from "./sortable-table";

export const BOROUGH_COLUMNS: readonly Column<BoroughRow>[] = [
  { id: "name", label: "Borough", numeric: false, heading: true, key: (r) => r.name, cell: (r) => [r.name] },
  { id: "n", label: "Incidents", numeric: true, key: (r) => r.n, cell: (r) => [integer(r.n)] },
  { id: "residents", label: "Residents", numeric: true, key: (r) => r.residents, cell: (r) => [r.residents === null ? "–" : integer(r.residents)] },
  {
    id: "rate",
    label: "Per 1,000 residents a year",
    note: "95% interval",
    numeric: true,
    key: (r) => r.rate_per_1000,
    cell: (r) =>
      r.rate_per_1000 === null
        ? ["no rate"]
        : [decimal(r.rate_per_1000), r.lo !== null && r.hi !== null ? h("span", { class: "interval" }, ` ${decimal(r.lo)} to ${decimal(r.hi)}`) : null],
  },
];

export class BoroughTable {
  readonly #node: HTMLElement;
  readonly #say: (text: string) => void;
  #answer: BoroughsAnswer | null = null;
  #order: Order = { column: "n", descending: true };

  constructor(node: HTMLElement, say: (text: string) => void) {
    this.#node = node;
    this.#say = say;
  }

  show(answer: BoroughsAnswer): void {
    this.#answer = answer;
    this.#draw();
  }

  #draw(): void {
    const answer = this.#answer;
    if (!answer) return;
    const inNone = `Not in the table: ${integer(answer.elsewhere)} elsewhere, ${integer(answer.online)} online, ${integer(answer.no_place)} without a place.`;
    if (answer.rows.length === 0) {
      this.#node.replaceChildren(h("h2", {}, "No borough here"), h("p", { class: "empty" }, `This release has no borough. ${inNone}`));
      return;
    }
    this.#node.replaceChildren(
      sortableTable({
        label: "Table of boroughs",
        caption: [h("strong", {}, counted(answer.total, "incident")), `, ${periodName(answer)}, with those known to a borough only. ${inNone} No rate where offices outnumber homes.`],
        columns: BOROUGH_COLUMNS,
        rows: answer.rows,
        order: this.#order,
        sort: (order) => {
          this.#order = order;
          this.#draw();
          focusHeader(this.#node, order.column);
          this.#say(orderInWords(BOROUGH_COLUMNS, order));
        },
      }),
    );
  }
}
