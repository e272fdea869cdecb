/** What the page says when it is not as it should be: nothing found, slow, an older release. */
import type { HotspotsAnswer, Period, Release } from "./api";
import { dayName, monthName, monthsOf } from "./format";
import { periodOf, sourceLabel } from "./headline";
import { hotspotStrand, strandLabel } from "./strands";
import { isNarrowed } from "./narrowing";
import { NARROWING, type State } from "./url-state";

export interface Fix {
  label: string;
  patch: Partial<State>;
}

/** The one change most likely to find something: a longer period, then without the narrower filters, then every report, then every strand; null when nothing is left to widen. */
export function widen(state: State, release: Release): Fix | null {
  const period = periodOf(state, release);
  const length = (p: Period): number => monthsOf(p).length;
  if (length(period) < length(release.window)) return { label: `Widen to ${length(release.window)} months`, patch: { from: null, to: null } };
  if (isNarrowed(state)) return { label: "Take away the other filters", patch: Object.fromEntries(NARROWING.map((key) => [key, "all"])) };
  if (state.source !== "reported") return { label: `Show ${sourceLabel(release, "reported")}`, patch: { source: "reported" } };
  if (state.borough !== null) return { label: `Show all of ${release.study_area}`, patch: { borough: null, hotspot: null } };
  if (state.strand !== "all") return { label: `Show ${strandLabel(release, "all")}`, patch: { strand: "all", hotspot: null } };
  if (length(period) < length(release.months)) return { label: `Show all ${length(release.months)} months`, patch: { from: release.months.from, to: release.months.to } };
  return null;
}

/** The change that brings hotspots to an empty list; they are of the release's window, so that a period cannot. `whole` is the answer before any choice. */
export function moreHotspots(state: State, release: Release, whole: HotspotsAnswer): Fix | null {
  if (whole.features.length > 0) return state.changed || state.clear ? { label: "Show all hotspots", patch: { changed: false, clear: false } } : null;
  if (state.borough !== null) return { label: `Show all of ${release.study_area}`, patch: { borough: null, hotspot: null } };
  return hotspotStrand(state, release) === "all" ? null : { label: `Show ${strandLabel(release, "all")}`, patch: { strand: "all", hotspot: null } };
}

/** What to say of an older release on the screen; null when it is the newest that is known. */
export function staleLine(shown: Release, newest: Release): string | null {
  if (shown.id === newest.id) return null;
  const others = shown.month === newest.month ? `a newer release of ${monthName(newest.month)}` : `the release of ${monthName(newest.month)}`;
  return `Figures as at ${dayName(shown.as_known_on)} (release ${shown.id}). There is ${others}, as known on ${dayName(newest.as_known_on)}.`;
}

const NAMES: Record<string, string> = { start: "the list of releases", hotspots: "the hotspots", cells: "the colours of the map", boroughs: "the boroughs", events: "the events", silence: "places to engage", story: "the months of the hotspot", series: "the months" };

/** The tasks that take long, in words. */
export const slowLine = (names: readonly string[]): string => `Still waiting for ${names.map((n) => NAMES[n] ?? n).join(", ")}.`;
