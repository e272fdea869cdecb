/** The part of the panel that tells a hotspot's story: its months, what follows what, when in the week, and beside which events. */
import type { Attribution, History, Hotspot, HotspotStory, Month } from "./api";
import { h, svg } from "./dom";
import { counted, dayName, decimal, integer, monthName, monthsOf, percent, periodName } from "./format";

const list = (words: readonly string[]): string => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** In how many months something happened. */
export function presentLine({ present, reasons, months }: Pick<History, "present" | "reasons" | "months">): string {
  if (!present) return `In how many months: cannot be said, ${reasons.present ?? "not asked"}.`;
  const span = months ? ` (${periodName(months)})` : "";
  return `Present in ${present.months} of ${counted(present.of, "month")}${span}; the first with an incident is ${monthName(present.first)}, the last ${monthName(present.last)}.`;
}

const COURSES: Record<string, string> = {
  new: "# in the last month for the first time",
  consecutive: "# in an unbroken run of months up to the last, and not before",
  intensifying: "nearly always #, and more and more so",
  persistent: "nearly always #, without a trend",
  diminishing: "nearly always #, but less and less so",
  sporadic: "# on and off",
  oscillating: "# in the last month, and the opposite in some month before",
  historical: "nearly always # in earlier months, but not in the last one",
};

/** The emerging pattern in plain words. */
export function patternLine({ emerging, reasons }: Pick<History, "emerging" | "reasons">): string {
  if (!emerging) return `Pattern over the months: cannot be said, ${reasons.emerging ?? "not asked"}.`;
  const share = `hot in ${percent(emerging.hot_share)} of the months`;
  const [, course, temperature] = /^(.*)_(hot|cold)$/.exec(emerging.pattern) ?? [];
  const words = course === undefined || temperature === undefined ? undefined : COURSES[course]?.replace("#", temperature);
  return words === undefined ? `Its peak follows no pattern over the months (${share}).` : `Its peak, beside its neighbours, is ${words} (${share}).`;
}

type Signal = NonNullable<History["chart"]>["signals"][number];

/** A signal in words. */
export function signalWords({ rule, side, from, to }: Pick<Signal, "rule" | "side" | "from" | "to">): string {
  const span = from === to ? monthName(from) : `${monthName(from)} to ${monthName(to)}`;
  switch (rule) {
    case "outside":
      return `${span} lies ${side} the ${side === "above" ? "upper" : "lower"} limit`;
    case "run":
      return `${span} all lie ${side} the mean`;
    case "trend":
      return `${span} ${side === "above" ? "rise" : "fall"} month by month`;
    default:
      return `${span} lie near the ${side === "above" ? "upper" : "lower"} limit`;
  }
}

/** What the control chart says. */
export function chartLine({ chart, reasons, counts }: Pick<History, "chart" | "reasons" | "counts">): string {
  if (!chart) return `Whether the last months are unlike those before: cannot be said, ${reasons.chart ?? "not asked"}.`;
  const judged = counts.length - chart.baseline;
  const late = chart.signals.filter((s) => s.late);
  // Counts are whole: the smallest and the largest that lie within the limits.
  const [least, most] = [Math.max(0, Math.ceil(chart.lower)), Math.floor(chart.upper)];
  const limits = least > 0 ? `${integer(least)} to ${integer(most)}` : `up to ${integer(most)}`;
  const usual = `By the ${counted(chart.baseline, "month")} before them (mean ${decimal(chart.center)}), ${limits} a month is nothing unusual.`;
  return late.length === 0
    ? `The last ${counted(judged, "month")} are like those before. ${usual}`
    : `Not like before: ${list(late.map(signalWords))}. ${usual} A signal asks for a look; it is no finding.`;
}

/** How many followed another nearby and soon. */
export function repeatLine({ near_repeats: near, reasons }: Pick<History, "near_repeats" | "reasons">): string {
  if (!near) return `Whether one follows another: cannot be said, ${reasons.near_repeats ?? "not asked"}.`;
  const others = near.not_judged > 0 ? ` Of ${integer(near.not_judged)} more it cannot be said: no exact day or place, or in the first days.` : "";
  return `${integer(near.repeats)} of ${integer(near.judged)} followed another within ${integer(near.metres)} m and ${counted(near.days, "day")}; by chance ${decimal(near.by_chance)} would.${others}`;
}

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
const PARTS = ["night", "morning", "afternoon", "evening"] as const;
const HOURS = ["0–6", "6–12", "12–18", "18–24"] as const;

/** When in the week most are. */
export function weekLine({ week, reasons }: Pick<History, "week" | "reasons">): string {
  if (!week) return `When in the week: cannot be said, ${reasons.week ?? "not asked"}.`;
  const flat = week.counts.flat();
  const most = Math.max(...flat);
  const at = flat.flatMap((n, i) => (n === most ? [`${DAYS[Math.floor(i / 4)] ?? ""} ${PARTS[i % 4] ?? ""}`] : []));
  const where = at.length <= 5 ? `most on ${list(at)} (${integer(most)}${at.length > 1 ? " each" : ""})` : "spread over the week";
  return `Of ${counted(week.of, "incident")} ${integer(week.known)} are known to the hour; ${where}.`;
}

/** What of the place is attributed to events. */
export function eventLines(attribution: Attribution | null, { n, period }: Pick<Hotspot, "n" | "period">): string[] {
  if (!attribution) return ["No calendar of events was given: a rise after an attack is not told apart from the place."];
  if (attribution.attributed === null || attribution.reason !== null) return [`What followed events: cannot be said, ${attribution.reason ?? "not asked"}.`];
  if (attribution.by_strands.length === 0) return [`No event of the calendar concerns this place in ${periodName(period)}.`];
  const lines = attribution.by_strands.map(({ events, excess, attributed }) => {
    const names = list(events.map((e) => `${e.name} (${dayName(e.from)})`));
    const more = excess.excess < 0 ? `${decimal(-excess.excess)} fewer` : `${decimal(excess.excess)} more`;
    const interval = `95% interval ${decimal(excess.lo)} to ${decimal(excess.hi)}`;
    const verdict = attributed > 0 ? "The excess is attributed to events." : "That is too little to tell from chance: nothing is attributed.";
    return `${integer(excess.observed)} fell in the ${counted(excess.days, "day")} of and after ${names}, ${more} than on as many other days (${interval}). ${verdict}`;
  });
  if (attribution.attributed > 0) {
    const still = attribution.only_by_events ? "would no longer be" : "would still be";
    lines.push(`So about ${decimal(attribution.attributed)} of ${integer(n)} belong to events; without them the place ${still} a hotspot (${integer(attribution.without ?? 0)} left).`);
  }
  return lines;
}

interface Column {
  month: Month;
  n: number;
  /** Since the last recording break: compared with the others, and what the limits are for. */
  compared: boolean;
}

/** Months of the chart: those of the history, and before a break those of the window. */
export function columnsOf(spot: Pick<Hotspot, "months" | "period">, history: Pick<History, "months" | "counts"> | null): Column[] {
  const window = monthsOf(spot.period).map((month, i) => ({ month, n: spot.months[i] ?? 0, compared: false }));
  if (!history?.months) return window;
  const since = monthsOf(history.months).map((month, i) => ({ month, n: history.counts[i] ?? 0, compared: true }));
  const first = since[0]?.month ?? "";
  return [...window.filter(({ month }) => month < first), ...since];
}

function monthChart(spot: Hotspot, history: History): HTMLElement {
  const columns = columnsOf(spot, history);
  const chart = history.chart;
  const step = 320 / Math.max(1, columns.length);
  const most = Math.max(1, ...columns.map((c) => c.n), chart?.upper ?? 0);
  const up = (n: number): number => Math.round((72 - (Math.max(0, n) / most) * 58) * 10) / 10;
  const start = columns.findIndex((c) => c.compared) * step;
  const judged = chart ? columns.length - (history.counts.length - chart.baseline) : columns.length;
  const drawing = svg("g");
  columns.forEach(({ month, n, compared }, i) => {
    const kind = compared ? (i >= judged ? "bar judged" : "bar") : "bar apart";
    drawing.append(svg("rect", { x: i * step + step * 0.1, y: up(n), width: step * 0.8, height: 72 - up(n), class: kind }, svg("title", {}, `${monthName(month)}: ${n}`)));
    if (columns.length <= 16) drawing.append(svg("text", { x: (i + 0.5) * step, y: up(n) - 2, "text-anchor": "middle" }, n));
  });
  if (chart) {
    const line = (value: number, kind: string): SVGLineElement => svg("line", { x1: start, x2: 320, y1: up(value), y2: up(value), class: kind });
    drawing.append(line(chart.center, "centre-line"), line(chart.upper, "limit-line"));
    if (chart.lower > 0) drawing.append(line(chart.lower, "limit-line"));
  }
  if (history.after && start > 0) drawing.append(svg("line", { x1: start, x2: start, y1: 2, y2: 78, class: "break-line" }));
  const [first, last] = [columns[0]?.month, columns.at(-1)?.month];
  const label = `Incidents by month, ${first ? monthName(first) : ""} to ${last ? monthName(last) : ""}: the figures are in the table below`;
  const picture = svg("svg", { viewBox: "0 0 320 90", class: "month-chart", role: "img", "aria-label": label }, svg("line", { x1: 0, x2: 320, y1: 72.5, y2: 72.5, class: "axis" }), drawing);
  if (first) picture.append(svg("text", { x: 2, y: 87 }, monthName(first)));
  if (last && last !== first) picture.append(svg("text", { x: 318, y: 87, "text-anchor": "end" }, monthName(last)));
  const rows = h("tbody");
  for (const { month, n, compared } of columns) {
    rows.append(h("tr", {}, h("th", { scope: "row" }, monthName(month)), h("td", { class: "number" }, n), h("td", {}, compared ? "" : "before the break: not compared")));
  }
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Month"), h("th", { scope: "col", class: "number" }, "Incidents"), h("th", { scope: "col" }, "Remark")));
  return h("div", {}, picture, key(history, start > 0), h("details", {}, h("summary", {}, "Figures by month"), h("table", { class: "plain" }, head, rows)));
}

/** What the lines and shades are. */
function key({ chart, after }: History, broken: boolean): HTMLElement {
  const part = (kind: string, text: string): HTMLElement => h("li", {}, h("span", { class: `key ${kind}`, "aria-hidden": "true" }), text);
  return h(
    "ul",
    { class: "month-key" },
    chart ? part("key-limit", "limits") : null,
    chart ? part("key-centre", "mean before") : null,
    chart ? part("key-judged", "months judged by those before") : null,
    broken && after ? part("key-break", "recording changed: not compared across") : null,
  );
}

/** A seven by four table whose shade follows the number. */
function weekTable(week: NonNullable<History["week"]>): HTMLElement {
  const most = Math.max(1, ...week.counts.flat());
  const head = h("tr", {}, h("th", { scope: "col" }, "Day"), ...PARTS.map((part, i) => h("th", { scope: "col", class: "number" }, capital(part), h("span", { class: "hours" }, ` ${HOURS[i] ?? ""}`))));
  const rows = h("tbody");
  week.counts.forEach((parts, day) => {
    rows.append(h("tr", {}, h("th", { scope: "row" }, DAYS[day] ?? ""), ...parts.map((n) => h("td", { class: `number shade-${Math.ceil((n / most) * 4)}` }, n))));
  });
  return h("table", { class: "plain week" }, h("caption", { class: "visually-hidden" }, "Incidents by day of the week and part of the day"), h("thead", {}, head), rows);
}

/** Fills the story's part of the panel. */
export function drawTime(node: HTMLElement, story: HotspotStory): void {
  const spot = story.properties;
  const { history, attribution } = story;
  const events = h("section", { class: "events-of" }, h("h3", {}, "Beside events"), ...eventLines(attribution, spot).map((line) => h("p", {}, line)));
  if (attribution?.by_strands.length) events.append(h("p", { class: "muted" }, "That incidents fall in the days after an event is a coincidence in time: it proves no cause."));
  if (!history) {
    node.replaceChildren(h("h3", {}, "Over the months"), h("p", {}, "This release was not asked for the story of its places."), events);
    return;
  }
  const before = history.after;
  node.replaceChildren(
    h("h3", {}, "Over the months"),
    monthChart(spot, history),
    before ? h("p", { class: "muted" }, `Not compared across ${before.from ? dayName(before.from) : before.id}: ${before.what ?? "the recording changed."}`) : "",
    h("p", {}, presentLine(history)),
    h("p", {}, patternLine(history)),
    h("p", {}, chartLine(history)),
    h("h3", {}, "Does one follow another?"),
    h("p", {}, repeatLine(history)),
    h("h3", {}, "When in the week"),
    h("p", {}, weekLine(history)),
    history.week ? weekTable(history.week) : "",
    events,
  );
}
