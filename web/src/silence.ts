/** Places to engage: where reports are to be expected and few come. Never a count, and never shown as a hotspot is. */
import type { PlaceToEngage, SilenceAnswer } from "./api";
import { h } from "./dom";
import { counted, decimal, integer, periodName } from "./format";
import { unitName } from "./legend";

/** `0.02 to 0.40 times`, `at most 0.40 times`. */
export function boundsInWords({ reporting_lo: lo, reporting_hi: hi }: Pick<PlaceToEngage, "reporting_lo" | "reporting_hi">): string {
  if (hi === null) return "any number of times";
  return lo === 0 ? `at most ${decimal(hi)} times` : `${decimal(lo)} to ${decimal(hi)} times`;
}

/** The line that can be read without opening the section: an empty list says how little it could have found. */
export function silenceLine(answer: Pick<SilenceAnswer, "why_not" | "asked" | "could_be_named" | "resolution"> & { places: number }): string {
  if (answer.why_not !== null) return "no map of silence";
  const found = answer.places === 0 ? "none found" : integer(answer.places);
  return `${found}; ${integer(answer.could_be_named)} of ${counted(answer.asked, unitName(answer.resolution))} could have been`;
}

export interface SilenceHandlers {
  /** Draws all places on the map, or takes them off. */
  draw(shown: boolean): void;
  /** Draws them and moves to one. */
  goTo(unit: string): void;
}

/** Draws the section. */
export function drawSilence(node: HTMLElement, answer: SilenceAnswer, handlers: SilenceHandlers): void {
  const places = answer.features.map((f) => f.properties);
  const open = node.querySelector("details")?.open ?? false;
  const summary = h("summary", {}, h("h2", {}, "Places to engage"), h("span", { class: "muted" }, `: ${silenceLine({ ...answer, places: places.length })}`));
  const details = h("details", {}, summary, h("p", {}, answer.why_not ?? answer.sentence));
  details.open = open;
  node.replaceChildren(details);
  if (answer.why_not !== null) return;
  details.append(h("p", {}, "Measures, of which every one must say that reports are to be expected: ", answer.measures.join("; "), "."));
  if (places.length > 0) {
    const toggle = h("button", { type: "button", class: "small", "aria-pressed": "false" }, "Show on the map (hatched)");
    const press = (shown: boolean): void => toggle.setAttribute("aria-pressed", String(shown));
    toggle.addEventListener("click", () => {
      const shown = toggle.getAttribute("aria-pressed") !== "true";
      press(shown);
      handlers.draw(shown);
    });
    const body = h("tbody");
    for (const place of places) {
      const name = h("button", { type: "button", class: "link" }, place.name);
      name.addEventListener("click", () => {
        press(true);
        handlers.goTo(place.unit);
      });
      body.append(h("tr", { "data-unit": place.unit }, h("th", { scope: "row" }, name), h("td", {}, place.borough ?? "–"), h("td", { class: "number" }, boundsInWords(place))));
    }
    const bounds = h("th", { scope: "col", class: "number" }, "Reports here would be usual if reporting were … that elsewhere");
    const head = h("tr", {}, h("th", { scope: "col" }, "Place"), h("th", { scope: "col" }, "Borough"), bounds);
    const caption = h("caption", {}, `${counted(places.length, "place")}, reports of ${periodName(answer.period)}; bounds of ${Math.round(answer.level * 100)}%; at most ${Math.round(answer.false_discovery_rate * 100)} in 100 are expected to be on the list by chance`);
    details.append(toggle, h("div", { class: "table-scroll", role: "region", "aria-label": "Table of places to engage", tabindex: 0 }, h("table", { class: "plain" }, caption, h("thead", {}, head), body)));
  }
  details.append(
    h(
      "p",
      { class: "muted" },
      "A place to engage is where to go and ask. It is no count of crime, nor of what is missing: that people report less there is one explanation, that less happens is another, and the figures cannot tell them apart. A place that is not on the list may be as silent.",
    ),
  );
}
