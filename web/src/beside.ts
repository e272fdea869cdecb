/** A second map with the other period, which goes where the first one goes. */
import type { CellsAnswer, HotspotsAnswer, Release } from "./api";
import { counted, periodName } from "./format";
import type { HotspotMap } from "./map";
import type { MapView, State } from "./url-state";

export interface BesideNodes {
  /** The container of the second map. */
  map: HTMLElement;
  /** What each of the two shows. */
  captions: readonly [HTMLElement, HTMLElement];
}

export interface BesideHandlers {
  /** The reader moved the second map. */
  moved(view: MapView): void;
  chosen(hotspot: string): void;
  tilesLoading(loading: boolean): void;
}

const caption = (answer: CellsAnswer): string => `${periodName(answer)}: ${counted(answer.n, "incident")} on the map`;

export class Beside {
  readonly #nodes: BesideNodes;
  readonly #handlers: BesideHandlers;
  #map: HotspotMap | null = null;
  #release: string | null = null;

  constructor(nodes: BesideNodes, handlers: BesideHandlers) {
    this.#nodes = nodes;
    this.#handlers = handlers;
  }

  /** Shows both periods by the same classes: the one on the first map, the other on this one. */
  async show(release: Release, { view, borough }: Pick<State, "view" | "borough">, now: CellsAnswer, before: CellsAnswer, hotspots: HotspotsAnswer | null): Promise<void> {
    const { map, captions } = this.#nodes;
    document.body.toggleAttribute("data-beside", true);
    map.hidden = false;
    [now, before].forEach((answer, index) => {
      const node = captions[index as 0 | 1];
      node.hidden = false;
      node.textContent = caption(answer);
    });
    if (!this.#map || this.#release !== release.id) {
      this.#map?.remove();
      this.#release = release.id;
      const { HotspotMap } = await import("./map");
      const opened = await HotspotMap.open(map, release, view, {
        moved: (to) => this.#handlers.moved(to),
        bandChanged: () => undefined,
        pointed: () => undefined,
        viewed: () => undefined,
        chosen: (id) => this.#handlers.chosen(id),
        tilesLoading: (loading) => this.#handlers.tilesLoading(loading),
        tilesFailed: () => undefined,
      });
      // It was taken away while it was made.
      if (this.#release !== release.id) return opened.remove();
      this.#map = opened;
    }
    if (hotspots) this.#map.showHotspots(hotspots);
    this.#map.showCells(before, borough);
  }

  /** Whether the second map is there. */
  get open(): boolean {
    return this.#map !== null;
  }

  /** Goes where the first map went. */
  follow(view: MapView): void {
    this.#map?.setView(view);
  }

  restyle(): void {
    this.#map?.restyle();
  }

  async idle(): Promise<void> {
    await this.#map?.idle();
  }

  remove(): void {
    const { map, captions } = this.#nodes;
    document.body.toggleAttribute("data-beside", false);
    map.hidden = true;
    for (const node of captions) node.hidden = true;
    this.#map?.remove();
    this.#map = null;
    this.#release = null;
  }
}
