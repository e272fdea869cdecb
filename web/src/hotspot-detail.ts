/** The panel of one hotspot: what was found, how sure it is, what it is made of, what it does not mean. */
import type { Hotspot, HotspotsAnswer, Release } from "./api";
import { h, svg } from "./dom";
import { drawEvidence } from "./evidence";
import { counted, decimal, integer, monthName, monthsOf, periodName, probability } from "./format";
import { nested } from "./strands";
import { hasStrands, referenceName } from "./headline";
import { unitName } from "./legend";

/** A position from 0 to 1 on a logarithmic axis. */
export function logPosition(value: number, min: number, max: number): number {
  const position = Math.log(value / min) / Math.log(max / min);
  return Math.min(1, Math.max(0, position));
}

/** Ends of the interval bar: always holds "as expected", the threshold and the whole interval. */
export function intervalAxis(spot: Pick<Hotspot, "ratio_lo" | "ratio_hi">, threshold: number): [number, number] {
  return [Math.min(0.5, spot.ratio_lo / 1.2), Math.max(threshold * 2, spot.ratio_hi * 1.2)];
}

function intervalBar(spot: Hotspot, threshold: number): SVGSVGElement {
  const [min, max] = intervalAxis(spot, threshold);
  const width = 320;
  const at = (v: number): number => Math.round((8 + logPosition(v, min, max) * (width - 16)) * 10) / 10;
  const tick = (v: number, text: string, y: number): SVGGElement =>
    svg("g", {}, svg("line", { x1: at(v), x2: at(v), y1: 4, y2: 30, class: "tick" }), svg("text", { x: at(v), y, "text-anchor": "middle" }, text));
  const label = `${decimal(spot.ratio)} times expected; 95% interval ${decimal(spot.ratio_lo)} to ${decimal(spot.ratio_hi)}; the rule asks for more than ${threshold}`;
  return svg(
    "svg",
    { viewBox: `0 0 ${width} 44`, class: "interval-bar", role: "img", "aria-label": label },
    svg("line", { x1: 8, x2: width - 8, y1: 17, y2: 17, class: "axis" }),
    tick(1, "1 = expected", 42),
    tick(threshold, `${threshold}×`, 42),
    svg("line", { x1: at(spot.ratio_lo), x2: at(spot.ratio_hi), y1: 17, y2: 17, class: "interval-line" }),
    svg("circle", { cx: at(spot.ratio), cy: 17, r: 6, class: "point" }),
  );
}

function sparkline(spot: Hotspot): HTMLElement {
  const months = monthsOf(spot.period);
  const most = Math.max(1, ...spot.months);
  const step = 320 / Math.max(1, months.length);
  const bars = svg("g");
  months.forEach((month, i) => {
    const n = spot.months[i] ?? 0;
    const height = (n / most) * 52;
    bars.append(
      svg("rect", { x: i * step + step * 0.12, y: 66 - height, width: step * 0.76, height, class: "bar" }, svg("title", {}, `${monthName(month)}: ${n}`)),
      svg("text", { x: (i + 0.5) * step, y: Math.max(10, 62 - height), "text-anchor": "middle" }, n),
    );
  });
  const highest = months[spot.months.indexOf(most)];
  const label = `Incidents by month: ${integer(spot.n)} in all, most in ${highest ? monthName(highest) : "no month"} (${most})`;
  const chart = svg("svg", { viewBox: "0 0 320 82", class: "sparkline", role: "img", "aria-label": label }, svg("line", { x1: 0, x2: 320, y1: 66.5, y2: 66.5, class: "axis" }), bars);
  const [first, last] = [months[0], months.at(-1)];
  if (first) chart.append(svg("text", { x: 2, y: 79 }, monthName(first)));
  if (last && last !== first) chart.append(svg("text", { x: 318, y: 79, "text-anchor": "end" }, monthName(last)));
  const rows = h("tbody");
  months.forEach((month, i) => rows.append(h("tr", {}, h("th", { scope: "row" }, monthName(month)), h("td", { class: "number" }, spot.months[i] ?? 0))));
  return h("div", {}, chart, h("details", {}, h("summary", {}, "Figures by month"), h("table", { class: "plain" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Month"), h("th", { scope: "col", class: "number" }, "Incidents"))), rows)));
}

function strandSplit(spot: Hotspot, release: Release): HTMLElement {
  const list = h("ul", { class: "split" });
  for (const { strand, depth } of nested(release.strands)) {
    if (strand.id === "all") continue;
    const n = spot.strands[strand.id];
    // Of published counts by strand it is not known how many are of others too.
    if (n === undefined) continue;
    const bar = h("span", { class: "split-bar" });
    bar.style.width = `${spot.n > 0 ? Math.min(100, (n / spot.n) * 100) : 0}%`;
    list.append(h("li", { class: depth > 0 ? "nested" : null }, h("span", { class: "split-label" }, strand.label), h("span", { class: "split-track", "aria-hidden": "true" }, bar), h("span", { class: "split-n" }, integer(n))));
  }
  return list;
}

/** What became of a hotspot since the release before, in words. */
export function lifecycle({ change, of, first_seen, review, period }: Pick<Hotspot, "change" | "of" | "first_seen" | "review" | "period">): string {
  const parts = of.length > 0 ? ` ${of.join(" and ")}` : "";
  const words = {
    first: "This is the first release here: nothing to compare with",
    new: "New in this release",
    continued: "As in the release before",
    grew: "Larger than in the release before",
    shrank: "Smaller than in the release before",
    split: parts ? `Came apart from${parts}` : "Came apart: a part of it is a hotspot of its own now",
    merged: `Took in${parts}`,
  }[change];
  const since = first_seen === period.to ? "" : `; first seen in the release of ${monthName(first_seen)}`;
  return `${words}${since}. To be reviewed in ${monthName(review)}.`;
}

/** How far the order of this hotspot and the next one on the list hangs on reporting, in words. */
export function orderLine({ order }: Pick<Hotspot, "order">, next: Pick<Hotspot, "rank" | "name"> | null): string {
  if (order === null || next === null) return "It is the last on the list: there is no next one to compare it with.";
  const other = `the next on the list, ${next.rank} (${next.name})`;
  const times = order.factor === null ? "" : `${decimal(order.factor)} times `;
  const start = {
    this: `Its recorded rate (incidents by what is expected) is ${times}that of ${other}.`,
    next: `The list is by incidents above the expected; by recorded rate (incidents by what is expected) ${other}, comes first, with ${times}the rate of this one.`,
    neither: `Its recorded rate (incidents by what is expected) is that of ${other}.`,
  }[order.higher];
  return order.stands
    ? `${start} That order stands until reporting differs between the two by a factor of ${(Math.floor(order.factor_lo * 100) / 100).toFixed(2)}.`
    : `${start} Which of the two rates is the higher is not sure as it is, even if people report alike in both.`;
}

export interface DetailHandlers {
  close(): void;
  choose(id: string): void;
  show(spot: Hotspot): void;
}

/** Draws the panel; `before` and `after` are its neighbours on the list as it is shown, `next` the one that its order is asked against: of the whole list. */
export function drawDetail(node: HTMLElement, spot: Hotspot, release: Release, { threshold, settings }: Pick<HotspotsAnswer, "threshold" | "settings">, neighbours: { before: Hotspot | null; after: Hotspot | null; next: Hotspot | null }, handlers: DetailHandlers): void {
  const step = (label: string, id: string | null): HTMLButtonElement => {
    const button = h("button", { type: "button", class: "small", disabled: id === null }, label);
    if (id !== null) button.addEventListener("click", () => handlers.choose(id));
    return button;
  };
  const close = h("button", { type: "button", class: "small close", "aria-label": "Close and go back to the table" }, "Close ✕");
  close.addEventListener("click", () => handlers.close());
  const show = h("button", { type: "button", class: "small" }, "Show on the map");
  show.addEventListener("click", () => handlers.show(spot));
  const fact = (term: string, ...value: (Node | string)[]): HTMLElement => h("div", {}, h("dt", {}, term), h("dd", {}, ...value));

  node.replaceChildren(
    h("div", { class: "detail-bar" }, step("◀ Previous", neighbours.before?.id ?? null), step("Next ▶", neighbours.after?.id ?? null), show, close),
    h("h2", { tabindex: -1, id: "detail-title" }, h("span", { class: "badge" }, spot.rank), h("span", { class: "visually-hidden" }, ". "), spot.name),
    h("p", { class: "sentence" }, spot.sentence),
    h(
      "dl",
      { class: "facts" },
      fact("Incidents", h("strong", {}, integer(spot.n)), ` in ${periodName(spot.period)}`),
      fact("Expected", `${decimal(spot.expected)} if they followed the ${referenceName(release.reference)}`),
      fact("Rate", `${decimal(spot.per_km2_year)} per km² a year`),
      fact("Name that lasts", h("code", {}, spot.id)),
      fact("Since before", lifecycle(spot)),
      fact("Size", `${spot.area_km2.toFixed(2)} km², ${counted(spot.cells.length, release.resolution === 0 ? "area" : "cell")}`),
    ),
    h("div", { id: "detail-change" }),
    h("h3", {}, `${decimal(spot.ratio)} times expected`, h("span", { class: "muted" }, ` (95% interval ${decimal(spot.ratio_lo)} to ${decimal(spot.ratio_hi)})`)),
    intervalBar(spot, threshold),
    h("p", { class: "muted" }, `Probability that the rate is above ${threshold} times the expected: ${probability(spot.probability)}.`),
    ...drawEvidence(spot, settings, threshold, unitName(release.resolution)),
    h("h3", {}, "Does its place on the list hang on reporting?"),
    h("p", { class: "order" }, orderLine(spot, neighbours.next)),
    h("div", { id: "detail-time" }, h("h3", {}, "Incidents by month"), sparkline(spot)),
    ...(hasStrands(release)
      ? [h("h3", {}, "By strand"), strandSplit(spot, release), h("p", { class: "muted" }, "Strands overlap: one incident can have several, so these can add up to more than the total.")]
      : []),
    h("div", { id: "detail-resources" }),
    h("h3", {}, "Go on"),
    h(
      "ul",
      { class: "go-on" },
      h("li", {}, h("a", { href: `/hotspot/${encodeURIComponent(spot.id)}?${new URLSearchParams({ release: release.id })}` }, "One sheet of paper to print, with its resources")),
      h("li", {}, h("a", { href: `/challenge?${new URLSearchParams({ release: release.id, level: "hotspot" })}#list` }, "Resources and need of all hotspots, and how to question them")),
    ),
    h("div", { id: "detail-records" }),
    h("p", { class: "muted" }, "Peak ", release.resolution === 0 ? "area" : "cell", ": ", h("code", {}, spot.peak)),
    h(
      "div",
      { class: "caveat" },
      h("h3", {}, "What it does not mean"),
      h(
        "p",
        {},
        hasStrands(release)
          ? "These are recorded reports, not all hate crime: most is never reported, and reporting differs between communities and places. A hotspot says where reports gather; it says nothing of the people who live there, nor why. A place without a hotspot is not a place without hate crime."
          : "These are recorded reports, not every incident. A hotspot says where reports gather; it says nothing of the people who live there, nor why.",
      ),
    ),
  );
}
