/** Strands: one, several or all of them; how they nest, and whose hotspots stand beside them. */
import type { Release, StrandEntry } from "./api";
import type { State } from "./url-state";

type Strands = Pick<Release, "strands">;

/** Strands in reading order, each with its depth: a strand whose parent is not listed stands at the top. */
export function nested(strands: readonly StrandEntry[]): { strand: StrandEntry; depth: number }[] {
  const listed = new Set(strands.map((s) => s.id));
  const under = (parent: string | null, depth: number): { strand: StrandEntry; depth: number }[] =>
    strands
      .filter((s) => s.id !== "all" && (s.parent !== null && listed.has(s.parent) ? s.parent : null) === parent)
      .flatMap((strand) => [{ strand, depth }, ...under(strand.id, depth + 1)]);
  const all = strands.filter((s) => s.id === "all").map((strand) => ({ strand, depth: 0 }));
  return [...all, ...under(null, 0)];
}

/** The strands that are chosen; none for all records. */
export const strandsOf = (value: string): string[] => (value === "all" ? [] : value.split(","));

/** The strands above one, nearest first. */
export function above(id: string, { strands }: Strands): string[] {
  const parent = strands.find((s) => s.id === id)?.parent ?? null;
  return parent === null ? [] : [parent, ...above(parent, { strands })];
}

/** The value of some strands in reading order: one stands for those that lie in it; none is all records. */
export function valueOfStrands(ids: ReadonlySet<string>, release: Strands): string {
  const kept = nested(release.strands).map(({ strand }) => strand.id).filter((id) => ids.has(id) && !above(id, release).some((parent) => ids.has(parent)));
  return kept.length === 0 ? "all" : kept.join(",");
}

export const strandName = (release: Strands, id: string): string => (release.strands.find((s) => s.id === id)?.label ?? id).toLowerCase();

/** `race or disability`, for a sentence. */
export const strandLabel = (release: Strands, value: string): string => (value === "all" ? "all strands" : strandsOf(value).map((id) => strandName(release, id)).join(" or "));

/** The strand whose hotspots are shown: hotspots are found for one strand at a time, or for all records. */
export function hotspotStrand({ strand }: Pick<State, "strand">, { strands }: Strands): string {
  return strands.some((s) => s.id === strand && s.analysed) ? strand : "all";
}

/** Why the hotspots are those of all strands, though fewer are counted; null when they are not. */
export function whyAllStrands(state: Pick<State, "strand">, release: Strands): string | null {
  if (hotspotStrand(state, release) === state.strand) return null;
  return strandsOf(state.strand).length > 1 ? "they are found for one strand at a time" : `this release has none of ${strandLabel(release, state.strand)} alone`;
}

/** That the hotspots are those of other records than the ones that are counted, and why; null when they are not. */
export function hotspotsNote(state: Pick<State, "strand">, release: Strands): string | null {
  const why = whyAllStrands(state, release);
  return why && `The hotspots outlined and listed are those of all strands: ${why}.`;
}
