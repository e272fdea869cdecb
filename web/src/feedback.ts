/** Would sending patrols by this map make it come true? The simulated figure of the release, in a sentence and a table. */
import type { Feedback, Release } from "./api";
import { h } from "./dom";
import { counted, percent } from "./format";
import { unitName } from "./legend";

const MAPS: Record<string, string> = {
  all: "All records alike",
  corrected: "Police-generated ones weighted down by the attention there",
  reported: "Without police-generated ones: this map",
};

/** Points of a share, `2.3` or `−0.4`; nothing has no sign. */
export const points = (share: number): string => (share * 100).toFixed(1).replace(/^-0\.0$/, "0.0").replace("-", "−");

/** When a map was locked in, in words. */
export function lockedInWords({ locked, rounds }: { locked: number; rounds: number | null }, runs: number): string {
  if (locked === 0) return `in none of ${runs} runs`;
  return `in ${locked} of ${runs} runs${rounds === null ? "" : `, in the middle after ${counted(rounds, "month")}`}`;
}

/** The line that can be read without opening the section. */
export function feedbackLine(feedback: Feedback | null): string {
  const actual = feedback?.cases[0];
  if (!feedback || !actual) return "cannot tell";
  if (feedback.stated === 0) return "cannot tell: no source is stated";
  if (actual.discovery === 0) return "no record came about by police presence alone";
  return `${points(actual.by_the_loop)} points in ${feedback.rounds} months, by ${percent(actual.discovery)} of records`;
}

/** Draws the section. */
export function drawFeedback(node: HTMLElement, release: Release): void {
  const feedback: Feedback | null = release.feedback;
  const open = node.querySelector("details")?.open ?? false;
  const details = h("details", {}, h("summary", {}, h("h2", {}, "Would patrols make the map come true?"), h("span", { class: "muted" }, ` ${feedbackLine(feedback)}`)));
  details.open = open;
  node.replaceChildren(details);
  if (feedback === null) {
    details.append(h("p", {}, "No place has a reported record in the period, so that there is no map to follow."));
    return;
  }
  const unit = unitName(release.resolution);
  const { runs } = feedback;
  const bodies = feedback.cases.map((one, index) => {
    const share = index === 0 && feedback.stated === 0 ? "As it is cannot be told, since no source is stated: as if none came about by police presence" : index === 0 ? `As it is: ${percent(one.discovery)} of records come about by police presence` : `What if ${percent(one.discovery)} did`;
    const body = h("tbody", {}, h("tr", {}, h("th", { scope: "rowgroup", colspan: 3 }, h("strong", {}, share), `; the loop alone adds ${points(one.by_the_loop)} points`)));
    for (const course of one.maps) {
      const excess = `${points(course.excess)} (${points(course.excess_min)} to ${points(course.excess_max)})`;
      body.append(h("tr", {}, h("th", { scope: "row" }, MAPS[course.map] ?? course.map), h("td", { class: "number" }, excess), h("td", {}, lockedInWords(course, runs))));
    }
    return body;
  });
  const after = `Points of patrols above need after ${feedback.rounds} months: median, lowest and highest of ${runs} runs`;
  const head = h("tr", {}, h("th", { scope: "col" }, "Patrols follow the map of"), h("th", { scope: "col", class: "number" }, after), h("th", { scope: "col" }, `Locked in (${points(feedback.margin)} points above need)`));
  const caption = h(
    "caption",
    {},
    `The ${counted(feedback.top_units, unit)} with the most of the ${counted(feedback.on_map, "record")} on the map, police-generated ones in: ${percent(feedback.need_share)} of the need as estimated from reports, and ${percent(feedback.start_share)} of the patrols at the start. Records fall off after ${counted(feedback.memory, "month")}.`,
  );
  details.append(
    h("p", {}, feedback.sentence),
    h("div", { class: "table-scroll", role: "region", "aria-label": "Table of the simulated patrols", tabindex: 0 }, h("table", { class: "plain" }, caption, h("thead", {}, head), ...bodies)),
    h("p", { class: "muted" }, "A model, not a forecast: patrols are shared out in proportion to the records and nothing else, they find and neither deter nor encourage, and the need does not change."),
  );
}
