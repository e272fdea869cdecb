/** Which hotspots are listed and outlined: all of them, those that are new or grew, those of clear evidence. */
import type { Hotspot, HotspotsAnswer } from "./api";
import { h } from "./dom";
import { counted, integer } from "./format";
import type { State } from "./url-state";

type Choice = Pick<State, "changed" | "clear">;

/** New or larger since the release before. */
export const isChanged = ({ change }: Pick<Hotspot, "change">): boolean => change === "new" || change === "grew";

/** The answer with the chosen hotspots only; ranks, and all that is said of the whole, stay those of the release. */
export function chosenFrom(answer: HotspotsAnswer, { changed, clear }: Choice): HotspotsAnswer {
  if (!changed && !clear) return answer;
  return { ...answer, features: answer.features.filter(({ properties: s }) => (!changed || isChanged(s)) && (!clear || s.evidence === "clear")) };
}

/** Which part of the hotspots is shown, in words; empty for all of them. */
export function choiceInWords({ changed, clear }: Choice): string {
  return [changed ? "new or larger since the release before" : null, clear ? "of clear evidence" : null].filter((w) => w !== null).join(" and ");
}

/** The changes since the release before, in a line. */
export function changeLine(spots: readonly Pick<Hotspot, "change">[]): string {
  const n = (change: Hotspot["change"]): number => spots.filter((s) => s.change === change).length;
  if (spots.length > 0 && n("first") === spots.length) return "Nothing to compare with: this is the first release that is here.";
  const others = spots.length - n("new") - n("grew");
  return `Since the release before: ${integer(n("new"))} new, ${integer(n("grew"))} larger, ${integer(others)} other.`;
}

/** Names beyond these stand in the list. */
const NAMED = 3;

export interface SelectionHandlers {
  set(patch: Partial<Choice>): void;
  choose(id: string): void;
}

/** The line above the list: what is new, and the two switches. */
export function drawSelection(node: HTMLElement, answer: HotspotsAnswer | null, state: Choice, handlers: SelectionHandlers): void {
  const spots = answer?.verdict === "analysed" ? answer.features.map((f) => f.properties) : [];
  node.hidden = spots.length === 0;
  if (spots.length === 0) return node.replaceChildren();
  const focused = node.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const toggle = (id: string, label: string, pressed: boolean, patch: Partial<Choice>): HTMLElement => {
    const button = h("button", { type: "button", id, class: "switch", "aria-pressed": String(pressed) }, label);
    button.addEventListener("click", () => handlers.set(patch));
    return button;
  };
  const fresh = spots.filter((s) => s.change === "new").sort((a, b) => a.rank - b.rank);
  const changed = spots.filter(isChanged).length;
  const clear = spots.filter((s) => s.evidence === "clear").length;
  const names = fresh.slice(0, NAMED).flatMap((s, i) => {
    const button = h("button", { type: "button", class: "link" }, `${s.rank}. ${s.name}`);
    button.addEventListener("click", () => handlers.choose(s.id));
    return [i > 0 ? ", " : "", button];
  });
  const rest = fresh.length - NAMED;
  node.replaceChildren(
    h("p", {}, changeLine(spots), ...(fresh.length > 0 ? [h("span", {}, " New: ", ...names, rest > 0 ? ` and ${counted(rest, "other")}.` : ".")] : [])),
    h(
      "div",
      { class: "switches", role: "group", "aria-label": "Which hotspots are listed" },
      changed > 0 || state.changed ? toggle("only-changed", `Only new or larger (${integer(changed)})`, state.changed, { changed: !state.changed }) : null,
      toggle("only-clear", `Only clear evidence (${integer(clear)})`, state.clear, { clear: !state.clear }),
    ),
  );
  if (focused) document.getElementById(focused)?.focus();
}
