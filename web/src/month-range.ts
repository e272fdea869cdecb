/** The months shown: two thumbs on one track, steps, and a play-back that stops at the end. Every part of it is a native control. */
import type { Month, Period, Release } from "./api";
import { h } from "./dom";
import { counted, dayName, monthName, monthsOf, periodName, plusMonths } from "./format";

/** A period moved by whole months; null when it would leave the months that are there. */
export function shifted({ from, to }: Period, months: Period, by: number): Period | null {
  const moved = { from: plusMonths(from, by), to: plusMonths(to, by) };
  return moved.from < months.from || moved.to > months.to ? null : moved;
}

/** A period from two chosen ends; the end that was not just moved gives way. */
export function periodFrom(from: Month, to: Month, moved: "from" | "to"): Period {
  if (from <= to) return { from, to };
  return moved === "from" ? { from, to: from } : { from: to, to };
}

/** The next period of a play-back: a month on; null at the end. */
export const played = (period: Period, months: Period): Period | null => shifted(period, months, 1);

/** Where a play-back begins: here, or from the first month when it stands at the end; null where there is no room to move. */
export function playedFrom(period: Period, months: Period): Period | null {
  const length = monthsOf(period).length;
  if (length >= monthsOf(months).length) return null;
  if (played(period, months)) return period;
  return { from: months.from, to: plusMonths(months.from, length - 1) };
}

export interface Break {
  day: string;
  /** Share of the track from its left end. */
  at: number;
  texts: string[];
}

/** Breaks of the series inside the months, those of one day together; a month takes an equal part of the track, its thumb in the middle. */
export function breakTicks({ breaks, months }: Pick<Release, "breaks" | "months">): Break[] {
  const all = monthsOf(months);
  const ticks = new Map<string, Break>();
  for (const { from, what } of breaks) {
    const index = all.indexOf(from.slice(0, 7));
    if (index < 0 || all.length < 2) continue;
    const known = ticks.get(from);
    if (known) {
      known.texts.push(what);
      continue;
    }
    const days = new Date(Date.UTC(Number(from.slice(0, 4)), Number(from.slice(5, 7)), 0)).getUTCDate();
    const within = (Number(from.slice(8, 10) || "1") - 1) / days;
    ticks.set(from, { day: from, at: Math.min(1, Math.max(0, (index - 0.5 + within) / (all.length - 1))), texts: [what] });
  }
  return [...ticks.values()].sort((a, b) => a.day.localeCompare(b.day));
}

const SPEEDS = [
  { id: "slow", label: "Slow", milliseconds: 4000 },
  { id: "middle", label: "Middle", milliseconds: 2000 },
  { id: "fast", label: "Fast", milliseconds: 1000 },
] as const;

export interface MonthHandlers {
  /** A step that Back undoes, or one of a play-back. */
  set(period: Period, step: "push" | "replace"): void;
  /** Resolves when the figures of the last period have come. */
  shown(): Promise<void>;
  say(text: string): void;
}

export class MonthRange {
  readonly #node: HTMLElement;
  readonly #handlers: MonthHandlers;
  #release: Release | null = null;
  #period: Period = { from: "", to: "" };
  #months: Month[] = [];
  #playing: AbortController | null = null;
  #speed: (typeof SPEEDS)[number]["id"] = "middle";

  constructor(node: HTMLElement, handlers: MonthHandlers) {
    this.#node = node;
    this.#handlers = handlers;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.pause();
    });
  }

  /** Shows a period; another one than the play-back set ends it. */
  show(release: Release, period: Period, quick: readonly { label: string; period: Period }[]): void {
    const same = period.from === this.#period.from && period.to === this.#period.to;
    if (this.#playing && (!same || release !== this.#release)) this.pause();
    this.#period = period;
    if (release !== this.#release) {
      this.#release = release;
      this.#months = monthsOf(release.months);
      this.#build();
    }
    this.#fill(quick);
  }

  /** Ends the play-back where it stands. */
  pause(): void {
    if (!this.#playing) return;
    this.#playing.abort();
    this.#playing = null;
    this.#label();
  }

  #part<T extends HTMLElement>(name: string): T {
    const part = this.#node.querySelector<T>(`[data-part="${name}"]`);
    if (!part) throw new Error(`the months have no part ${name}`);
    return part;
  }

  #build(): void {
    const release = this.#release;
    if (!release) return;
    const last = this.#months.length - 1;
    const choose = (end: "from" | "to", label: string): HTMLElement => {
      const select = h("select", { id: end, "data-part": `select-${end}` }, ...this.#months.map((m) => h("option", { value: m }, monthName(m))));
      select.addEventListener("change", () => this.#set(this.#moved(end, select.value)));
      return h("div", { class: "field" }, h("label", { for: end }, label), select);
    };
    const thumb = (end: "from" | "to", label: string): HTMLInputElement => {
      const input = h("input", { type: "range", min: 0, max: last, step: 1, "data-part": `thumb-${end}`, "aria-label": label });
      const month = (): Month => this.#months[Number(input.value)] ?? this.#period[end];
      input.addEventListener("input", () => this.#preview(this.#moved(end, month())));
      input.addEventListener("change", () => this.#set(this.#moved(end, month())));
      return input;
    };
    const button = (name: string, text: string, label: string | null, act: () => void): HTMLElement => {
      const node = h("button", { type: "button", class: "small", "data-part": name, "aria-label": label }, text);
      node.addEventListener("click", act);
      return node;
    };
    const ticks = breakTicks(release);
    const track = h(
      "div",
      { class: "track", "data-part": "track" },
      h("span", { class: "track-chosen", "data-part": "chosen" }),
      ...ticks.map(({ at, day }) => {
        const tick = h("span", { class: at > 0.8 ? "track-break from-right" : "track-break", "aria-hidden": "true" }, h("span", {}, `! ${monthName(day)}`));
        tick.style.left = `calc(12px + (100% - 24px) * ${at.toFixed(4)})`;
        return tick;
      }),
      thumb("from", "First month"),
      thumb("to", "Last month"),
    );
    // The thumbs alone catch the pointer; a click beside them moves the nearer one there.
    track.addEventListener("click", (event) => {
      if (event.target instanceof HTMLInputElement) return;
      const box = track.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (event.clientX - box.left - 12) / (box.width - 24)));
      const index = Math.round(share * last);
      const month = this.#months[index];
      if (month === undefined) return;
      const far = (end: "from" | "to"): number => Math.abs(this.#months.indexOf(this.#period[end]) - index);
      this.#set(this.#moved(far("from") < far("to") ? "from" : "to", month));
    });
    const speed = h("select", { id: "speed", "data-part": "speed" }, ...SPEEDS.map(({ id, label }) => h("option", { value: id, selected: id === this.#speed }, label)));
    speed.addEventListener("change", () => {
      this.#speed = SPEEDS.find((s) => s.id === speed.value)?.id ?? "middle";
    });
    this.#node.replaceChildren(
      choose("from", "From"),
      button("previous", "◀", "A month earlier", () => this.#step(-1)),
      h("div", { class: "track-field" }, h("p", { class: "track-label", "data-part": "label" }), track),
      button("next", "▶", "A month later", () => this.#step(1)),
      choose("to", "To"),
      h("div", { class: "play" }, button("play", "Play", null, () => (this.#playing ? this.pause() : void this.#play())), h("div", { class: "field" }, h("label", { for: "speed" }, "Speed"), speed)),
      h("div", { class: "quick", role: "group", "aria-label": "Quick periods", "data-part": "quick" }),
      ticks.length > 0
        ? h(
            "details",
            { class: "breaks" },
            h("summary", {}, counted(ticks.length, "break"), " in the series"),
            h("ul", {}, ...ticks.flatMap(({ day, texts }) => texts.map((text) => h("li", {}, h("strong", {}, `${dayName(day)}: `), text)))),
          )
        : "",
    );
    this.#node.hidden = false;
  }

  #fill(quick: readonly { label: string; period: Period }[]): void {
    for (const end of ["from", "to"] as const) this.#part<HTMLSelectElement>(`select-${end}`).value = this.#period[end];
    this.#preview(this.#period);
    const row = this.#part("quick");
    const focused = row.contains(document.activeElement) ? document.activeElement?.id : undefined;
    row.replaceChildren(
      ...quick.map(({ label, period }, index) => {
        const pressed = period.from === this.#period.from && period.to === this.#period.to;
        const button = h("button", { type: "button", id: `quick-${index}`, "aria-pressed": String(pressed) }, label);
        button.addEventListener("click", () => this.#set(period));
        return button;
      }),
    );
    row.hidden = quick.length < 2;
    if (focused) document.getElementById(focused)?.focus();
    this.#label();
  }

  /** Thumbs, bar and words of a period that may not be asked for yet. */
  #preview(period: Period): void {
    const last = Math.max(1, this.#months.length - 1);
    // A link may name a month that is not there: the server says so, the thumb stands at the left.
    const at = (month: Month): number => Math.max(0, this.#months.indexOf(month));
    const index = { from: at(period.from), to: at(period.to) };
    for (const end of ["from", "to"] as const) {
      const input = this.#part<HTMLInputElement>(`thumb-${end}`);
      input.value = String(index[end]);
      input.setAttribute("aria-valuetext", monthName(period[end]));
    }
    // Where both thumbs stand at the right end, the first one must stay within reach.
    this.#part("thumb-from").style.zIndex = index.from > last / 2 ? "3" : "";
    const chosen = this.#part("chosen");
    chosen.style.left = `calc(12px + (100% - 24px) * ${(index.from / last).toFixed(4)})`;
    chosen.style.right = `calc(12px + (100% - 24px) * ${(1 - index.to / last).toFixed(4)})`;
    this.#part("label").textContent = `${periodName(period)} (${counted(monthsOf(period).length, "month")})`;
  }

  #label(): void {
    const release = this.#release;
    if (!release) return;
    const play = this.#part<HTMLButtonElement>("play");
    const room = playedFrom(this.#period, release.months) !== null;
    play.textContent = this.#playing ? "Pause" : "Play";
    play.disabled = !room;
    play.title = room ? "" : "All months are shown: choose fewer to play them";
    this.#part<HTMLButtonElement>("previous").disabled = shifted(this.#period, release.months, -1) === null;
    this.#part<HTMLButtonElement>("next").disabled = shifted(this.#period, release.months, 1) === null;
  }

  #moved(end: "from" | "to", month: Month): Period {
    return end === "from" ? periodFrom(month, this.#period.to, end) : periodFrom(this.#period.from, month, end);
  }

  #set(period: Period): void {
    this.pause();
    this.#handlers.set(period, "push");
  }

  #step(by: number): void {
    const period = this.#release && shifted(this.#period, this.#release.months, by);
    if (period) this.#set(period);
  }

  async #play(): Promise<void> {
    const release = this.#release;
    let period = release && playedFrom(this.#period, release.months);
    if (!release || !period) return;
    const playing = new AbortController();
    this.#playing = playing;
    this.#label();
    this.#handlers.say(`Playing from ${periodName(period)}`);
    let step: "push" | "replace" = "push";
    while (period) {
      this.#period = period;
      this.#handlers.set(period, step);
      step = "replace";
      const pace = SPEEDS.find((s) => s.id === this.#speed)?.milliseconds ?? 2000;
      await Promise.all([this.#handlers.shown(), new Promise((resolve) => setTimeout(resolve, pace))]);
      if (playing.signal.aborted) return;
      period = played(period, release.months);
    }
    this.pause();
    this.#handlers.say(`Stopped at the end, ${periodName(this.#period)}`);
  }
}
