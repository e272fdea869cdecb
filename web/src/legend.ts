/** The legend: classes, colours and figures come from the server; nothing is coloured that it does not name. */
import type { CellsAnswer, LayerEntry, Release } from "./api";
import { CHANGE_CLASSES, CHANGE_LAYER } from "./comparison";
import { h } from "./dom";
import { counted, integer, monthsOf, periodName } from "./format";
import { inLondon } from "./map-base";
import { isDark } from "./scheme";

/** What one unit of the map is called. */
export const unitName = (resolution: number): string => (resolution === 0 ? "area" : "cell");

/** Edge length of an H3 cell, as words. */
const WIDTHS: Record<number, string> = { 8: "about 0.9 km across", 9: "about 350 m across", 10: "about 130 m across" };

export function cellSize(resolution: number): string {
  const width = WIDTHS[resolution];
  return width ? `hexagons ${width}` : "areas";
}

/** Colours by class; class 0 is drawn empty. By night the scale is turned round, so that more stands out from the dark ground as it does from the light one. */
export function classColors({ layer, legend }: Pick<CellsAnswer, "layer" | "legend">, dark = isDark()): string[] {
  if (layer === CHANGE_LAYER.id) return CHANGE_CLASSES.map((c) => (dark ? c.night : c.color));
  const [empty, ...classes] = legend.map((c) => c.color);
  return [empty ?? "", ...(dark ? classes.reverse() : classes)];
}

/** Incidents in the classes: equal to the answer's n when the answer covers the study area. */
export const legendTotal = (answer: CellsAnswer): number => answer.legend.reduce((sum, c) => sum + c.incidents, 0);

/** A number whose unit stands at the head of its row, and is spoken with it. */
const figure = (value: number, unit: string): HTMLElement =>
  h("span", { class: "class-n" }, integer(value), h("span", { class: "unit" }, ` ${unit}${value === 1 ? "" : "s"}`));

/** Where the methods of the layers are written down. */
export const methodAddress = (layer: string): string => `/method#${encodeURIComponent(layer)}`;

/** Cells that the method has no answer for, although they hold incidents. */
export const withoutValue = ({ cells }: Pick<CellsAnswer, "cells">): number => cells.value.filter((v) => v === null).length;

/** A row of the key below the classes: what is drawn without being of a class. */
const other = (kind: string, ...text: (Node | string)[]): HTMLElement => h("span", {}, h("span", { class: `swatch-small swatch-${kind}`, "aria-hidden": "true" }), h("span", {}, ...text));

export function drawLegend(node: HTMLElement, answer: CellsAnswer, layer: LayerEntry | undefined, release: Release, borough: string | null): void {
  const unit = unitName(answer.resolution);
  const list = h("ol", { class: "classes" });
  const colors = classColors(answer);
  answer.legend.forEach(({ label, cells, incidents }, index) => {
    const color = colors[index] ?? "";
    const item = h(
      "li",
      { "data-class": index, "data-incidents": incidents },
      h("span", { class: index === 0 ? "swatch swatch-empty" : "swatch", "data-color": color }),
      h("span", { class: "class-label" }, label),
      figure(cells, unit),
      figure(incidents, "incident"),
    );
    const swatch = item.firstElementChild;
    if (index > 0 && swatch instanceof HTMLElement) swatch.style.backgroundColor = color;
    list.append(item);
  });
  const total = legendTotal(answer);
  const scope = answer.layer === "change" ? `${integer(answer.n)} incidents of both periods` : total === answer.n ? `${integer(answer.n)} incidents on the map` : `${integer(total)} of ${integer(answer.n)} incidents in this view and around it`;
  const { withheld } = release.person_check;
  const without = withoutValue(answer);
  node.replaceChildren(
    h("div", { class: "legend-head" }, h("h2", {}, layer?.label ?? answer.layer), h("p", {}, `${scope} · ${periodName(answer)} · ${cellSize(answer.resolution)}`)),
    h("div", { class: "legend-body" }, h("div", { class: "legend-rows", "aria-hidden": "true" }, h("span", {}, unit === "area" ? "Areas" : "Cells"), h("span", {}, "Incidents")), list),
    h(
      "p",
      { class: "definition" },
      layer?.definition ? `${layer.definition} ` : "",
      h("a", { href: methodAddress(answer.layer) }, "How it is worked out"),
      ". ",
      h("strong", {}, "Scale locked: "),
      "fixed classes, the same for every month, strand and source.",
    ),
    h(
      "p",
      { class: "legend-others" },
      other("empty", `no colour: ${answer.layer === "count" ? "no recorded incident" : (answer.legend[0]?.label ?? "none")}`),
      borough !== null && inLondon(release.bounds) ? other("not-asked", `grey: outside ${borough}, not asked`) : "",
      without > 0 ? other("unknown", `no answer: ${counted(without, unit)} with too little to say`) : "",
      withheld > 0 ? other("withheld", `withheld, so that no person is pointed at: ${counted(withheld, "incident")} in ${counted(monthsOf(release.months).length, "month")}, on no ${unit}`) : "",
    ),
  );
  node.dataset["n"] = String(answer.n);
}

/** What stands for the legend while there are no figures: nothing may be read from the ground then. */
export function drawNoLegend(node: HTMLElement, release: Release): void {
  node.replaceChildren(h("p", { class: "legend-others" }, inLondon(release.bounds) ? other("not-asked", "grey: not known, the figures are not here") : other("empty", "no colour: not known, the figures are not here")));
  delete node.dataset["n"];
}

/** Marks the class of the cell under the pointer, and that of the chosen hotspot's fullest cell as a ghost. */
export function markClass(node: HTMLElement, index: number | null, kind: "is-hovered" | "is-chosen" = "is-hovered"): void {
  for (const item of node.querySelectorAll("li[data-class]")) {
    item.classList.toggle(kind, index !== null && item.getAttribute("data-class") === String(index));
  }
}
