/** The records of one hotspot: asked for by a button, never by itself, since every look at them is on record. */
import type { RecordEntry, RecordsAnswer } from "./api";
import { h } from "./dom";
import { counted, integer, periodName } from "./format";
import { focusHeader, orderInWords, sortableTable, type Column, type Order } from "./sortable-table";

const text = (id: keyof RecordEntry & string, label: string): Column<RecordEntry> => ({ id, label, numeric: false, key: (r) => String(r[id] ?? ""), cell: (r) => [String(r[id] ?? "–")] });

export const RECORD_COLUMNS: readonly Column<RecordEntry>[] = [
  { ...text("id", "Reference"), heading: true },
  { id: "occurred", label: "Happened", note: "local time", numeric: false, key: (r) => r.occurred, cell: (r) => [r.occurred, r.known_to === "minute" ? null : h("span", { class: "interval" }, ` known to the ${r.known_to}`)] },
  text("offence", "Offence"),
  { id: "strands", label: "Strands", numeric: false, key: (r) => r.strands.join(", "), cell: (r) => [r.strands.length > 0 ? r.strands.join(", ") : "none"] },
  text("source", "Reported by"),
  text("setting", "Kind of place"),
  { ...text("precision", "Place known to") },
  text("status", "Flag"),
  text("outcome", "Outcome"),
];

/** Why there are more or fewer records than the hotspot counts. */
export function recordsLine({ n, records, period }: Pick<RecordsAnswer, "n" | "records" | "period">): string {
  const same = records.length === n ? "" : ` The hotspot counts ${counted(n, "event")}: several records can tell of one event, and what hangs on one person is in no hotspot.`;
  return `${counted(records.length, "reported record")} with a point inside, ${periodName(period)}.${same}`;
}

/** The button, and what it opens. */
export function drawRecords(node: HTMLElement, n: number, ask: () => Promise<RecordsAnswer>, say: (text: string) => void): void {
  const button = h("button", { type: "button", class: "small" }, "Show the records");
  const place = h("div", { class: "records" });
  let order: Order = { column: "occurred", descending: true };
  const draw = (answer: RecordsAnswer): void => {
    place.replaceChildren(
      sortableTable({
        label: "Records of this hotspot",
        caption: [h("strong", {}, recordsLine(answer)), " No place finer than the hotspot, no persons. Not for copying into messages."],
        columns: RECORD_COLUMNS,
        rows: answer.records,
        order,
        sort: (next) => {
          order = next;
          draw(answer);
          focusHeader(place, order.column);
          say(orderInWords(RECORD_COLUMNS, order));
        },
      }),
    );
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    place.replaceChildren(h("p", { class: "empty" }, "Asking for the records …"));
    ask().then(
      (answer) => {
        draw(answer);
        button.hidden = true;
        say(recordsLine(answer));
        place.querySelector<HTMLElement>(".table-scroll")?.focus();
      },
      (error: unknown) => {
        button.disabled = false;
        place.replaceChildren(h("p", { class: "empty", role: "alert" }, error instanceof Error ? error.message : "The records could not be loaded."));
      },
    );
  });
  node.replaceChildren(h("h3", {}, "The records behind it"), h("p", { class: "muted" }, `${integer(n)} incidents are counted here. Where people sign in, every look at single records is on record.`), button, place);
}
