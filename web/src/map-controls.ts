/** Buttons that move the map: what dragging does, for a single click. */
import type { IControl } from "maplibre-gl";
import { h } from "./dom";

/** Share of the map that one click moves it by. */
const STEP = 0.3;

const WAYS = [
  { id: "up", label: "Move the map up (north)", text: "▲", x: 0, y: -STEP },
  { id: "left", label: "Move the map left (west)", text: "◀", x: -STEP, y: 0 },
  { id: "whole", label: "Show the whole area", text: "", x: 0, y: 0 },
  { id: "right", label: "Move the map right (east)", text: "▶", x: STEP, y: 0 },
  { id: "down", label: "Move the map down (south)", text: "▼", x: 0, y: STEP },
] as const;

export class PanControl implements IControl {
  readonly #node = h("div", { class: "maplibregl-ctrl maplibregl-ctrl-group pan", role: "group", "aria-label": "Move the map" });

  /** `pan` takes shares of the map's width and height; `whole` shows the study area. */
  constructor(pan: (x: number, y: number) => void, whole: () => void) {
    for (const { id, label, text, x, y } of WAYS) {
      const button = h("button", { type: "button", class: `pan-${id}`, "aria-label": label, title: label }, text);
      button.addEventListener("click", () => (id === "whole" ? whole() : pan(x, y)));
      this.#node.append(button);
    }
  }

  onAdd(): HTMLElement {
    return this.#node;
  }

  onRemove(): void {
    this.#node.remove();
  }
}
