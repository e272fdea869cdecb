/** What an address asks for that the release has not: one sentence and one way out for each. */
import type { LayerEntry, Release } from "./api";
import { periodName, monthName } from "./format";
import { choicesOf, TITLES } from "./narrowing";
import type { Fix } from "./states";
import { strandsOf } from "./strands";
import { NARROWING, type State } from "./url-state";

export interface Fault {
  text: string;
  fix: Fix;
}

/** The borough by its name or code; undefined when the release has none of it. */
export const boroughOf = (text: string, { boroughs }: Pick<Release, "boroughs">): Release["boroughs"][number] | undefined =>
  boroughs.find(({ code, name }) => code === text || name.toLowerCase() === text.toLowerCase());

export function faultsOf(state: State, release: Release, layers: readonly LayerEntry[]): Fault[] {
  const faults: Fault[] = [];
  const add = (text: string, label: string, patch: Partial<State>): void => void faults.push({ text, fix: { label, patch } });
  const strands = new Set(release.strands.map((s) => s.id));
  const strange = strandsOf(state.strand).filter((id) => !strands.has(id));
  if (strange.length > 0) add(`This release has no strand “${strange.join("”, “")}”.`, "Show all strands", { strand: "all", hotspot: null });
  if (!release.sources.some((s) => s.id === state.source)) add(`There is no source “${state.source}”.`, "Show all but police-generated reports", { source: "reported" });
  if (!layers.some((l) => l.id === state.layer && l.kind !== "outline")) add(`There is no colour “${state.layer}”.`, "Colour by recorded incidents", { layer: "count" });
  if (state.borough !== null && !boroughOf(state.borough, release)) add(`This release has no borough “${state.borough}”.`, `Show all of ${release.study_area}`, { borough: null, hotspot: null });
  const held = (month: string | null): boolean => month === null || (month >= release.months.from && month <= release.months.to);
  const outside = [...new Set([state.from, state.to])].filter((month) => !held(month)).map((month) => monthName(month ?? ""));
  if (outside.length > 0) add(`This release holds ${periodName(release.months)}, and not ${outside.join(" or ")}.`, `Show ${periodName(release.window)}`, { from: null, to: null });
  const known = new Map(choicesOf(release, true));
  for (const key of NARROWING) {
    const ids = new Set(known.get(key)?.map((c) => c.id));
    const odd = state[key] === "all" ? [] : state[key].split(",").filter((id) => !ids.has(id));
    if (odd.length > 0) add(`This release has no “${odd.join("”, “")}” under ${TITLES[key].toLowerCase()}.`, `Show every ${TITLES[key].toLowerCase()}`, { [key]: "all" });
  }
  for (const [key, whole] of new URLSearchParams(state.unread)) {
    const text = whole.length > 40 ? `${whole.slice(0, 40)} …` : whole;
    if (key === "versus") add(`“${text}” is no period to compare with: that is year, before, or two months such as 2024-11.2025-10.`, "Compare with nothing", { versus: null, unread: "" });
    else if (key === "area") add(`“${text}” is no area: that is three corners or more.`, "Show no area", { area: null, unread: "" });
    else add(`“${text}” is no month: those are such as ${release.months.to}.`, `Show ${periodName(release.window)}`, { from: null, to: null, unread: "" });
  }
  return faults;
}
