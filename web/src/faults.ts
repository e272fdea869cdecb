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
  // What could not be read is named as it stands in the address.
  const unread = new Map([...new URLSearchParams(state.unread)].map(([key, text]) => [key, text.length > 40 ? `${text.slice(0, 40)} …` : text]));
  const unreadOf = (...keys: string[]): string[] => keys.flatMap((key) => unread.get(key) ?? []);
  const strands = new Set(release.strands.map((s) => s.id));
  const odd = (key: string, missing: readonly string[], told: (names: string) => string, label: string, patch: Partial<State>): void => {
    const names = [...unreadOf(key), ...missing];
    if (names.length > 0) add(told(names.join("”, “")), label, { ...patch, ...(unread.has(key) ? { unread: "" } : {}) });
  };
  odd("strand", strandsOf(state.strand).filter((id) => !strands.has(id)), (names) => `This release has no strand “${names}”.`, "Show all strands", { strand: "all", hotspot: null });
  odd("source", release.sources.some((s) => s.id === state.source) ? [] : [state.source], (name) => `There is no source “${name}”.`, "Show all but police-generated reports", { source: "reported" });
  odd("layer", layers.some((l) => l.id === state.layer && l.kind !== "outline") ? [] : [state.layer], (name) => `There is no colour “${name}”.`, "Colour by recorded incidents", { layer: "count" });
  odd("borough", state.borough === null || boroughOf(state.borough, release) ? [] : [state.borough], (name) => `This release has no borough “${name}”.`, `Show all of ${release.study_area}`, { borough: null, hotspot: null });
  const held = (month: string | null): boolean => month === null || (month >= release.months.from && month <= release.months.to);
  const outside = [...new Set([state.from, state.to])].filter((month) => !held(month)).map((month) => monthName(month ?? ""));
  if (outside.length > 0) add(`This release holds ${periodName(release.months)}, and not ${outside.join(" or ")}.`, `Show ${periodName(release.window)}`, { from: null, to: null });
  const known = new Map(choicesOf(release, true));
  for (const key of NARROWING) {
    const ids = new Set(known.get(key)?.map((c) => c.id));
    const title = TITLES[key].toLowerCase();
    odd(key, state[key] === "all" ? [] : state[key].split(",").filter((id) => !ids.has(id)), (names) => `This release has no “${names}” under ${title}.`, `Show every ${title}`, { [key]: "all" });
  }
  for (const text of unreadOf("versus")) add(`“${text}” is no period to compare with: that is year, before, or two months such as 2024-11.2025-10.`, "Compare with nothing", { versus: null, unread: "" });
  for (const text of unreadOf("area")) add(`“${text}” is no area: that is three corners or more.`, "Show no area", { area: null, unread: "" });
  const view = ["lon", "lat", "zoom"].flatMap((key) => (unread.has(key) ? [`${key}=${unread.get(key) ?? ""}`] : []));
  if (view.length > 0) add(`“${view.join("&")}” is no part of the map: that takes a longitude, a latitude from -85 to 85 and a zoom from 0 to 24.`, `Show all of ${release.study_area}`, { view: null, unread: "" });
  for (const text of unreadOf("from", "to")) add(`“${text}” is no month: those are such as ${release.months.to}.`, `Show ${periodName(release.window)}`, { from: null, to: null, unread: "" });
  return faults;
}
