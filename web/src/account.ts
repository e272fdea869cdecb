/** What the figures rest on: the class of the data, the account of every row, the date of knowledge. */
import type { Release } from "./api";
import { h } from "./dom";
import { referenceName } from "./headline";
import { inLondon } from "./map-base";
import { dayName, integer, periodName } from "./format";

/** What the base map and the postcodes are made from. */
export const ATTRIBUTION = "Contains National Statistics data, OS data and Royal Mail data, each © Crown copyright or Royal Mail copyright and database right 2015 and 2025, under the Open Government Licence v3.0.";

/** The line at the top of every page. */
export function marking(release: Release): { className: string; lead: string; text: string } {
  switch (release.class) {
    case "synthetic":
      return { className: "marking-synthetic", lead: "SYNTHETIC DATA — about nobody.", text: "Every incident was made up by a simulation: good for trying the program, not for any decision." };
    case "open":
      return { className: "marking-open", lead: "Open data", text: `— ${release.licence ?? "licence not stated"}` };
    case "restricted":
      return { className: "marking-restricted", lead: "RESTRICTED DATA", text: "— for those cleared to see it." };
  }
}

export function drawMarking(node: HTMLElement, release: Release): void {
  const { className, lead, text } = marking(release);
  node.className = `marking ${className}`;
  node.replaceChildren(h("strong", {}, lead), ` ${text}`);
  node.hidden = false;
}

/** `66,213 rows = 62,000 mapped + … + 15 rejected`; says so when it does not add up. */
export function reconciliationLine({ rows, mapped, area_only, online, no_place, rejected }: Release["reconciliation"]): string {
  const line = `${integer(rows)} rows = ${integer(mapped)} mapped + ${integer(area_only)} known to an area only + ${integer(online)} online + ${integer(no_place)} without a place + ${integer(rejected)} rejected`;
  return mapped + area_only + online + no_place + rejected === rows ? line : `${line} — DOES NOT ADD UP`;
}

/** What was kept off the map so that it points at nobody. */
export function personLine({ possible, mapped, victims_known, withheld }: Release["person_check"]): string {
  if (!possible) return " Whether a hotspot depends on one victim cannot be told: no record has a victim's pseudonym.";
  const known = mapped > 0 ? Math.round((100 * victims_known) / mapped) : 0;
  return ` Withheld from every place, because a hotspot would have rested on one victim, reporter or address: ${integer(withheld)} of ${integer(mapped)} (a victim is known for ${known}%). They count for their borough.`;
}

export function drawAccount(node: HTMLElement, release: Release): void {
  const outside = release.outside > 0 ? ` ${integer(release.outside)} of the mapped lie outside the study area and are not on the map.` : "";
  node.replaceChildren(
    h("p", {}, h("strong", {}, "Every row accounted for: "), `${reconciliationLine(release.reconciliation)}.${outside}${personLine(release.person_check)}`),
    h(
      "p",
      {},
      `${release.study_area}, as known on ${dayName(release.as_known_on)}. Months held: ${periodName(release.months)}. `,
      `A hotspot is a place whose rate is taken to be above ${release.threshold} times that of the study area: ranked by probability, listed as far as at most 1 in 20 is expected to be wrong. Estimates from few incidents are drawn towards 1; the expected number follows the ${referenceName(release.reference)}. `,
      "Release ",
      h("code", {}, release.id),
      ".",
    ),
    inLondon(release.bounds) ? h("p", {}, `Base map and postcodes: ${ATTRIBUTION}`) : "",
  );
}
