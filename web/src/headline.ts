/** The sentence at the top: what is shown, with its filters in it, and what it found. */
import type { CellsAnswer, Comparison, HotspotsAnswer, Period, Release } from "./api";
import { counted, integer, monthName, percent, periodName } from "./format";
import { comparisonLine } from "./comparison";
import { isNarrowed, narrowedTo } from "./narrowing";
import { hotspotsNote, hotspotStrand, strandLabel, strandName, whyAllStrands } from "./strands";
import type { State } from "./url-state";

/** The period asked for, within the months that the release holds. */
export function periodOf(state: State, release: Release): Period {
  return { from: state.from ?? release.window.from, to: state.to ?? release.window.to };
}

export const isWindow = (period: Period, release: Release): boolean =>
  period.from === release.window.from && period.to === release.window.to;

/** Records without any strand are crimes of every kind, not hate crime. */
export const hasStrands = (release: Release): boolean => release.strands.some((s) => s.id !== "all" && s.n > 0);

export const sourceLabel = (release: Release, id: string): string =>
  (release.sources.find((s) => s.id === id)?.label ?? id).toLowerCase();

/** Whether every record carries a strand; a store may hold crimes of every kind, some of them flagged. */
export const allFlagged = (release: Release): boolean => {
  const n = release.strands.find((s) => s.id === "all")?.n ?? 0;
  const named = new Set(release.strands.map((s) => s.id));
  // Strands that lie in another of the list are counted with it.
  const flagged = release.strands.filter((s) => s.id !== "all" && !named.has(s.parent ?? "")).reduce((sum, s) => sum + s.n, 0);
  return n > 0 && flagged >= n;
};

/** `Recorded hate crime in Camden, race or disability, Nov 2025 – Oct 2026`. */
export function subject(state: State, release: Release): string {
  const hate = allFlagged(release) || (hasStrands(release) && state.strand !== "all");
  const parts = [`${hate ? "Recorded hate crime" : "Recorded incidents"}${state.borough === null ? "" : ` in ${state.borough}`}`];
  if (hasStrands(release)) parts.push(strandLabel(release, state.strand));
  if (state.source !== "reported") parts.push(sourceLabel(release, state.source));
  parts.push(...narrowedTo(state, release), periodName(periodOf(state, release)));
  return parts.join(", ");
}

/** The reference measure in a word: what incidents would follow if nothing drew them together. */
export function referenceName(reference: string): string {
  if (/resident|population/i.test(reference)) return "residents";
  return /area/i.test(reference) ? "area" : reference;
}

/** What the hotspots of the window are: how many, how much they hold, in how little room. */
export function finding(answer: HotspotsAnswer, borough: string | null = null, studyArea = ""): string {
  if (answer.verdict === "cannot_tell") {
    return `cannot tell where hotspots are: ${counted(answer.n, "mapped incident")}, and the rule needs ${integer(answer.minimum ?? 0)}`;
  }
  const spots = answer.features.map((f) => f.properties);
  const there = borough === null ? "" : ` in ${borough}`;
  if (spots.length === 0) return `no hotspot found${there}`;
  const n = spots.reduce((sum, s) => sum + s.n, 0);
  const expected = spots.reduce((sum, s) => sum + s.expected, 0);
  const holds = spots.length === 1 ? "holds" : "hold";
  const clear = spots.filter((s) => s.evidence === "clear").length;
  const whole = borough === null ? "" : ` of ${studyArea}`;
  return `${counted(spots.length, "hotspot")}${there} (${integer(clear)} with clear evidence) ${holds} ${percent(n / answer.n)} of mapped incidents${whole} in ${percent(expected / answer.n)} of ${whole === "" ? "the" : "its"} ${referenceName(answer.reference)}`;
}

/** The whole headline. Hotspots are of the release's window and its reported incidents, and of one strand or all: any other filter says so. */
export function headline(state: State, release: Release, hotspots: HotspotsAnswer | null, cells: CellsAnswer | null, compared: Comparison | null = null): string {
  const period = periodOf(state, release);
  const start = subject(state, release);
  const note = hotspotsNote(state, release);
  if (compared) return `${start}: ${comparisonLine(compared)}${compared.hotspots.length > 0 && note !== null ? `. ${note.replace(/\.$/, "")}` : ""}`;
  if (isWindow(period, release) && state.source === "reported" && !isNarrowed(state) && note === null) {
    return hotspots ? `${start}: ${finding(hotspots, state.borough, release.study_area)}` : start;
  }
  const n = cells ? `: ${counted(cells.n, "incident")} on the map` : "";
  if (!hotspots) return `${start}${n}`;
  if (hotspots.verdict === "cannot_tell") return `${start}${n}. Too few in ${periodName(release.window)} to tell hotspots`;
  const why = whyAllStrands(state, release);
  const all = state.source === "reported" && !isNarrowed(state) ? "" : "all reported incidents of ";
  const strand = hotspotStrand(state, release);
  const named = strand === "all" ? "" : `the strand ${strandName(release, strand)} in `;
  const basis = why === null ? `${all}${named}${periodName(release.window)}` : `all strands in ${periodName(release.window)}: ${why}`;
  const count = hotspots.features.length;
  const inside = state.borough === null ? "" : ` in ${state.borough}`;
  if (count === 0) return `${start}${n}. No hotspot was found${inside} in ${basis}`;
  const there = why === null ? inside : `${inside} outlined and listed`;
  return `${start}${n}. ${count === 1 ? `The hotspot${there} is that` : `The ${integer(count)} hotspots${there} are those`} of ${basis}`;
}

/** One line for each break of the series inside the period. */
export function breaksInside(release: Release, period: Period): string[] {
  return release.breaks
    .filter((b) => b.from.slice(0, 7) > period.from && b.from.slice(0, 7) <= period.to)
    .map((b) => `Break in the series, ${monthName(b.from.slice(0, 7))}: ${b.what}`);
}
