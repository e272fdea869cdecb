/** Two periods side by side: which one to compare with, the classes of the map, and the tables of what changed. */
import type { CellsAnswer, ComparedPlace, Comparison, LayerEntry, Period, PlaceChange, Release } from "./api";
import { h } from "./dom";
import { counted, decimal, integer, monthName, monthsOf, periodName, plusMonths } from "./format";
import { periodOf } from "./headline";
import { focusHeader, orderInWords, sortableTable, type Column, type Order } from "./sortable-table";
import type { State } from "./url-state";

/** The period that is compared with, or null; `year` and `before` follow the period that is shown. */
export function versusOf(state: State, release: Release): Period | null {
  if (state.versus === null) return null;
  const { from, to } = periodOf(state, release);
  const length = monthsOf({ from, to }).length;
  switch (state.versus) {
    case "year": {
      // The same calendar months, as many whole years back as it takes to share none.
      const back = -12 * Math.ceil(length / 12);
      return { from: plusMonths(from, back), to: plusMonths(to, back) };
    }
    case "before":
      return { from: plusMonths(from, -length), to: plusMonths(from, -1) };
    default: {
      const [first = "", last = ""] = state.versus.split(".");
      return { from: first, to: last };
    }
  }
}

/** Whether the release holds the period, and it shares no month with the one that is shown. */
export function comparable(state: State, release: Release): boolean {
  const [now, versus] = [periodOf(state, release), versusOf(state, release)];
  return versus !== null && held(versus, release) && (versus.to < now.from || now.to < versus.from);
}

/** A ratio; near 1 with a digit more, so that one side of 1 is not written as 1. */
const times = (ratio: number): string => (Math.abs(ratio - 1) < 0.05 && ratio !== 1 ? ratio.toFixed(3) : decimal(ratio));

const held = (period: Period | null, { months }: Release): boolean => period !== null && period.from >= months.from && period.to <= months.to;

/** What can be compared with: only what the release holds. */
export function choices(state: State, release: Release): { value: string; label: string }[] {
  const named = (versus: string, label: string): { value: string; label: string }[] => {
    const period = versusOf({ ...state, versus }, release);
    return period !== null && held(period, release) ? [{ value: versus, label: `${label}, ${periodName(period)}` }] : [];
  };
  return [{ value: "", label: "Nothing" }, ...named("year", "Same months"), ...named("before", "Just before"), { value: "own", label: "Other months …" }];
}

export function drawCompare(node: HTMLElement, state: State, release: Release, change: (patch: Partial<State>) => void): void {
  const focused = node.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const offered = choices(state, release);
  const own = state.versus !== null && state.versus.includes(".");
  const select = h("select", { id: "versus" }, ...offered.map(({ value, label }) => h("option", { value, selected: own ? value === "own" : value === (state.versus ?? "") }, label)));
  select.addEventListener("change", () => {
    const period = periodOf(state, release);
    const first = { from: release.months.from, to: plusMonths(period.from, -1) < release.months.from ? release.months.from : plusMonths(period.from, -1) };
    if (select.value === "") change({ versus: null, across: false, beside: false, ...(state.table === "changes" || state.table === "borough-changes" ? { table: "hotspots" } : {}) });
    else change({ versus: select.value === "own" ? `${first.from}.${first.to}` : select.value, across: false, table: "changes", hotspot: null });
  });
  const ends = own ? versusOf(state, release) : null;
  const month = (id: string, label: string, value: string, set: (value: string) => Period): HTMLElement => {
    const control = h("select", { id }, ...monthsOf(release.months).map((m) => h("option", { value: m, selected: m === value }, monthName(m))));
    control.addEventListener("change", () => {
      const { from, to } = set(control.value);
      change({ versus: from <= to ? `${from}.${to}` : `${control.value}.${control.value}`, across: false });
    });
    return h("div", { class: "field" }, h("label", { for: id }, label), control);
  };
  const beside = h("input", { type: "checkbox", id: "side-by-side", checked: state.beside });
  beside.addEventListener("change", () => change({ beside: beside.checked }));
  node.replaceChildren(
    h("div", { class: "field" }, h("label", { for: "versus" }, "Compare with"), select),
    ...(state.versus === null ? [] : [h("div", { class: "choice" }, beside, h("label", { for: "side-by-side" }, "Side by side"))]),
    ...(ends ? [month("versus-from", "From", ends.from, (from) => ({ from, to: ends.to })), month("versus-to", "To", ends.to, (to) => ({ from: ends.from, to }))] : []),
  );
  if (focused) document.getElementById(focused)?.focus();
}

/** Classes of a change, from fewer to more, by day and by night; what is not sure is near the ground whatever its ratio. Class 0 is drawn empty. */
export const CHANGE_CLASSES = [
  { label: "none", color: "#ffffff", night: "#23282c" },
  { label: "below half", color: "#542788", night: "#c3b6f0" },
  { label: "fewer", color: "#998ec3", night: "#7b68b8" },
  { label: "not sure", color: "#d4d7da", night: "#3f474d" },
  { label: "more", color: "#f1a340", night: "#b3661a" },
  { label: "over twice", color: "#b35806", night: "#fdb863" },
] as const;

export function changeClass(change: PlaceChange["change"], ratio: number | null): number {
  switch (change) {
    case "nothing":
      return 0;
    case "fewer":
      return ratio !== null && ratio < 0.5 ? 1 : 2;
    case "more":
      return ratio === null || ratio > 2 ? 5 : 4;
    default:
      return 3;
  }
}

/** The comparison in the shape in which the map and the legend take a layer. */
export function asCells(answer: Comparison): CellsAnswer {
  const { id, n, before, ratio, change } = answer.units;
  const classes = id.map((_, i) => changeClass(change[i] ?? "nothing", ratio[i] ?? null));
  const legend = CHANGE_CLASSES.map(({ label, color }) => ({ label, color, cells: 0, incidents: 0 }));
  classes.forEach((index, i) => {
    const entry = legend[index];
    if (!entry) return;
    entry.cells += 1;
    entry.incidents += (n[i] ?? 0) + (before[i] ?? 0);
  });
  if (legend[0]) legend[0].cells = answer.legend.find((c) => c.change === "nothing")?.units ?? 0;
  const incidents = legend.reduce((sum, c) => sum + c.incidents, 0);
  const { release, strand, from, to, source, resolution, hour_unknown } = answer;
  return { release, layer: "change", strand, from, to, source, resolution, unit: "times as many a month", n: incidents, off_map: null, hour_unknown, legend, cells: { id, n, value: ratio.map((r) => r ?? Infinity), class: classes } };
}

/** `3.0 times as many a month (95% interval 1.2 to 8.4)`, or what stands for it without a ratio. */
export function changeInWords({ n, before, ratio, lo, hi, change }: PlaceChange): string {
  if (change === "nothing") return "none in either period";
  const counts = `${integer(n)}, and ${integer(before)} in the other period`;
  const size = ratio === null ? `at least ${times(lo)} times as many a month` : `${times(ratio)} times as many a month (95% interval ${times(lo)} to ${hi === null ? "no limit" : times(hi)})`;
  const sure = { more: "more, beyond chance", fewer: "fewer, beyond chance", not_sure: "cannot be told from chance" }[change];
  return `${counts}: ${size}; ${sure}`;
}

export function unitChange(answer: Comparison, at: number): PlaceChange {
  const { n, before, ratio, lo, hi, change } = answer.units;
  return { n: n[at] ?? 0, before: before[at] ?? 0, ratio: ratio[at] ?? null, lo: lo[at] ?? 0, hi: hi[at] ?? null, q: 1, change: change[at] ?? "nothing" };
}

/** The sentence at the top of a comparison. */
export function comparisonLine(answer: Comparison): string {
  const more = answer.hotspots.filter((s) => s.change === "more").length;
  const fewer = answer.hotspots.filter((s) => s.change === "fewer").length;
  const spots = answer.hotspots.length === 0 ? "" : `. Of ${counted(answer.hotspots.length, "hotspot")} ${integer(more)} had more and ${integer(fewer)} fewer, beyond chance`;
  const { n, before, ratio, lo, hi } = answer.total;
  const size = ratio === null ? "" : `: ${times(ratio)} times as many a month (95% interval ${times(lo)} to ${times(hi ?? Infinity)})`;
  return `${counted(n, "incident")} against ${before === 0 ? "none" : integer(before)} in ${periodName(answer.versus)}${size}${spots}`;
}

/** What must be said beside a comparison. */
export function cautions(answer: Comparison): string[] {
  const lines = answer.breaks.map((b) => `Recording changed on ${b.from}: ${b.what} A difference may be that of the recording.`);
  if (!answer.same_season) lines.push("The two periods are not of the same calendar months: a part of the difference may be the season.");
  return lines;
}

const WORDS: Record<PlaceChange["change"], string> = { more: "More ▲", fewer: "Fewer ▼", not_sure: "Not sure", nothing: "None" };
const ORDER: Record<PlaceChange["change"], number> = { more: 3, fewer: 2, not_sure: 1, nothing: 0 };

const columnsOf = (heading: string, answer: Comparison, choose: ((id: string) => void) | null): Column<ComparedPlace>[] => [
  {
    id: "name",
    label: heading,
    numeric: false,
    heading: true,
    key: (p) => p.name,
    cell: (p) => {
      if (!choose) return [p.name];
      const button = h("button", { type: "button", class: "link" }, p.name);
      button.addEventListener("click", () => choose(p.id));
      return [button];
    },
  },
  { id: "n", label: periodName(answer), note: "incidents", numeric: true, key: (p) => p.n, cell: (p) => [integer(p.n)] },
  { id: "before", label: periodName(answer.versus), note: "incidents", numeric: true, key: (p) => p.before, cell: (p) => [integer(p.before)] },
  {
    id: "ratio",
    label: "Times as many a month",
    note: "95% interval",
    numeric: true,
    key: (p) => p.ratio,
    cell: (p) => (p.change === "nothing" ? ["–"] : [p.ratio === null ? "none before" : times(p.ratio), h("span", { class: "interval" }, ` ${times(p.lo)} to ${p.hi === null ? "no limit" : times(p.hi)}`)]),
  },
  { id: "change", label: "Beyond chance?", numeric: false, key: (p) => ORDER[p.change], cell: (p) => [h("span", { class: `change change-${p.change}` }, WORDS[p.change])] },
];

/** A table of places in both periods. */
export class ChangeTable {
  readonly #node: HTMLElement;
  readonly #kind: "hotspots" | "boroughs";
  readonly #handlers: { choose(id: string): void; say(text: string): void };
  #order: Order = { column: "change", descending: true };

  constructor(node: HTMLElement, kind: "hotspots" | "boroughs", handlers: { choose(id: string): void; say(text: string): void }) {
    this.#node = node;
    this.#kind = kind;
    this.#handlers = handlers;
  }

  show(answer: Comparison | null): void {
    if (answer) this.#draw(answer);
    else this.#node.replaceChildren();
  }

  #draw(answer: Comparison): void {
    const spots = this.#kind === "hotspots";
    const rows = answer[this.#kind];
    if (rows.length === 0) {
      this.#node.replaceChildren(h("h2", {}, "Nothing to compare"), h("p", { class: "empty" }, spots ? "This release has no hotspot of this strand." : "This release has no borough."));
      return;
    }
    const columns = columnsOf(spots ? "Hotspot" : "Borough", answer, spots ? (id) => this.#handlers.choose(id) : null);
    const note = spots
      ? "Hotspots were chosen for what was recorded in the release's own months: in any other months they have fewer by that alone."
      : "With incidents known to a borough only.";
    this.#node.replaceChildren(
      sortableTable({
        label: spots ? "Table of hotspots in two periods" : "Table of boroughs in two periods",
        caption: [h("strong", {}, counted(rows.length, spots ? "hotspot" : "borough")), `: ${periodName(answer)} against ${periodName(answer.versus)}. More or fewer is said when chance would seldom bring it, asked of all together (false discovery rate ${Math.round(answer.level * 100)}%). ${note}`],
        columns,
        rows,
        order: this.#order,
        sort: (order) => {
          this.#order = order;
          this.#draw(answer);
          focusHeader(this.#node, order.column);
          this.#handlers.say(orderInWords(columns, order));
        },
      }),
    );
  }
}

/** The layer that the map draws while two periods are compared. */
export const CHANGE_LAYER: LayerEntry = {
  id: "change",
  label: "Change between two periods",
  definition: "Incidents a month of the period shown by those of the other one. Fewer and more stand only where chance would seldom bring the difference, asked of all cells together; the rest is not sure. The incidents are those of both periods.",
};
