/** The one file that owns the map: MapLibre, its layers and its events. It knows nothing of filters or of the address. */
import { AttributionControl, NavigationControl, ScaleControl, setWorkerUrl, type ExpressionSpecification, type GeoJSONSource, type PointLike } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import type { Feature, FeatureCollection, Point } from "geojson";
import type { CellsAnswer, HotspotFeature, HotspotsAnswer, Release, SilenceAnswer } from "./api";
import type { Corner } from "./area";
import { CellSource, type Cell } from "./cell-source";
import { classColors } from "./legend";
import { degreesOf } from "./grid";
import { labelPoint, outlineBox } from "./outline";
import { baseLayers, baseStyle, BOROUGH, boroughsOf, CUT, DISTRICTS_FROM, labelLayers, onlyAsked, TILE, type Ground } from "./map-base";
import { PanControl } from "./map-controls";
import { PacedMap } from "./paced-map";
import { EMPTY, images, ownLayers, SELDOM, SOURCES, VEILED } from "./map-layers";
import { breath } from "./pending";
import { boxOf, intersection, type Band, type Box } from "./tiles";
import { middleOf } from "./units";
import type { MapView } from "./url-state";

setWorkerUrl(workerUrl);

/** What lies under the pointer or the crosshair. */
export interface Target {
  cell: string | null;
  hotspot: string | null;
  /** Whether it lies where nothing is asked for. */
  notAsked: boolean;
  /** Pixels from the top left corner of the map. */
  x: number;
  y: number;
  /** How the reader points. */
  by: "pointer" | "keyboard";
}

export interface MapHandlers {
  /** The reader moved the map and it has come to rest. */
  moved(view: MapView): void;
  /** A new band of zoom or, at the finest resolution, a new part of it is in view. */
  bandChanged(): void;
  pointed(target: Target | null): void;
  /** The map has come to rest, or other hotspots are drawn; `by` keyboard when the focus is on it. */
  viewed(view: MapView, by: Target["by"]): void;
  chosen(id: string): void;
  tilesLoading(loading: boolean): void;
  tilesFailed(count: number): void;
}

const PADDING = 24;

/** A box that the map was sent to, the largest zoom for it, and the margin in pixels. */
interface Fitted {
  box: Box;
  nearest: number;
  padding: number;
}

/** Cells that are handed to the map at once. */
const HANDED = 4000;

const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Ranks stand inside their outlines, where there is most room. */
function rankPoints(answer: HotspotsAnswer): FeatureCollection<Point, { id: string; rank: number; evidence: string }> {
  return {
    type: "FeatureCollection",
    features: answer.features.map(({ geometry, properties: { id, rank, evidence } }) => ({
      type: "Feature",
      properties: { id, rank, evidence },
      geometry: { type: "Point", coordinates: labelPoint(geometry) },
    })),
  };
}

const EMPTY_COLLECTION: FeatureCollection = { type: "FeatureCollection", features: [] };

export class HotspotMap {
  /** While set, a click, or Enter at the cross, is a corner of an area and chooses nothing. */
  #drawing: ((place: Corner) => void) | null = null;
  readonly #map: PacedMap;
  readonly #handlers: MapHandlers;
  readonly #release: Release;
  readonly #source: CellSource;
  readonly #london: boolean;
  #loading: AbortController | null = null;
  #part = "";
  #chosen: string | null = null;
  #pointed: string | null = null;
  #hovered: string | null = null;
  /** The class of each cell that the map was told of. */
  #classes = new Map<string, number>();
  /** The cells that the map was given. */
  readonly #drawn = new Map<string, Cell>();
  /** The cells that are coloured. */
  #answer: CellsAnswer | null = null;
  #moving = false;
  /** Whether the names of postcode districts were asked for. */
  #districts = false;
  #resized = false;
  /** What is in view as a whole, and stays so when the window changes: the study area, or what the map was sent to; null when the reader has moved since. */
  #fitted: Fitted | "all" | null;
  /** On the way to a box. */
  #going = false;
  /** Set while a view of the address is shown: it is not written back. */
  #silent = false;
  /** Where the hotspots that are drawn stand. */
  #ranks: FeatureCollection<Point, { id: string; rank: number }> = { type: "FeatureCollection", features: [] };
  readonly #size: ResizeObserver;
  /** Set when the hotspots are drawn for the first time; resolves when all their layers are. */
  #unveiled: Promise<void> | null = null;
  #removed = false;

  private constructor(map: PacedMap, release: Release, london: boolean, whole: boolean, handlers: MapHandlers) {
    this.#map = map;
    this.#release = release;
    this.#source = new CellSource(release);
    this.#london = london;
    this.#fitted = whole ? "all" : null;
    this.#handlers = handlers;
    // A map whose tab is not shown has no size, and keeps the one it had.
    this.#size = new ResizeObserver(() => {
      if (map.getContainer().clientWidth > 0) map.resize();
    });
    this.#size.observe(map.getContainer());
  }

  /** Makes the map in a container and waits until its style is there; fails, with nothing left in the container, where the browser has no WebGL 2. */
  static async open(container: HTMLElement, release: Release, view: MapView | null, handlers: MapHandlers): Promise<HotspotMap> {
    const { style, london } = baseStyle(release);
    const map = new PacedMap({
      container,
      style,
      ...(view ? { center: [view.lon, view.lat] as [number, number], zoom: view.zoom } : { bounds: release.bounds, fitBoundsOptions: { padding: PADDING } }),
      minZoom: 4,
      maxZoom: 16.9,
      renderWorldCopies: false,
      trackResize: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      fadeDuration: 0,
      locale: {
        "Map.Title": "Map of hotspots. Arrow keys move it, plus and minus zoom, Enter opens the hotspot under the cross. The table has the same hotspots.",
      },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new ScaleControl({ unit: "metric" }), "top-left");
    map.addControl(new AttributionControl({ compact: false, customAttribution: london ? "Contains National Statistics and OS data © Crown copyright and database right" : "" }), "bottom-right");
    await map.once("style.load");
    const ground = map.getSource<GeoJSONSource>("ground");
    if (ground) ground.tileSize = TILE;
    await map.once("load");
    // The map says so in the middle of a frame.
    await breath();
    const made = new HotspotMap(map, release, london, view === null, handlers);
    map.addControl(new PanControl((x, y) => made.pan(x, y), () => made.showWhole()), "bottom-right");
    made.#addLayers();
    await breath();
    made.#listen();
    void made.#sync();
    void made.#nameDistricts();
    // The names have a frame of their own, as each kind of layer has.
    await map.drawn();
    for (const { id } of labelLayers(london)) map.setPaintProperty(id, "text-opacity", undefined);
    return made;
  }

  #addLayers(): void {
    const map = this.#map;
    for (const [name, image] of images()) map.addImage(name, image, { pixelRatio: 2 });
    for (const [id, key] of Object.entries(SOURCES)) map.addSource(id, { type: "geojson", ...CUT, data: EMPTY_COLLECTION, ...(key ? { promoteId: key } : {}) });
    this.#data("cells").tileSize = TILE;
    for (const { layer, below } of ownLayers(this.#london)) map.addLayer(layer, below);
    for (const id of ["places", "pointed", "area"] as const) this.#fill(id, []);
    for (const { id } of labelLayers(this.#london)) map.setPaintProperty(id, "text-opacity", 0);
    for (const [id, opacity] of VEILED.flat()) map.setPaintProperty(id, opacity, 0);
  }

  /** Day has become night, or night day: the same map in other colours. */
  restyle(): void {
    const map = this.#map;
    for (const [name, image] of images()) map.updateImage(name, image);
    const layers = [...baseLayers(this.#london), ...ownLayers(this.#london).map(({ layer }) => layer)].filter(({ id }) => id !== "cells");
    // What is the same in both is left alone by the map.
    for (const { id, paint = {} } of layers) for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name as "fill-color", value as ExpressionSpecification);
    if (this.#answer) this.#color(this.#answer);
  }

  #listen(): void {
    const map = this.#map;
    const canvas = map.getCanvas();
    map.on("movestart", () => {
      this.#moving = true;
    });
    map.on("resize", () => {
      this.#resized = true;
    });
    map.on("moveend", () => {
      this.#moving = false;
      if (!this.#silent) this.#arrived();
      void this.#sync();
      void this.#nameDistricts();
      const keyboard = document.activeElement === canvas && canvas.matches(":focus-visible");
      this.#viewed(keyboard ? "keyboard" : "pointer");
      if (keyboard) this.#pointAtMiddle();
    });
    map.on("mousemove", ({ point }) => this.#pointAt(point.x, point.y, "pointer"));
    canvas.addEventListener("pointerleave", () => this.#leave());
    canvas.addEventListener("focus", () => {
      if (canvas.matches(":focus-visible")) this.#pointAtMiddle();
    });
    canvas.addEventListener("blur", () => this.#leave());
    canvas.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      if (this.#drawing) return this.#drawing(this.middle);
      const target = this.#targetAt(canvas.clientWidth / 2, canvas.clientHeight / 2, "keyboard");
      if (target.hotspot) this.#handlers.chosen(target.hotspot);
    });
    map.on("click", ({ point, lngLat }) => {
      if (this.#drawing) return this.#drawing([lngLat.lng, lngLat.lat]);
      const target = this.#targetAt(point.x, point.y, "pointer");
      if (target.hotspot) this.#handlers.chosen(target.hotspot);
      else this.#pointAt(point.x, point.y, "pointer");
    });
  }

  /** The map has come to rest, and not for a view of the address. */
  #arrived(): void {
    const resized = this.#resized;
    if (!resized && !this.#going) this.#fitted = null;
    this.#resized = this.#going = false;
    const fitted = this.#fitted;
    if (resized && fitted) {
      if (fitted === "all") this.setView(null);
      else this.#silently(() => this.#fit(fitted, false));
    }
    if (fitted === "all") return;
    const { lng, lat } = this.#map.getCenter();
    this.#handlers.moved({ lon: lng, lat, zoom: this.#map.getZoom() });
  }

  /** Moves the map without writing it into the address. */
  #silently(move: () => void): void {
    this.#silent = true;
    move();
    this.#silent = false;
  }

  #fit({ box: [w, s, e, n], nearest, padding }: Fitted, animate: boolean): void {
    // A margin that leaves no room would zoom out.
    const { clientWidth, clientHeight } = this.#map.getCanvas();
    const margin = Math.max(0, Math.min(padding, 0.2 * clientWidth, 0.2 * clientHeight));
    this.#map.fitBounds([w, s, e, n], { padding: margin, maxZoom: nearest, ...(animate ? { duration: 500 } : { animate: false }) });
  }

  #targetAt(x: number, y: number, by: Target["by"]): Target {
    const find = (at: PointLike | [PointLike, PointLike], layers: string[]): string | null => {
      const id = this.#map.queryRenderedFeatures(at, { layers })[0]?.id;
      return id === undefined ? null : String(id);
    };
    return {
      cell: find([x, y], ["cells"]),
      // Badges are larger than small outlines, so a pointer may hit them; right after a move they are still where they were.
      hotspot: (by === "pointer" ? find([x, y], ["rank-chosen", "ranks"]) : null) ?? find([x, y], ["hotspots-area"]),
      notAsked: this.#london && this.#map.queryRenderedFeatures([x, y], { layers: ["not-asked"] }).length > 0,
      x,
      y,
      by,
    };
  }

  #pointAt(x: number, y: number, by: Target["by"]): void {
    if (this.#moving) return;
    const target = this.#targetAt(x, y, by);
    this.#markCell(target.cell);
    this.#map.getCanvas().style.cursor = target.hotspot ? "pointer" : "";
    this.#handlers.pointed(target);
  }

  #pointAtMiddle(): void {
    const canvas = this.#map.getCanvas();
    this.#pointAt(canvas.clientWidth / 2, canvas.clientHeight / 2, "keyboard");
  }

  #leave(): void {
    this.#markCell(null);
    this.#handlers.pointed(null);
  }

  /** Rims the cell of a row of the table. */
  pointCell(cell: string | null): void {
    this.#markCell(cell);
  }

  #markCell(cell: string | null): void {
    if (cell === this.#hovered) return;
    this.#hovered = cell;
    this.#fill("pointed", this.#source.features.filter((f) => f.properties.unit === cell));
  }

  /** West, south, east, north of what is in view. */
  get box(): Box {
    const bounds = this.#map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  /** Resolution in view. */
  get band(): Band {
    return this.#source.band(this.#map.getZoom());
  }

  /** The box of the tiles in view at the finest resolution; null when values are asked for the whole study area. */
  get part(): Box | null {
    if (this.band.resolution < 10) return null;
    const box = boxOf(this.#source.wanted(this.box, this.#map.getZoom()));
    return box && intersection(box, this.#source.bounds);
  }

  /** Fetches the tiles of the view; an older fetch that is still under way is dropped. */
  async #sync(): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const part = `${this.band.resolution} ${this.part?.join(",") ?? ""}`;
    if (part !== this.#part) {
      const first = this.#part === "";
      this.#part = part;
      if (!first) this.#handlers.bandChanged();
    }
    this.#handlers.tilesLoading(true);
    try {
      const failed = await this.#source.load(this.#source.wanted(this.box, this.#map.getZoom()), loading.signal);
      await this.#draw(this.#source.features, loading.signal);
      this.#handlers.tilesFailed(failed);
    } catch (error) {
      if (!loading.signal.aborted) throw error;
    } finally {
      if (this.#loading === loading) {
        this.#loading = null;
        this.#handlers.tilesLoading(false);
      }
    }
  }

  /** Hands the cells to the map: only those that came and went, and of many a part at a time, since the page is busy while they are handed over. */
  async #draw(features: Cell[], signal: AbortSignal): Promise<void> {
    const wanted = new Set(features.map(({ properties: { unit } }) => unit));
    const remove = [...this.#drawn.keys()].filter((unit) => !wanted.has(unit));
    const add = features.filter((feature) => this.#drawn.get(feature.properties.unit) !== feature);
    for (let at = 0; at < Math.max(add.length, remove.length); at += HANDED) {
      if (at > 0) await breath();
      if (signal.aborted) return;
      const [gone, come] = [remove, add].map((all) => all.slice(at, at + HANDED)) as [string[], Cell[]];
      void this.#data("cells").updateData({ remove: gone, add: come });
      for (const unit of gone) this.#drawn.delete(unit);
      for (const feature of come) this.#drawn.set(feature.properties.unit, feature);
    }
  }

  /** Names the postcode districts once there is room for them; without their file the map goes on. */
  async #nameDistricts(): Promise<void> {
    if (!this.#london || this.#districts || this.#map.getZoom() < DISTRICTS_FROM) return;
    this.#districts = true;
    const response = await fetch("/base/districts.json").catch(() => null);
    if (!response?.ok) return;
    const places = Object.entries((await response.json()) as Record<string, [number, number]>);
    const features = places.map(([name, [east, north]]) => ({ type: "Feature" as const, properties: { name }, geometry: { type: "Point" as const, coordinates: degreesOf(east, north) } }));
    // The map may have been taken away meanwhile.
    this.#map.getSource<GeoJSONSource>("districts")?.setData({ type: "FeatureCollection", features });
  }

  #data(id: string): GeoJSONSource {
    const source = this.#map.getSource<GeoJSONSource>(id);
    if (!source) throw new Error(`the map has no source ${id}`);
    return source;
  }

  /** Draws features that are seldom there; the layers of none cost every frame a pass over all tiles, and are left out. */
  #fill(id: keyof typeof SELDOM, features: Feature[]): void {
    this.#data(id).setData({ type: "FeatureCollection", features });
    for (const layer of SELDOM[id]) this.#map.setLayoutProperty(layer, "visibility", features.length > 0 ? "visible" : "none");
  }

  /** Colours the cells; a cell that the answer does not name is of class 0 and is drawn empty. Of one borough the others are not asked for. */
  showCells(answer: CellsAnswer, borough: string | null): void {
    this.#answer = answer;
    if (this.#london) this.#map.setFilter("not-asked", onlyAsked(borough));
    const { id, class: classes } = answer.cells;
    this.#classify(new Map(id.map((cell, i) => [cell, classes[i] ?? 0])));
    this.#color(answer);
  }

  /** Tells the map what has changed only: it looks for every cell that it is told of in each of its tiles. */
  #classify(classes: Map<string, number>): void {
    for (const cell of this.#classes.keys()) if (!classes.has(cell)) this.#map.removeFeatureState({ source: "cells", id: cell });
    for (const [cell, index] of classes) if (this.#classes.get(cell) !== index) this.#map.setFeatureState({ source: "cells", id: cell }, { class: index });
    this.#classes = classes;
  }

  #color(answer: CellsAnswer): void {
    const pairs = classColors(answer).flatMap((color, index) => (index === 0 ? [] : [index, color]));
    const color = pairs.length === 0 ? EMPTY : (["match", ["coalesce", ["feature-state", "class"], 0], ...pairs, EMPTY] as unknown as ExpressionSpecification);
    this.#map.setPaintProperty("cells", "fill-color", color);
  }

  /** Draws no cell, and the ground as one that nothing is known of. */
  clearCells(): void {
    if (this.#london) this.#map.setFilter("not-asked", BOROUGH);
    this.#classify(new Map());
    this.#answer = null;
  }

  /** Takes the outlines away. */
  clearHotspots(): void {
    this.#map.removeFeatureState({ source: "hotspots" });
    this.#pointed = this.#chosen = null;
    this.#map.setFilter("rank-chosen", ["==", ["get", "id"], ""]);
    for (const id of ["hotspots", "ranks"]) this.#data(id).setData(EMPTY_COLLECTION);
    this.#ranks = { type: "FeatureCollection", features: [] };
    this.#viewed("pointer");
  }

  /** Draws the outlines and ranks. */
  showHotspots(answer: HotspotsAnswer): void {
    this.#map.removeFeatureState({ source: "hotspots" });
    this.#pointed = null;
    this.#data("hotspots").setData(answer);
    const ranks = rankPoints(answer);
    this.#ranks = ranks;
    this.#data("ranks").setData(ranks);
    const chosen = this.#chosen;
    this.#chosen = null;
    this.choose(chosen);
    this.#unveiled ??= this.#unveil();
    this.#viewed("pointer");
  }

  /** Draws one layer of the hotspots after the other, so that no frame waits for the programs of all of them. */
  async #unveil(): Promise<void> {
    const map = this.#map;
    while (!map.isSourceLoaded("hotspots") || !map.isSourceLoaded("ranks")) await map.once("sourcedata");
    for (const layers of VEILED) {
      await map.drawn();
      if (this.#removed) return;
      for (const [id, opacity] of layers) map.setPaintProperty(id, opacity, undefined);
    }
    await map.drawn();
    map.paced = false;
  }

  #viewed(by: Target["by"]): void {
    const { lng, lat } = this.#map.getCenter();
    this.#handlers.viewed({ lon: lng, lat, zoom: this.#map.getZoom() }, by);
  }

  /** Hotspots whose middle is in view, by rank, each with its place in pixels. */
  inView(): { id: string; x: number; y: number }[] {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    return this.#ranks.features
      .map(({ properties: { id, rank }, geometry: { coordinates } }) => ({ id, rank, ...this.#map.project([coordinates[0] ?? 0, coordinates[1] ?? 0]) }))
      .filter(({ x, y }) => x >= 0 && y >= 0 && x <= clientWidth && y <= clientHeight)
      .sort((a, b) => a.rank - b.rank)
      .map(({ id, x, y }) => ({ id, x, y }));
  }

  /** Moves by shares of the map's width and height. */
  pan(x: number, y: number): void {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    this.#map.panBy([x * clientWidth, y * clientHeight], still() ? { animate: false } : { duration: 250 });
  }

  /** Moves to the whole study area as the reader's own step. */
  showWhole(): void {
    this.#map.fitBounds(this.#release.bounds, { padding: PADDING, ...(still() ? { animate: false } : { duration: 400 }) });
  }

  /** Puts the focus on the map. */
  focus(): void {
    this.#map.getCanvas().focus();
  }

  /** Marks the chosen hotspot. */
  choose(id: string | null): void {
    if (this.#chosen !== null) this.#map.setFeatureState({ source: "hotspots", id: this.#chosen }, { chosen: false });
    if (id !== null) this.#map.setFeatureState({ source: "hotspots", id }, { chosen: true });
    this.#map.setFilter("rank-chosen", ["==", ["get", "id"], id ?? ""]);
    this.#chosen = id;
  }

  /** Marks the hotspot that the reader points at, here or in the table. */
  point(id: string | null): void {
    if (id === this.#pointed) return;
    if (this.#pointed !== null) this.#map.setFeatureState({ source: "hotspots", id: this.#pointed }, { pointed: false });
    if (id !== null) this.#map.setFeatureState({ source: "hotspots", id }, { pointed: true });
    this.#pointed = id;
  }

  /** Draws the places to engage, hatched; null takes them off. */
  showPlaces(answer: SilenceAnswer | null): void {
    this.#fill("places", answer?.features ?? []);
  }

  /** The place under the cross. */
  get middle(): Corner {
    const { lng, lat } = this.#map.getCenter();
    return [lng, lat];
  }

  /** Takes what follows a click or Enter while the reader draws; null gives them back. */
  set drawing(take: ((place: Corner) => void) | null) {
    this.#drawing = take;
    this.#map.getContainer().classList.toggle("is-drawing", take !== null);
  }

  /** Draws the corners of an area: as an open line while it is drawn, closed when it is finished; none takes it off. */
  showArea(corners: readonly Corner[], finished: boolean): void {
    const feature = (geometry: Feature["geometry"]): Feature => ({ type: "Feature", properties: {}, geometry });
    const [first] = corners;
    const line = [...corners];
    const outline = finished && first ? [feature({ type: "Polygon", coordinates: [[...line, first]] })] : line.length > 1 ? [feature({ type: "LineString", coordinates: line })] : [];
    const points = finished ? [] : corners.map((corner) => feature({ type: "Point", coordinates: corner }));
    this.#fill("area", [...outline, ...points]);
  }

  /** The middles of the cells in view. */
  cellsInView(): Map<string, [number, number]> {
    const [w, s, e, n] = this.box;
    const middles = this.#source.features.map(({ geometry, properties }) => [properties.unit, middleOf(geometry)] as const);
    return new Map(middles.filter(([, [lon, lat]]) => lon >= w && lon <= e && lat >= s && lat <= n));
  }

  /** Whether any of a hotspot's box is in view. */
  meets({ geometry }: Pick<HotspotFeature, "geometry">): boolean {
    return intersection(outlineBox(geometry), this.box) !== null;
  }

  get container(): HTMLElement {
    return this.#map.getContainer();
  }

  /** Pixels of the picture for one of the page. */
  get pixelRatio(): number {
    return this.#map.getPixelRatio();
  }

  /** The map as it is drawn, without controls. The drawing buffer is gone after the frame, so it is read within one. */
  picture(): HTMLCanvasElement {
    const drawn = this.#map.getCanvas();
    const copy = document.createElement("canvas");
    this.#map.once("render", () => {
      copy.width = drawn.width;
      copy.height = drawn.height;
      copy.getContext("2d")?.drawImage(drawn, 0, 0);
    });
    this.#map.redraw();
    return copy;
  }

  /** Moves to a box; `nearest` is the largest zoom. */
  goToBox(box: Box, nearest: number, padding: number): void {
    this.#fitted = { box, nearest, padding };
    this.#going = true;
    this.#fit(this.#fitted, !still());
  }

  /** Moves to a hotspot or place, near enough to see its cells. */
  goTo(...features: Pick<HotspotFeature, "geometry">[]): void {
    const boxes = features.map(({ geometry }) => outlineBox(geometry));
    if (boxes.length === 0) return;
    const at = (side: 0 | 1 | 2 | 3): number[] => boxes.map((box) => box[side]);
    this.goToBox([Math.min(...at(0)), Math.min(...at(1)), Math.max(...at(2)), Math.max(...at(3))], 13, 140);
  }

  /** Moves to a borough: where the base map does not have it, to the hotspots in it. */
  async goToBorough(name: string, hotspots: readonly Pick<HotspotFeature, "geometry">[]): Promise<void> {
    const boroughs = this.#london ? boroughsOf((await this.#data("ground").getData()) as Ground) : [];
    const found = boroughs.find(({ properties }) => properties.name === name);
    if (found) this.goToBox(outlineBox(found.geometry), 14, 60);
    else this.goTo(...hotspots);
  }

  /** Whether the whole of a hotspot is in view and large enough to see. */
  shows({ geometry }: HotspotFeature): boolean {
    const [w, s, e, n] = outlineBox(geometry);
    const [west, south, east, north] = this.box;
    return w >= west && e <= east && s >= south && n <= north && this.#map.getZoom() >= 11;
  }

  /** Moves to a view of the address; null is the whole study area. */
  setView(view: MapView | null): void {
    const camera = view
      ? { center: [view.lon, view.lat] as [number, number], zoom: view.zoom }
      : this.#map.cameraForBounds(this.#release.bounds, { padding: PADDING });
    this.#fitted = view === null ? "all" : null;
    this.#silently(() => {
      if (camera) this.#map.jumpTo(camera);
    });
  }

  /** Resolves when everything asked for has been drawn. */
  async idle(): Promise<void> {
    await this.#unveiled;
    await new Promise<void>((resolve) => {
      this.#map.once("idle", () => resolve());
      this.#map.triggerRepaint();
    });
  }

  remove(): void {
    this.#removed = true;
    this.#loading?.abort();
    this.#size.disconnect();
    this.#map.remove();
  }
}
