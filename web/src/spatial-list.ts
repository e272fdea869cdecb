/** The hotspots in view as a list that a keyboard or a screen reader walks through, each option tied to its place on the map. */
import type { Hotspot } from "./api";
import { h } from "./dom";
import { hotspotLine } from "./readout";

/** A hotspot and where it stands on the map, in pixels from its top left corner. */
export interface Placed {
  spot: Hotspot;
  x: number;
  y: number;
}

export type Direction = "up" | "down" | "left" | "right";

/** What lies across the line of sight counts double: straight ahead comes first. */
const ACROSS = 2;

/** The nearest place in a direction, within 60° of it; null when there is none. */
export function neighbour<P extends { x: number; y: number }>(places: readonly P[], from: P, direction: Direction): P | null {
  let best: { place: P; cost: number } | null = null;
  for (const place of places) {
    const [dx, dy] = [place.x - from.x, place.y - from.y];
    const [ahead, across] = { up: [-dy, dx], down: [dy, dx], left: [-dx, dy], right: [dx, dy] }[direction] as [number, number];
    if (place === from || ahead <= 0 || Math.abs(across) > ahead * 1.732) continue;
    const cost = ahead + ACROSS * Math.abs(across);
    if (!best || cost < best.cost) best = { place, cost };
  }
  return best?.place ?? null;
}

const DIRECTIONS: Record<string, Direction> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

/** The place that a key leads to; undefined when the key is none of the list's, null when it leads nowhere. */
export function moved<P extends { x: number; y: number }>(places: readonly P[], current: P, key: string, alt: boolean): P | null | undefined {
  const direction = DIRECTIONS[key];
  const index = places.indexOf(current);
  if (direction) {
    if (alt) return neighbour(places, current, direction);
    return places[index + (direction === "down" || direction === "right" ? 1 : -1)] ?? null;
  }
  if (key === "Home") return places[0] ?? null;
  if (key === "End") return places.at(-1) ?? null;
  return undefined;
}

export interface SpatialHandlers {
  /** The option that has the focus; null when the list is left. */
  point(place: Placed | null): void;
  choose(id: string): void;
  /** Escape: the focus goes back to the map. */
  leave(): void;
}

export class SpatialList {
  readonly #node: HTMLElement;
  readonly #ring: HTMLElement;
  readonly #handlers: SpatialHandlers;
  #places: readonly Placed[] = [];
  #current: string | null = null;

  /** `node` is the list; `ring` is drawn round the place of the option with the focus. */
  constructor(node: HTMLElement, ring: HTMLElement, handlers: SpatialHandlers) {
    this.#node = node;
    this.#ring = ring;
    this.#handlers = handlers;
    node.addEventListener("keydown", (event) => this.#key(event));
    node.addEventListener("focusout", (event) => {
      if (event.relatedTarget instanceof Node && node.contains(event.relatedTarget)) return;
      this.#ring.hidden = true;
      this.#handlers.point(null);
    });
  }

  /** Lists what is in view, by rank; the option with the focus keeps it when it is still there. */
  show(places: readonly Placed[], chosen: string | null): void {
    const focused = this.#node.contains(document.activeElement);
    this.#places = places;
    if (!places.some((p) => p.spot.id === this.#current)) this.#current = places[0]?.spot.id ?? null;
    this.#node.hidden = places.length === 0;
    this.#node.setAttribute("aria-label", `Hotspots in view on the map, ${places.length}`);
    this.#node.replaceChildren(
      ...places.map(({ spot }) => {
        const option = h("li", { role: "option", id: `in-view-${spot.id}`, "data-id": spot.id, tabindex: spot.id === this.#current ? 0 : -1, "aria-selected": String(spot.id === chosen) }, hotspotLine(spot));
        option.addEventListener("focus", () => this.#focused(spot.id));
        option.addEventListener("click", () => this.#handlers.choose(spot.id));
        return option;
      }),
    );
    if (focused) this.focus(this.#current);
  }

  /** Puts the focus on an option, or on the one that had it last; false when the list is empty. */
  focus(id: string | null = this.#current): boolean {
    const option = [...this.#node.querySelectorAll<HTMLElement>("[data-id]")].find((o) => o.dataset["id"] === id);
    option?.focus({ preventScroll: true });
    return option !== undefined;
  }

  #focused(id: string): void {
    this.#current = id;
    for (const option of this.#node.querySelectorAll<HTMLElement>("[data-id]")) option.tabIndex = option.dataset["id"] === id ? 0 : -1;
    const place = this.#places.find((p) => p.spot.id === id);
    if (!place) return;
    this.#ring.hidden = false;
    this.#ring.style.transform = `translate(${Math.round(place.x)}px, ${Math.round(place.y)}px)`;
    this.#handlers.point(place);
  }

  #key(event: KeyboardEvent): void {
    const place = this.#places.find((p) => p.spot.id === this.#current);
    if (!place || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#handlers.choose(place.spot.id);
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.#handlers.leave();
      return;
    }
    const next = moved(this.#places, place, event.key, event.altKey);
    if (next === undefined) return;
    event.preventDefault();
    if (next) this.focus(next.spot.id);
  }
}
