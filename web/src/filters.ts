/** The filter row: strand, source, layer; the months have a row of their own. Native controls; each change is one step of the state. */
import type { LayerEntry, Period, Release } from "./api";
import { h } from "./dom";
import { integer, monthName, monthsOf, plusMonths } from "./format";
import { hasStrands } from "./headline";
import { nested, strandLabel, strandsOf } from "./strands";
import type { State } from "./url-state";

/** Periods that take one click; those that reach before the first month are left out. */
export function quickPeriods(release: Release): { label: string; period: Period }[] {
  const { window, months } = release;
  const last = (label: string, count: number): { label: string; period: Period } => ({
    label,
    period: { from: plusMonths(months.to, 1 - count), to: months.to },
  });
  const length = monthsOf(window).length;
  const choices = [
    { label: length === 1 ? "The month" : `${length} months`, period: window },
    last("Last 3", 3),
    last("Last month", 1),
    { label: "All", period: months },
  ];
  const seen = new Set<string>();
  return choices.filter(({ period }) => {
    const key = `${period.from}/${period.to}`;
    if (period.from < months.from || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function select(id: string, options: { value: string; label: string }[], chosen: string): HTMLSelectElement {
  const node = h("select", { id, name: id });
  for (const { value, label } of options) node.append(h("option", { value, selected: value === chosen }, label));
  if (!options.some((o) => o.value === chosen)) node.prepend(h("option", { value: chosen, selected: true }, chosen));
  return node;
}

const field = (id: string, label: string, control: Node): HTMLElement => h("div", { class: "field" }, h("label", { for: id }, label), control);

/** Fills the form; called when the release or the state changes. Focus stays on the control that had it. */
export function drawFilters(form: HTMLFormElement, state: State, release: Release, known: { releases: readonly Release[]; layers: readonly LayerEntry[] }, change: (patch: Partial<State>) => void): void {
  const { releases, layers } = known;
  const focused = form.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const indent = (depth: number): string => "\u00a0\u00a0\u00a0".repeat(depth) + (depth > 0 ? "└ " : "");
  const strand = select(
    "strand",
    [
      ...nested(release.strands).map(({ strand: s, depth }) => ({ value: s.id, label: `${indent(depth)}${s.label} (${integer(s.n)})` })),
      ...(strandsOf(state.strand).length > 1 ? [{ value: state.strand, label: `Any of ${strandLabel(release, state.strand)}` }] : []),
    ],
    state.strand,
  );
  strand.addEventListener("change", () => change({ strand: strand.value, hotspot: null }));

  const source = select(
    "source",
    release.sources.map((s) => ({ value: s.id, label: s.label })),
    state.source,
  );
  source.addEventListener("change", () => change({ source: source.value }));

  const layer = select("layer", layers.filter((l) => l.kind !== "outline" && l.id !== "hotspots" && l.id !== "boroughs").map((l) => ({ value: l.id, label: l.label })), state.layer);
  layer.addEventListener("change", () => change({ layer: layer.value }));
  // A difference has colours of its own.
  layer.disabled = state.versus !== null && !state.beside;

  const edition = select(
    "release",
    releases.map((r) => ({ value: r.id, label: `${monthName(r.month)}, ${r.study_area}` })),
    release.id,
  );
  edition.addEventListener("change", () => {
    const next = releases.find((r) => r.id === edition.value);
    // Months and hotspots belong to their release; the view only when the place is another.
    change({ release: edition.value, from: null, to: null, hotspot: null, ...(next?.study_area === release.study_area ? {} : { view: null }) });
  });

  form.replaceChildren(
    ...(releases.length > 1 ? [field("release", "Release", edition)] : []),
    ...(hasStrands(release) ? [field("strand", "Strand", strand)] : []),
    field("source", "Source", source),
    field("layer", "Colour shows", layer),
  );
  form.onsubmit = (event) => event.preventDefault();
  if (focused) document.getElementById(focused)?.focus();
}
