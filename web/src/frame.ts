/** The page's fixed parts: its places, its one state, what is under way, and how the reader is told. */
import { ApiError } from "./api";
import { byId, h } from "./dom";
import { Notices } from "./notices";
import { gaveWay, Pending } from "./pending";
import { slowLine, type Fix } from "./states";
import { Store } from "./store";

export const node = {
  marking: byId("marking"),
  headline: byId("headline"),
  totals: byId("totals"),
  filters: byId<HTMLFormElement>("filters"),
  compare: byId("compare"),
  changes: byId("changes"),
  boroughChanges: byId("borough-changes"),
  narrowing: byId("narrowing"),
  chips: byId("chips"),
  months: byId("months"),
  views: byId("views"),
  skip: byId<HTMLAnchorElement>("skip"),
  notices: byId("notices"),
  map: byId("map"),
  mapMessage: byId("map-message"),
  readout: byId("readout"),
  legend: byId("legend"),
  key: byId("evidence-key"),
  detail: byId("detail"),
  tables: byId("tables"),
  cells: byId("cells"),
  boroughs: byId("boroughs"),
  events: byId("events"),
  hotspots: byId("hotspots"),
  selection: byId("selection"),
  chart: byId("chart"),
  about: byId("about"),
  inView: byId("in-view"),
  still: byId("still"),
  keys: byId<HTMLDialogElement>("keys"),
  silence: byId("silence"),
  feedback: byId("feedback"),
  account: byId("account"),
  live: byId("live"),
};

export const store = new Store(location.search.slice(1));

export const pending = new Pending((ready) => {
  byId("main").setAttribute("aria-busy", String(!ready));
  if (ready) document.documentElement.dataset["ready"] = "true";
  else delete document.documentElement.dataset["ready"];
});

/** Tells whoever cannot see what changed. */
export const say = (text: string): void => {
  node.live.textContent = text;
};

export const notices = new Notices(node.notices);

/** A button that makes one change of the state. */
export function fixButton({ label, patch }: Fix): HTMLElement {
  const button = h("button", { type: "button", class: "small" }, label);
  button.addEventListener("click", () => store.set(patch, "push"));
  return button;
}

pending.slow = (names) => {
  const stoppable = names.filter((name) => name !== "map" && name !== "still");
  if (stoppable.length === 0) return notices.show("slow", null);
  const cancel = h("button", { type: "button", class: "small" }, "Stop waiting");
  cancel.addEventListener("click", () => pending.stop(new ApiError(0, "Stopped", "You stopped waiting for the answer.")));
  const text = slowLine(stoppable);
  notices.show("slow", [text, cancel]);
  say(text);
};

/** Asks for one answer and shows it; null is shown when it does not come, with what went wrong and the way to ask again. One that gave way to a newer question leaves the page alone. */
export async function load<T>(name: string, ask: (signal: AbortSignal) => Promise<T>, show: (answer: T | null) => void, again: () => void): Promise<void> {
  await pending.run(name, async (signal) => {
    try {
      const answer = await ask(signal);
      if (gaveWay(signal)) return;
      notices.show(`${name}-error`, null);
      show(answer);
    } catch (error) {
      if (gaveWay(signal)) return;
      show(null);
      // What was said of the answer before no longer holds; what went wrong says itself.
      say("");
      notices.failure(`${name}-error`, error, again);
    }
  });
}
