/** The Chart view: hotspots ranked, each a dot with its interval, and the months of what is filtered. Both say in figures what they draw. */
import type { BoroughsAnswer, Hotspot, HotspotsAnswer, Month, Release } from "./api";
import { h, svg } from "./dom";
import { mark } from "./evidence";
import { counted, decimal, integer, monthName, periodName } from "./format";
import { logPosition } from "./hotspot-detail";
import { breakTicks } from "./month-range";

/** Hotspots drawn at first. */
const FIRST = 40;

/** One axis for all rows: holds "as expected" and every interval, between powers of ten or their halves. */
export function sharedAxis(spots: readonly Pick<Hotspot, "ratio_lo" | "ratio_hi">[], threshold: number): [number, number] {
  const lo = Math.min(0.5, ...spots.map((s) => s.ratio_lo));
  const hi = Math.max(threshold * 2, ...spots.map((s) => s.ratio_hi));
  const nice = (value: number, round: (v: number) => number): number => {
    const power = 10 ** Math.floor(Math.log10(value));
    const step = [1, 2, 5, 10].map((m) => m * power);
    return round === Math.floor ? (step.filter((v) => v <= value * 1.000001).at(-1) ?? power) : (step.find((v) => v >= value * 0.999999) ?? power * 10);
  };
  return [Math.max(0.05, nice(Math.max(lo, 0.05), Math.floor)), nice(hi, Math.ceil)];
}

/** Marks of a logarithmic axis: 1, 2 and 5 of every power of ten inside it. */
export function axisMarks([min, max]: readonly [number, number]): number[] {
  const marks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(min)); power <= max; power *= 10) for (const m of [1, 2, 5]) if (m * power >= min * 0.999 && m * power <= max * 1.001) marks.push(Number((m * power).toPrecision(1)));
  return marks;
}

const WIDTH = 400;

const x = (value: number, [min, max]: readonly [number, number]): number => Math.round((6 + logPosition(value, min, max) * (WIDTH - 12)) * 10) / 10;

function row(spot: Hotspot, axis: readonly [number, number], threshold: number, choose: (id: string) => void): HTMLElement {
  const name = h("button", { type: "button", class: "link" }, spot.name);
  name.addEventListener("click", () => choose(spot.id));
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} 22`, preserveAspectRatio: "none", class: `dot-row dot-${spot.evidence}`, "aria-hidden": "true" },
    svg("line", { x1: x(1, axis), x2: x(1, axis), y1: 0, y2: 22, class: "as-expected" }),
    svg("line", { x1: x(threshold, axis), x2: x(threshold, axis), y1: 0, y2: 22, class: "asked-for" }),
    svg("line", { x1: x(spot.ratio_lo, axis), x2: x(spot.ratio_hi, axis), y1: 11, y2: 11, class: "interval-line" }),
    svg("line", { x1: x(spot.ratio, axis), x2: x(spot.ratio, axis), y1: 4, y2: 18, class: "dot" }),
  );
  return h(
    "tr",
    { "data-id": spot.id },
    h("td", { class: "number" }, spot.rank),
    h("th", { scope: "row" }, name),
    h("td", { class: "dot-cell" }, drawing),
    h("td", { class: "number" }, decimal(spot.ratio), h("span", { class: "interval" }, ` ${decimal(spot.ratio_lo)} to ${decimal(spot.ratio_hi)}`)),
    h("td", { class: "number" }, integer(spot.n)),
    h("td", {}, mark(spot.evidence)),
  );
}

/** Hotspots by rank; `whole` draws all of them. */
export function rankedChart(answer: HotspotsAnswer, whole: boolean, choose: (id: string) => void, more: () => void): HTMLElement {
  const spots = answer.features.map((f) => f.properties).sort((a, b) => a.rank - b.rank);
  const first = spots[0];
  if (!first) return h("section", {}, h("h2", {}, "Hotspots"), h("p", {}, answer.verdict === "cannot_tell" ? "Too few incidents to tell hotspots: there is nothing to draw." : "There is no hotspot to draw."));
  const shown = whole ? spots : spots.slice(0, FIRST);
  const axis = sharedAxis(shown, answer.threshold);
  const scale = svg("svg", { viewBox: `0 0 ${WIDTH} 18`, preserveAspectRatio: "none", class: "dot-axis", "aria-hidden": "true" }, ...axisMarks(axis).map((v) => svg("line", { x1: x(v, axis), x2: x(v, axis), y1: 12, y2: 18, class: "tick" })));
  const marks = h("div", { class: "dot-marks", "aria-hidden": "true" });
  for (const value of axisMarks(axis)) {
    const label = h("span", {}, String(value));
    label.style.left = `${(x(value, axis) / WIDTH) * 100}%`;
    marks.append(label);
  }
  const head = (text: string, numeric: boolean, ...rest: Node[]): HTMLElement => h("th", { scope: "col", class: numeric ? "number" : null }, text, ...rest);
  const button = h("button", { type: "button", class: "small" }, `Draw all ${integer(spots.length)}`);
  button.addEventListener("click", more);
  return h(
    "section",
    { class: "ranked" },
    h("h2", {}, `Hotspots by rank: how many times the expected rate, with 95% interval`),
    h(
      "p",
      {},
      `${counted(shown.length, "hotspot")}${shown.length < spots.length ? ` of ${integer(spots.length)}` : ""}, ${periodName(first.period)}. The upright stroke is the estimate, the bar its interval; the dashed line is “as expected” (1), the dotted line what the rule asks for (${answer.threshold}). Every step of the axis multiplies. The rank is by incidents above the expected, so that the strokes do not fall in order.`,
    ),
    h(
      "div",
      { class: "chart-scroll", tabindex: 0, role: "region", "aria-label": "Chart of hotspots" },
      h(
        "table",
        { class: "plain dots" },
        h("thead", {}, h("tr", {}, head("Rank", true), head("Place", false), h("th", { scope: "col", class: "dot-cell" }, "Times expected", marks, scale), head("Figure", true), head("Incidents", true), head("Evidence", false))),
        h("tbody", {}, ...shown.map((spot) => row(spot, axis, answer.threshold, choose))),
      ),
    ),
    shown.length < spots.length ? button : null,
  );
}

/** One month of what is filtered: everything recorded, and what of it lies in a borough. */
export interface MonthCount {
  month: Month;
  total: number;
  placed: number;
}

/** A month's figures out of its table of boroughs. */
export const monthCount = ({ from, total, rows, elsewhere }: Pick<BoroughsAnswer, "from" | "total" | "rows" | "elsewhere">): MonthCount => ({
  month: from,
  total,
  placed: rows.reduce((sum, r) => sum + r.n, elsewhere),
});

/** The highest and the lowest month, in a sentence that says no more than the figures. */
export function seriesLine(series: readonly MonthCount[]): string {
  const first = series[0];
  const last = series.at(-1);
  if (!first || !last) return "";
  const total = series.reduce((sum, m) => sum + m.total, 0);
  if (series.length === 1) return `${counted(total, "recorded incident")} in ${monthName(first.month)}.`;
  const most = series.reduce((a, b) => (b.total > a.total ? b : a));
  const least = series.reduce((a, b) => (b.total < a.total ? b : a));
  return `${counted(total, "recorded incident")} in ${counted(series.length, "month")}: most in ${monthName(most.month)} (${integer(most.total)}), fewest in ${monthName(least.month)} (${integer(least.total)}). Single months go up and down by chance.`;
}

/** Columns by month with the breaks of the series, and the same as a table. */
export function seriesChart(series: readonly MonthCount[], release: Release, what: string): HTMLElement {
  const [first, last] = [series[0], series.at(-1)];
  if (!first || !last) return h("section", { class: "series" });
  const step = 720 / series.length;
  const most = Math.max(1, ...series.map((m) => m.total));
  const up = (n: number): number => Math.round((100 - (n / most) * 80) * 10) / 10;
  const drawing = svg("g");
  series.forEach(({ month, total }, i) => {
    drawing.append(svg("rect", { x: i * step + step * 0.12, y: up(total), width: step * 0.76, height: 100 - up(total), class: "bar" }, svg("title", {}, `${monthName(month)}: ${integer(total)}`)));
    if (series.length <= 18) drawing.append(svg("text", { x: (i + 0.5) * step, y: up(total) - 4, "text-anchor": "middle" }, integer(total)));
  });
  const span = { from: first.month, to: last.month };
  const breaks = breakTicks({ breaks: release.breaks, months: span });
  // The ticks' share runs from the middle of the first month to that of the last.
  for (const { at, day } of breaks) {
    const place = step / 2 + at * (720 - step);
    const right = at > 0.8;
    drawing.append(svg("line", { x1: place, x2: place, y1: 2, y2: 104, class: "break-line" }), svg("text", { x: place + (right ? -4 : 4), y: 9, "text-anchor": right ? "end" : "start", class: "break-text" }, `! break, ${monthName(day)}`));
  }
  const picture = svg("svg", { viewBox: "0 0 720 118", class: "series-chart", role: "img", "aria-label": `Recorded incidents by month, ${periodName(span)}: the figures are in the table below` }, svg("line", { x1: 0, x2: 720, y1: 100.5, y2: 100.5, class: "axis" }), drawing);
  picture.append(svg("text", { x: 2, y: 114 }, monthName(first.month)));
  if (series.length > 1) picture.append(svg("text", { x: 718, y: 114, "text-anchor": "end" }, monthName(last.month)));
  const broken = new Map(breaks.map((b) => [b.day.slice(0, 7), b.texts]));
  const rows = series.map(({ month, total, placed }) =>
    h("tr", {}, h("th", { scope: "row" }, monthName(month)), h("td", { class: "number" }, integer(total)), h("td", { class: "number" }, integer(placed)), h("td", { class: "number" }, integer(total - placed)), h("td", {}, broken.has(month) ? "[b] break in the series" : "")),
  );
  const head = ["Month", "Recorded", "Of these with a place or area", "Online or without a place", "Remark"].map((text, i) => h("th", { scope: "col", class: i > 0 && i < 4 ? "number" : null }, text));
  return h(
    "section",
    { class: "series" },
    h("h2", {}, `Month by month: ${what}`),
    h("p", {}, seriesLine(series)),
    h("div", { class: "chart-scroll", tabindex: 0, role: "region", "aria-label": "Chart by month" }, picture),
    ...breaks.flatMap(({ day, texts }) => texts.map((text) => h("p", { class: "muted" }, h("strong", {}, `! ${monthName(day)}: `), text, " Do not compare across it."))),
    h("details", {}, h("summary", {}, "Figures by month"), h("div", { class: "chart-scroll", tabindex: 0, role: "region", "aria-label": "Figures by month" }, h("table", { class: "plain" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)))),
  );
}
