/** How sure a hotspot is: the word, what stands behind it, and how the map tells the words apart. */
import type { Evidence, Hotspot, HotspotsAnswer } from "./api";
import { h, svg } from "./dom";
import { counted, decimal, integer, percent, probability } from "./format";

export interface Word {
  id: Evidence;
  label: string;
  /** What it means, in a line. */
  meaning: string;
  /** Dashes of the outline; none is a whole line. */
  dashes: number[] | null;
}

/** From the strongest; outlines are told apart by their dashes, so that they are with any colour vision and in print. */
export const WORDS: readonly Word[] = [
  { id: "clear", label: "Clear", meaning: "may be relied on: it has all that the policy of this release asks for", dashes: null },
  { id: "weak", label: "Weak", meaning: "look again before anybody is sent: it falls short of what the policy asks for", dashes: [3, 1.6] },
  { id: "cannot_tell", label: "Cannot tell", meaning: "too little is known; do not act on it", dashes: [0.8, 1.8] },
];

export const wordOf = (id: Evidence): Word => WORDS.find((w) => w.id === id) ?? (WORDS[2] as Word);

/** The strongest first. */
export const order = (id: Evidence): number => WORDS.findIndex((w) => w.id === id);

/** How many hotspots have each word, in the order of the words. */
export function countWords(spots: readonly Pick<Hotspot, "evidence">[]): number[] {
  return WORDS.map((word) => spots.filter((s) => s.evidence === word.id).length);
}

/** `155 clear, 152 weak, 43 cannot tell`. */
export function wordsLine(spots: readonly Pick<Hotspot, "evidence">[]): string {
  const n = countWords(spots);
  return WORDS.map((word, i) => `${integer(n[i] ?? 0)} ${word.label.toLowerCase()}`).join(", ");
}

export const mark = (id: Evidence): HTMLElement => h("span", { class: `evidence evidence-${id}` }, wordOf(id).label);

/** The key of the outlines, with the number of each. */
export function drawKey(node: HTMLElement, answer: HotspotsAnswer | null): void {
  const spots = answer?.verdict === "analysed" ? answer.features.map((f) => f.properties) : [];
  node.hidden = spots.length === 0;
  const n = countWords(spots);
  const unsure = spots.filter((s) => s.ratio_lo <= 1).length;
  node.replaceChildren(
    h("span", { class: "key-title" }, "Outlined hotspots, evidence:"),
    ...WORDS.map((word, i) =>
      h(
        "span",
        { class: "key-item", title: word.meaning },
        svg("svg", { viewBox: "0 0 30 8", class: "key-line", "aria-hidden": "true" }, svg("line", { x1: 1, x2: 29, y1: 4, y2: 4, class: `key-${word.id}` })),
        ` ${word.label.toLowerCase()} ${integer(n[i] ?? 0)}`,
      ),
    ),
    ...(unsure > 0 ? [h("span", { class: "key-item" }, h("span", { class: "swatch-small swatch-unsure", "aria-hidden": "true" }), ` lines across: the interval holds “as expected” ${integer(unsure)}`)] : []),
  );
}

/** `2nd to 17th of 16,666 cells`. */
export function rankLine({ lo, hi, of, in_top }: NonNullable<Hotspot["peak_rank"]>, unit: string): string {
  const between = lo === hi ? `the ${integer(lo)}${ordinal(lo)}` : `between the ${integer(lo)}${ordinal(lo)} and the ${integer(hi)}${ordinal(hi)}`;
  return `Its fullest ${unit} is ${between} highest of ${integer(of)} (95% interval), and among the highest 1% with a probability of ${probability(in_top)}.`;
}

function ordinal(n: number): string {
  if (n % 100 >= 11 && n % 100 <= 13) return "th";
  return ["th", "st", "nd", "rd"][n % 10] ?? "th";
}

/** A p value without false precision. */
export const pValue = (p: number): string => (p < 0.001 ? "< 0.001" : p.toFixed(3));

function rates(spot: Hotspot): Node {
  const row = (rate: Hotspot["rates"][number]): HTMLElement => {
    const name = h("th", { scope: "row" }, `per ${rate.unit} a year`, h("span", { class: "muted" }, rate.name));
    if (rate.rate === null || rate.lo === null || rate.hi === null || rate.ratio === null || rate.ratio_lo === null || rate.ratio_hi === null) {
      return h("tr", {}, name, h("td", { colspan: 3 }, "no rate: not a fit denominator here"));
    }
    return h(
      "tr",
      {},
      name,
      h("td", { class: "number" }, decimal(rate.rate), h("span", { class: "interval" }, ` ${decimal(rate.lo)} to ${decimal(rate.hi)}`)),
      h("td", { class: "number" }, decimal(rate.ratio), h("span", { class: "interval" }, ` ${decimal(rate.ratio_lo)} to ${decimal(rate.ratio_hi)}`)),
      h("td", { class: "number" }, probability(rate.probability ?? NaN)),
    );
  };
  const head = (text: string, numeric = true): HTMLElement => h("th", { scope: "col", class: numeric ? "number" : null }, text);
  return h(
    "table",
    { class: "plain rates" },
    h("thead", {}, h("tr", {}, head("Rate", false), head("Here"), head("Times the study area's"), head("P(above)"))),
    h("tbody", {}, ...spot.rates.map(row)),
  );
}

/** The settings that say anything, and in which it is not hot. */
function settingsTable(spot: Hotspot, settings: readonly string[]): Node {
  const rows = settings.map((setting, i) => ({ setting, hot: spot.robustness.holds[i] ?? "-" }));
  const words: Record<string, string> = { "1": "hot", "0": "not hot", "-": "says nothing here" };
  const tbody = h("tbody");
  for (const { setting, hot } of [...rows].sort((a, b) => "01-".indexOf(a.hot) - "01-".indexOf(b.hot))) {
    tbody.append(h("tr", { class: hot === "0" ? "fails" : null }, h("th", { scope: "row" }, setting), h("td", {}, words[hot] ?? "")));
  }
  return h(
    "details",
    {},
    h("summary", {}, spot.robustness.fails.length > 0 ? `Table of settings: not hot in ${integer(spot.robustness.fails.length)}` : "Table of settings"),
    h("table", { class: "plain settings" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "What is done otherwise"), h("th", { scope: "col" }, "This place"))), tbody),
  );
}

/** How the hotspot stands under other settings, in words: the count, and the share that the word goes by. */
export function robustnessLine({ held, said, fails, share }: Pick<Hotspot["robustness"], "held" | "said" | "fails" | "share">): string {
  if (said === 0) return "Not asked under other settings.";
  const weighted = share === null ? "" : ` Weighted by where its incidents are, it is hot in ${percent(share)} of settings.`;
  return `Hot in ${held} of ${said} settings of the analysis${fails.length > 0 ? "." : ", in all that say anything of it."}${weighted}`;
}

/** The start of a sentence that the server says in the middle of one. */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** How well the points of a hotspot are known, in words. */
const precisionLine = ({ precision_words: known }: Pick<Hotspot, "precision_words">): string =>
  known === null ? "How well its points are known is not kept in this release." : `Its points: ${known}.`;

/** The part of the panel that says how sure it is. */
export function drawEvidence(spot: Hotspot, settings: readonly string[], threshold: number, unit: string): Node[] {
  const word = wordOf(spot.evidence);
  const short = spot.short_of_clear.length > 0 ? [h("p", {}, "Not clear because of:"), h("ul", { class: "short" }, ...spot.short_of_clear.map((s) => h("li", {}, s)))] : [];
  const { gi_star, scan, peak_rank } = spot;
  const tests = [
    ...(peak_rank ? [h("li", {}, rankLine(peak_rank, unit))] : []),
    ...(gi_star ? [h("li", {}, `Gi* of its fullest ${unit} and those around it: exact p ${pValue(gi_star.p)}, adjusted for all ${unit}s q ${pValue(gi_star.q)}. It asks whether the surroundings are high, not the place itself, and with so many ${unit}s few pass: it neither makes nor unmakes a hotspot here.`)] : []),
    h(
      "li",
      {},
      scan
        ? `Scan statistic: ${integer(scan.shared)} of its ${counted(spot.n, "incident")} lie in cluster ${integer(scan.cluster)}, a circle with ${integer(scan.n)} incidents where ${decimal(scan.expected)} were expected (p ${pValue(scan.p)}, adjusted for all circles).`
        : "Scan statistic: it lies in no significant circle of up to 1 km.",
    ),
  ];
  return [
    h("h3", {}, "How sure is it? ", mark(spot.evidence)),
    h("p", { class: "muted" }, `${word.label}: ${word.meaning}.`),
    ...short,
    h("p", {}, spot.dependence.startsWith("whether") ? sentence(spot.dependence) : `It ${spot.dependence}.`),
    h("p", {}, robustnessLine(spot.robustness)),
    ...(spot.robustness.said > 0 ? [settingsTable(spot, settings)] : []),
    h("h3", {}, "How good are its records?"),
    h("p", {}, precisionLine(spot), ` Its victim is known by a pseudonym for ${integer(spot.known.victim)}.`),
    h("p", { class: "muted" }, h("a", { href: "/quality" }, "Data quality of all records")),
    h("h3", {}, "Rates by what is at risk"),
    rates(spot),
    h("p", { class: "muted" }, `P(above): probability of more than ${threshold} times the study area's rate. Intervals are 95%; estimates from few incidents are drawn towards the study area's rate.`),
    h("details", {}, h("summary", {}, "Other tests of the same place"), h("ul", {}, ...tests)),
  ];
}
