/** What narrows the records beside strand, period and source: checkboxes, and a chip for whatever is not at its default. */
import type { Release } from "./api";
import { h } from "./dom";
import { counted, integer, periodName } from "./format";
import { hasStrands, isWindow, periodOf, sourceLabel } from "./headline";
import { above, nested, strandName, strandsOf, valueOfStrands } from "./strands";
import { DEFAULTS, NARROWING, type Narrowing, type State } from "./url-state";

const DAYS: readonly Choice[] = [
  { id: "mon", label: "Monday" },
  { id: "tue", label: "Tuesday" },
  { id: "wed", label: "Wednesday" },
  { id: "thu", label: "Thursday" },
  { id: "fri", label: "Friday" },
  { id: "sat", label: "Saturday" },
  { id: "sun", label: "Sunday" },
];

const HOURS: readonly Choice[] = [
  { id: "night", label: "Night, 00:00 to 05:59" },
  { id: "morning", label: "Morning, 06:00 to 11:59" },
  { id: "afternoon", label: "Afternoon, 12:00 to 17:59" },
  { id: "evening", label: "Evening, 18:00 to 23:59" },
];

export interface Choice {
  id: string;
  label: string;
  /** Incidents of the window, all sources. */
  n?: number;
}

export const TITLES: Record<Narrowing, string> = { offence: "Offence", setting: "Kind of place", outcome: "Outcome", days: "Day of the week", hours: "Time of day" };

/** What can be chosen from; a dimension with a single value narrows nothing and is left out, unless `every` one is asked for, with what is on no map. */
export function choicesOf(release: Release, every = false): [Narrowing, readonly Choice[]][] {
  const { offence, setting, outcome, hour_known } = release.filters;
  // What is online is on no map.
  const places = setting.filter((s) => every || s.id !== "online");
  const week = hour_known > 0;
  const all: [Narrowing, readonly Choice[]][] = [
    ["offence", offence],
    ["setting", places],
    ["outcome", outcome],
    ["days", week || every ? DAYS : []],
    ["hours", week || every ? HOURS : []],
  ];
  return all.filter(([, choices]) => every || choices.length > 1);
}

/** The chosen members in the order of the choices; none chosen, and all chosen, is `all`. */
export function chosen(value: string, choices: readonly Choice[]): Choice[] {
  const ids = new Set(value.split(","));
  return value === "all" ? [] : choices.filter((c) => ids.has(c.id));
}

export function valueOf(ids: ReadonlySet<string>, choices: readonly Choice[]): string {
  const named = choices.filter((c) => ids.has(c.id)).map((c) => c.id);
  return named.length === 0 || named.length === choices.length ? "all" : named.join(",");
}

/** As it stands inside a sentence; what follows a comma in a label explains it. */
const inWords = (key: Narrowing, { label }: Choice): string => {
  const name = label.split(",", 1).join("");
  return key === "days" ? name : name.toLowerCase();
};

/** `street or public place, transport`: what narrows the records, for the headline. */
export function narrowedTo(state: State, release: Release): string[] {
  return choicesOf(release).flatMap(([key, choices]) => {
    const labels = chosen(state[key], choices).map((c) => inWords(key, c));
    return labels.length === 0 ? [] : [labels.join(" or ")];
  });
}

/** Whether anything is chosen that hotspots, which belong to the release, do not follow. */
export const isNarrowed = (state: State): boolean => NARROWING.some((key) => state[key] !== "all");

export interface Chip {
  key: string;
  label: string;
  without: Partial<State>;
}

/** One chip for each filter that is not at its default, with the state without it. */
export function chipsOf(state: State, release: Release): Chip[] {
  const chips: Chip[] = [];
  const period = periodOf(state, release);
  const strands = strandsOf(state.strand);
  for (const id of strands) chips.push({ key: `strand-${id}`, label: `Strand: ${strandName(release, id)}`, without: { strand: valueOfStrands(new Set(strands.filter((other) => other !== id)), release), hotspot: null } });
  if (!isWindow(period, release)) chips.push({ key: "period", label: `Period: ${periodName(period)}`, without: { from: null, to: null } });
  if (state.source !== DEFAULTS.source) chips.push({ key: "source", label: `Source: ${sourceLabel(release, state.source)}`, without: { source: DEFAULTS.source } });
  for (const [key, choices] of choicesOf(release)) {
    for (const { id, label } of chosen(state[key], choices)) {
      const rest = new Set(chosen(state[key], choices).map((c) => c.id));
      rest.delete(id);
      chips.push({ key: `${key}-${id}`, label: `${TITLES[key]}: ${inWords(key, { id, label })}`, without: { [key]: valueOf(rest, choices) } });
    }
  }
  if (state.borough !== null) chips.push({ key: "borough", label: `Borough: ${state.borough}`, without: { borough: null, hotspot: null } });
  return chips;
}

/** Everything at its default but what says where the reader looks. */
export const WITHOUT_FILTERS: Partial<State> = { strand: DEFAULTS.strand, from: null, to: null, source: DEFAULTS.source, offence: "all", setting: "all", outcome: "all", days: "all", hours: "all", borough: null, hotspot: null };

export interface NarrowingHandlers {
  change(patch: Partial<State>): void;
  say(text: string): void;
}

function group(key: Narrowing, choices: readonly Choice[], value: string, handlers: NarrowingHandlers): HTMLElement {
  const now = new Set(chosen(value, choices).map((c) => c.id));
  const box = ({ id, label, n }: Choice): HTMLElement => {
    const input = h("input", { type: "checkbox", id: `${key}-${id}`, checked: now.has(id) });
    input.addEventListener("change", () => {
      if (input.checked) now.add(id);
      else now.delete(id);
      handlers.change({ [key]: valueOf(now, choices) });
    });
    return h("div", { class: "choice" }, input, h("label", { for: `${key}-${id}` }, label, n === undefined ? null : h("span", { class: "muted" }, ` (${integer(n)})`)));
  };
  return h("fieldset", { class: "choices" }, h("legend", {}, TITLES[key]), ...choices.map(box));
}

/** Strands as they nest: a record with any of those ticked counts once. One that is ticked stands for those in it. */
function strandGroup(state: State, release: Release, handlers: NarrowingHandlers): HTMLElement {
  const now = new Set(strandsOf(state.strand));
  const box = ({ strand, depth }: ReturnType<typeof nested>[number]): HTMLElement => {
    const held = above(strand.id, release).some((id) => now.has(id));
    const input = h("input", { type: "checkbox", id: `strand-${strand.id}`, checked: held || now.has(strand.id), disabled: held });
    input.addEventListener("change", () => {
      if (input.checked) now.add(strand.id);
      else now.delete(strand.id);
      const value = valueOfStrands(now, release);
      handlers.change({ strand: value, hotspot: null });
      const count = strandsOf(value).length;
      handlers.say(count === 0 ? "All strands" : counted(count, "strand"));
    });
    const item = h("div", { class: "choice" }, input, h("label", { for: input.id }, strand.label, h("span", { class: "muted" }, ` (${integer(strand.n)}${held ? ", in the one above" : ""})`)));
    item.style.marginInlineStart = `${depth * 1.25}rem`;
    return item;
  };
  const group = nested(release.strands).filter(({ strand }) => strand.id !== "all");
  return h("fieldset", { class: "choices" }, h("legend", {}, "Strand: any of those ticked"), ...group.map(box));
}

/** Draws the disclosure with the checkboxes; it stays open, and the focus stays, over a change. */
export function drawNarrowing(node: HTMLElement, state: State, release: Release, handlers: NarrowingHandlers): void {
  const open = node.querySelector("details")?.open ?? false;
  const focused = node.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const groups = choicesOf(release);
  const active = groups.reduce((sum, [key, choices]) => sum + chosen(state[key], choices).length, strandsOf(state.strand).length) + (state.borough === null ? 0 : 1);
  const known = release.boroughs.map((b) => b.name).sort();
  const names = state.borough === null || known.includes(state.borough) ? known : [...known, state.borough];
  const borough = h("select", { id: "borough", name: "borough" }, h("option", { value: "", selected: state.borough === null }, `All of ${release.study_area}`), ...names.map((name) => h("option", { value: name, selected: name === state.borough }, name)));
  borough.addEventListener("change", () => handlers.change({ borough: borough.value === "" ? null : borough.value, hotspot: null }));
  node.hidden = groups.length === 0 && names.length === 0 && !hasStrands(release);
  node.replaceChildren(
    h(
      "details",
      { class: "narrowing", open },
      h("summary", { id: "narrowing-summary" }, "More filters", active > 0 ? ` (${counted(active, "choice")})` : ""),
      h("p", { class: "muted" }, "Nothing ticked in a group means all of it; a record of several strands counts once. Counts are of the release's months, all sources but under strands. Hotspots are found from all reported records of one strand, or of all, and stay as they are.", names.length > 0 ? ` A borough shows its own records, in every cell whose middle lies in it or which holds one of them; statistics are those of the whole cell beside all of ${release.study_area}.` : ""),
      h(
        "div",
        { class: "choice-groups" },
        names.length > 0 ? h("div", { class: "field" }, h("label", { for: "borough" }, "Borough"), borough) : null,
        hasStrands(release) ? strandGroup(state, release, handlers) : null,
        ...groups.map(([key, choices]) => group(key, choices, state[key], handlers)),
      ),
    ),
  );
  if (focused) document.getElementById(focused)?.focus();
}

/** Draws the chips of what is chosen, each with a button that takes it away. */
export function drawChips(node: HTMLElement, state: State, release: Release, handlers: NarrowingHandlers): void {
  const chips = chipsOf(state, release);
  const focused = [...node.querySelectorAll("button")].findIndex((b) => b === document.activeElement);
  node.hidden = chips.length === 0;
  if (chips.length === 0) {
    node.replaceChildren();
    if (focused >= 0) document.getElementById("narrowing-summary")?.focus();
    return;
  }
  const remove = (label: string, text: string, patch: Partial<State>, say: string): HTMLElement => {
    const button = h("button", { type: "button", class: "chip", "aria-label": label }, text, h("span", { "aria-hidden": "true" }, " ✕"));
    button.addEventListener("click", () => {
      handlers.change(patch);
      handlers.say(say);
    });
    return h("li", {}, button);
  };
  const left = (n: number): string => (n === 0 ? "no filter is left" : `${counted(n, "filter")} left`);
  node.replaceChildren(
    h("span", { class: "chips-title" }, counted(chips.length, "filter"), ":"),
    h(
      "ul",
      { class: "chips-list" },
      ...chips.map(({ label, without }) => remove(`Take away: ${label}`, label, without, `${label} taken away; ${left(chips.length - 1)}`)),
      chips.length > 1 ? remove("Take away all filters", "All", WITHOUT_FILTERS, "All filters taken away") : null,
    ),
  );
  if (focused >= 0) (node.querySelectorAll("button")[Math.min(focused, node.querySelectorAll("button").length - 1)] ?? node).focus();
}
