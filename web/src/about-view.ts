/** The About view: in words, what is on the screen, where it comes from, how it was worked out and what it cannot say. */
import type { CellsAnswer, Comparison, HotspotsAnswer, LayerEntry, Release } from "./api";
import { reconciliationLine } from "./account";
import { versusOf } from "./comparison";
import { h, type Child } from "./dom";
import { WORDS, wordsLine } from "./evidence";
import { counted, dayName, integer, periodName } from "./format";
import { breaksInside, hasStrands, periodOf, sourceLabel, subject } from "./headline";
import { cellSize, methodAddress } from "./legend";
import { choiceInWords } from "./selection";
import { hotspotsNote } from "./strands";
import { comparedTotals, totalsLine } from "./totals";
import type { State } from "./url-state";

const QUANTITIES: Record<string, (least: number) => string> = {
  incidents: (n) => `at least ${counted(n, "incident")}`,
  stands_without_one: () => "it stands without any one of them",
  probability: (p) => `a probability of at least ${Math.round(p * 100)}% of being above the rule's rate`,
  settings: (n) => `an answer under at least ${counted(n, "other setting")}`,
  robustness: (share) => `hot in at least ${Math.round(share * 100)}% of settings`,
  victims_known_if_restricted: (share) => `a victim known for at least ${Math.round(share * 100)}% of its incidents, where the data are restricted`,
};

/** What a word for the evidence asks for, in words; a quantity without words of its own is named as the server names it. */
export function policyLine({ evidence }: Pick<Release, "evidence">, word: string): string {
  const asks = evidence.thresholds.filter((t) => t.word === word).map(({ quantity, least }) => QUANTITIES[quantity]?.(least) ?? `${quantity} at least ${least}`);
  return asks.length === 0 ? "everything else" : asks.join("; ");
}

/** Why the map is not the whole truth. */
export function limits(release: Release): string[] {
  const { person_check: check, reconciliation: rows } = release;
  const hate = hasStrands(release);
  return [
    hate
      ? "Not how much hate crime there is: these are recorded reports, most is never reported, and reporting differs between communities and places."
      : "Not how much happens: these are recorded reports only.",
    "Not who lives there, nor why: a hotspot says where reports gather.",
    "Not that a place without a hotspot is safe.",
    "Not what will happen: nothing here is a forecast.",
    `Not what has no place: ${integer(rows.online)} online, ${integer(rows.no_place)} without a place and ${integer(rows.area_only)} known to an area only are on no cell.`,
    ...(check.withheld > 0 ? [`Not ${counted(check.withheld, "incident")} withheld from every cell, because a hotspot would have rested on one person or address; they count for their borough.`] : []),
    ...(check.possible ? [] : ["Whether a hotspot rests on one victim: no record has a victim's pseudonym."]),
    ...release.breaks.map(({ from, what }) => `Not a change across ${dayName(from)}: ${what}`),
  ];
}

export interface AboutShown {
  state: State;
  release: Release;
  hotspots: HotspotsAnswer | null;
  cells: CellsAnswer | null;
  compared: Comparison | null;
  layer: LayerEntry | undefined;
}

export function drawAbout(node: HTMLElement, { state, release, hotspots, cells, compared, layer }: AboutShown): void {
  const fact = (term: string, ...value: Child[]): HTMLElement => h("div", {}, h("dt", {}, term), h("dd", {}, ...value));
  const period = periodOf(state, release);
  const spots = hotspots?.features.map((f) => f.properties) ?? [];
  const versus = versusOf(state, release);
  const choice = choiceInWords(state);
  const rates = spots[0]?.rates ?? [];
  const breaks = breaksInside(release, period);
  const note = hotspotsNote(state, release);
  node.replaceChildren(
    h("h2", {}, "About what is shown"),
    h("p", {}, `${subject(state, release)}, ${release.study_area}.`),
    h(
      "dl",
      { class: "facts about-facts" },
      fact("Period of the colours", periodName(period), breaks.length > 0 ? ` – ${breaks.join(" ")}` : null),
      ...(versus ? [fact("Compared with", periodName(versus))] : []),
      fact("Period of the hotspots", `${periodName(release.window)}, always all but police-generated reports`),
      ...(note === null ? [] : [fact("Strand of the hotspots", note)]),
      ...(state.borough === null ? [] : [fact("Borough", `${state.borough}: its own records, in every cell whose middle lies in it or which holds one of them; statistics are those of the whole cell beside all of ${release.study_area}`)]),
      fact("What is counted", compared ? comparedTotals(compared) : cells ? totalsLine(cells, state.borough) : "not loaded", state.source === "reported" ? " Reports of the police alone are not counted." : "", " The table of boroughs and the chart by month add up to all of it."),
      fact("Incidents on the map", cells ? `${integer(cells.n)} in the period, ${cellSize(cells.resolution)}` : "not loaded"),
      fact("Hotspots", hotspots ? (hotspots.verdict === "cannot_tell" ? `cannot tell: ${counted(hotspots.n, "mapped incident")} are too few` : `${counted(spots.length, "hotspot")} among ${counted(hotspots.n, "mapped incident")}: ${wordsLine(spots)}${choice ? `; listed are those ${choice}` : ""}`) : "not loaded"),
      fact("Source of the reports", sourceLabel(release, state.source)),
      fact("Colour", layer?.label ?? state.layer, layer?.definition ? `: ${layer.definition} ` : " ", h("a", { href: methodAddress(layer?.id ?? state.layer) }, "How it is worked out")),
      fact("Method of the colour", layer?.method ?? "not stated"),
      fact("Measured against", release.reference, ...(rates.length > 1 ? [`; rates also by ${rates.slice(1).map((r) => r.name).join("; ")}`] : [])),
      fact("Rule of a hotspot", `a place whose rate is very likely above ${release.threshold} times that of ${release.study_area}, listed as far as at most 1 in 20 is expected to be wrong. `, h("a", { href: methodAddress("hotspots") }, "How hotspots are found")),
      fact("Other settings", hotspots ? `every hotspot was asked for again under ${counted(hotspots.settings.length, "other setting")}` : "not loaded"),
    ),
    h("h3", {}, "Words for the evidence"),
    h("dl", { class: "facts about-facts" }, ...WORDS.map((word) => fact(word.label, `${policyLine(release, word.id)}. `, h("span", { class: "muted" }, `Means: ${word.meaning}.`)))),
    h("p", { class: "muted" }, "Policy ", h("code", {}, release.evidence.version), ". Seeds and numbers of random draws are named in the method of each layer."),
    h("h3", {}, "What the map cannot say"),
    h("ul", { class: "limits" }, ...limits(release).map((text) => h("li", {}, text))),
    h("h3", {}, "Where it comes from"),
    h(
      "dl",
      { class: "facts about-facts" },
      fact("Release", h("code", {}, release.id)),
      fact("As known on", dayName(release.as_known_on)),
      fact("Months held", periodName(release.months)),
      fact("Class of the data", release.class === "synthetic" ? "synthetic: about nobody" : release.class, release.licence ? `; ${release.licence}` : null),
      fact("Every row", reconciliationLine(release.reconciliation), " (all months held and all sources, without any filter)"),
      fact("For programs", h("a", { href: "/openapi.json" }, "description of the interface"), " with its version"),
    ),
  );
}
