/** What the events of the calendar did: observed, expected, and the excess with its interval. */
import type { EventEntry, EventsAnswer } from "./api";
import { h } from "./dom";
import { counted, dayName, decimal, integer } from "./format";
import { focusHeader, orderInWords, sortableTable, type Column, type Order } from "./sortable-table";

const when = ({ from, to }: EventEntry): string => (from === to ? dayName(from) : `${dayName(from)} – ${dayName(to)}`);

export const EVENT_COLUMNS: readonly Column<EventEntry>[] = [
  { id: "name", label: "Event", numeric: false, heading: true, key: (e) => e.name, cell: (e) => [e.name] },
  { id: "from", label: "Days", numeric: false, key: (e) => e.from, cell: (e) => [when(e)] },
  { id: "observed", label: "Incidents", note: "its days and those after", numeric: true, key: (e) => e.effect?.observed ?? null, cell: (e) => (e.effect ? [integer(e.effect.observed)] : ["–"]) },
  { id: "expected", label: "Expected", numeric: true, key: (e) => e.effect?.expected ?? null, cell: (e) => (e.effect ? [decimal(e.effect.expected)] : ["–"]) },
  {
    id: "excess",
    label: "Excess",
    note: "95% interval",
    numeric: true,
    key: (e) => e.effect?.excess ?? null,
    cell: (e) => (e.effect ? [decimal(e.effect.excess), h("span", { class: "interval" }, ` ${decimal(e.effect.lo)} to ${decimal(e.effect.hi)}`)] : ["–"]),
  },
  { id: "remark", label: "Remark", numeric: false, key: (e) => remark(e), cell: (e) => [remark(e)] },
];

/** How long it lasted, what cannot be told apart from it, or why nothing can be said. */
export function remark({ effect, reason }: Pick<EventEntry, "effect" | "reason">): string {
  if (!effect) return `Cannot be said: ${reason ?? "not asked"}.`;
  const together = effect.together.length > 0 ? ` Not told apart from ${effect.together.join(", ")}: do not add them.` : "";
  const rise = effect.rise === null ? "nothing the weeks before" : effect.rise === 0 ? "no rise" : `up by ${Math.round(effect.rise * 100)}% on its days`;
  const half = `half gone after ${Number(effect.half_life.toFixed(1))} days (${effect.fitted ? "fitted" : "assumed"})`;
  return `${counted(effect.days, "day")} looked at; ${rise}${effect.rise === 0 ? "" : `, ${half}`}.${together}`;
}

export class EventTable {
  readonly #node: HTMLElement;
  readonly #say: (text: string) => void;
  #answer: EventsAnswer | null = null;
  #order: Order = { column: "from", descending: false };

  constructor(node: HTMLElement, say: (text: string) => void) {
    this.#node = node;
    this.#say = say;
  }

  show(answer: EventsAnswer): void {
    this.#answer = answer;
    this.#draw();
  }

  #draw(): void {
    const answer = this.#answer;
    if (!answer) return;
    if (answer.events.length === 0) {
      const why = answer.calendar === 0 ? "No calendar of events was given with this release." : `None of the ${counted(answer.calendar, "event")} of the calendar concerns this strand.`;
      this.#node.replaceChildren(h("h2", {}, "No event"), h("p", { class: "empty" }, why));
      return;
    }
    const coincidence = "What happened in the days of an event and after it, beside up to twelve weeks before: coincidence in time, no proof.";
    this.#node.replaceChildren(
      sortableTable({
        label: "Table of events",
        caption: [h("strong", {}, counted(answer.events.length, "event")), ` of the calendar of ${integer(answer.calendar)}. ${coincidence}`],
        columns: EVENT_COLUMNS,
        rows: answer.events,
        order: this.#order,
        sort: (order) => {
          this.#order = order;
          this.#draw();
          focusHeader(this.#node, order.column);
          this.#say(orderInWords(EVENT_COLUMNS, order));
        },
      }),
    );
  }
}
