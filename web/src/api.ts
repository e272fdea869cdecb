/** Typed client of the server's HTTP API. Every failure is an {@link ApiError} with a sentence for the reader. */
import type * as answers from "./api-types";
import { NARROWING, type Narrowing } from "./url-state";
import type { Feature, FeatureCollection, MultiPolygon, Polygon } from "geojson";

/** Calendar month, `YYYY-MM`. */
export type Month = string;

export type Evidence = "clear" | "weak" | "cannot_tell";

/** An answer of the server, of which some fields are narrower than its interface says: closed sets of words, boxes, geometries. */
type Narrow<Answer, Fields> = Omit<Answer, keyof Fields> & Fields;

type Outlines<Properties> = FeatureCollection<Polygon | MultiPolygon, Properties>;

export type Period = answers.Period;

export type StrandEntry = answers.StrandEntry;

export type Feedback = answers.FeedbackEntry;

/** `bounds` are west, south, east, north in degrees. */
export type Release = Narrow<answers.ReleaseEntry, { class: "synthetic" | "open" | "restricted"; bounds: [number, number, number, number] }>;

/** A layer as far as the page draws it: the difference of two periods is one that the server does not list. */
export type LayerEntry = Pick<answers.LayerEntry, "id" | "label"> & Partial<answers.LayerEntry>;

export type LegendClass = answers.LegendEntry;

/** Columns of equal length; cells of class 0 are left out. A value is null where the method has no answer. What is off the map is null of two periods. */
export type CellsAnswer = Narrow<Omit<answers.Cells, Narrowing | "borough">, { off_map: answers.Cells["off_map"] | null; cells: Narrow<answers.Columns, { value: (number | null)[] }> }>;

export type Rate = answers.RateEntry;

export type Order = Narrow<answers.OrderEntry, { higher: "this" | "next" | "neither" }>;

export type Hotspot = Narrow<
  answers.HotspotEntry,
  { change: "first" | "new" | "continued" | "grew" | "shrank" | "split" | "merged"; evidence: Evidence; order: Order | null }
>;

export type PlaceToEngage = answers.PlaceToEngageEntry;

export type SilenceAnswer = Narrow<answers.Silence, Outlines<PlaceToEngage>>;

export type HotspotFeature = Feature<Polygon | MultiPolygon, Hotspot>;

export type HotspotsAnswer = Narrow<answers.Hotspots, Outlines<Hotspot> & { verdict: "analysed" | "cannot_tell" }>;

/** The months of a place since the last recording break; a part without an answer is null, and its reason says why. */
export type History = Narrow<
  answers.HistoryEntry,
  { chart: Narrow<answers.ChartEntry, { kind: "xmr" | "poisson"; signals: Narrow<answers.SignalEntry, { side: "above" | "below" }>[] }> | null }
>;

export type Excess = answers.ExcessEntry;

export type Attribution = answers.AttributionEntry;

export type HotspotStory = Narrow<answers.HotspotStory, HotspotFeature & { history: History | null }>;

export type ChallengedPlace = answers.PlaceAnswer;

export type RecordEntry = Narrow<answers.RecordEntry, { known_to: "minute" | "day" | "month" | "interval" }>;

export type RecordsAnswer = Narrow<answers.Records, { records: RecordEntry[] }>;

export type EventEntry = answers.EventEntry;

export type EventsAnswer = answers.Events;

type Change = "more" | "fewer" | "not_sure" | "nothing";

export type PlaceChange = Narrow<answers.ChangeEntry, { change: Change }>;

export type ComparedPlace = Narrow<answers.ComparedEntry, PlaceChange>;

export type Comparison = Narrow<
  Omit<answers.Comparison, Narrowing | "borough">,
  {
    total: PlaceChange;
    hotspots: ComparedPlace[];
    boroughs: ComparedPlace[];
    legend: Narrow<answers.ChangeClassEntry, { change: Change }>[];
    units: Narrow<answers.ChangeColumns, { change: Change[] }>;
  }
>;

export type BoroughRow = answers.BoroughRow;

export type BoroughsAnswer = Omit<answers.Boroughs, Narrowing | "borough">;

/** What is counted: the filter without the layer. */
export interface CountQuery extends Record<Narrowing, string> {
  release: string;
  strand: string;
  from: Month;
  to: Month;
  source: string;
  /** `all`, or the code or name of a borough. */
  borough: string;
}

/** The parameters of a count in a fixed order, so that equal questions have equal addresses; what is `all` is left out. */
function counting(query: CountQuery): URLSearchParams {
  const { release, strand, from, to, source } = query;
  const params = new URLSearchParams({ release, strand, from, to, source });
  for (const key of ["borough", ...NARROWING] as const) if (query[key] !== "all") params.set(key, query[key]);
  return params;
}

/** Of a cell `h3`, of an area `id` or `code`; the figures are those without a filter and are not drawn. */
export interface UnitProperties {
  h3?: string;
  id?: string;
  code?: string;
  n: number;
  class: number;
  value?: number | null;
}

export type CellTile = FeatureCollection<Polygon | MultiPolygon, UnitProperties>;

export interface CellsQuery extends CountQuery {
  layer: string;
  /** Left out for a release of areas. */
  resolution?: number;
  bbox?: [number, number, number, number];
}

/** A failed request: what the server said of it, or that it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  /** The parameter that was refused. */
  readonly parameter: string | null;
  /** By which the server's log knows the request; null when none was answered. */
  readonly requestId: string | null;
  constructor(status: number, title: string, detail: string, { parameter = null, requestId = null }: { parameter?: string | null; requestId?: string | null } = {}) {
    super(detail);
    this.parameter = parameter;
    this.name = "ApiError";
    this.status = status;
    this.title = title;
    this.requestId = requestId;
  }
}

/** Reads an RFC 9457 problem; anything else becomes a plain sentence with the status. */
export function problemOf(status: number, body: string): ApiError {
  try {
    const problem: unknown = JSON.parse(body);
    if (typeof problem === "object" && problem !== null) {
      const { title, detail, parameter, request_id: id } = problem as { title?: unknown; detail?: unknown; parameter?: unknown; request_id?: unknown };
      const heading = typeof title === "string" ? title : `Status ${status}`;
      const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
      return new ApiError(status, heading, text(detail) ?? heading, { parameter: text(parameter), requestId: text(id) });
    }
  } catch {
    // Not JSON: fall through to the plain sentence.
  }
  return new ApiError(status, `Status ${status}`, `The server answered with status ${status}.`);
}

async function read<T>(path: string, signal?: AbortSignal, whenEmpty?: T): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new ApiError(0, "No answer", "The server cannot be reached. Check that it is running, then try again.");
  }
  if (!response.ok) throw problemOf(response.status, await response.text());
  if (response.status === 204 && whenEmpty !== undefined) return whenEmpty;
  return (await response.json()) as T;
}

/** Who is here; without a name where nobody signs in. */
export type Me = Narrow<answers.Me, { sign_in: "none" | "development" | "issuer" }>;

export const me = (signal?: AbortSignal): Promise<Me> => read("/api/v1/me", signal);

export const releases = (signal?: AbortSignal): Promise<{ releases: Release[] }> => read("/api/v1/releases", signal);

export const layers = (signal?: AbortSignal): Promise<{ layers: LayerEntry[] }> => read("/api/v1/layers", signal);

export const hotspots = (release: string, strand: string, signal?: AbortSignal): Promise<HotspotsAnswer> =>
  read(`/api/v1/hotspots?${new URLSearchParams({ release, strand })}`, signal);

export const silence = (release: string, signal?: AbortSignal): Promise<SilenceAnswer> =>
  read(`/api/v1/silence?${new URLSearchParams({ release })}`, signal);
export const hotspot = (release: string, id: string, signal?: AbortSignal): Promise<HotspotStory> =>
  read(`/api/v1/hotspots/${encodeURIComponent(id)}?${new URLSearchParams({ release })}`, signal);

export const records = (release: string, id: string): Promise<RecordsAnswer> => read(`/api/v1/hotspots/${encodeURIComponent(id)}/records?${new URLSearchParams({ release })}`);

/** The resources of a hotspot beside its need; null where the server was given none. */
export async function resourcesAt(release: string, strand: string, place: string, signal?: AbortSignal): Promise<ChallengedPlace | null> {
  try {
    return await read(`/api/v1/challenge/place?${new URLSearchParams({ release, strand, place })}`, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export const events = (release: string, strand: string, signal?: AbortSignal): Promise<EventsAnswer> =>
  read(`/api/v1/events?${new URLSearchParams({ release, strand })}`, signal);

export const boroughs = (query: CountQuery, signal?: AbortSignal): Promise<BoroughsAnswer> => read(`/api/v1/boroughs?${counting(query)}`, signal);

/** The address of a cells request. */
export function cellsPath(query: CellsQuery): string {
  const params = counting(query);
  params.set("layer", query.layer);
  if (query.resolution !== undefined) params.set("resolution", String(query.resolution));
  if (query.bbox) params.set("bbox", query.bbox.map((v) => v.toFixed(5)).join(","));
  return `/api/v1/cells?${params}`;
}

export const cells = (query: CellsQuery, signal?: AbortSignal): Promise<CellsAnswer> => read(cellsPath(query), signal);

export interface ComparisonQuery extends CountQuery {
  versus: Period;
  across: boolean;
  resolution?: number;
}

export function comparison({ versus, across, resolution, ...query }: ComparisonQuery, signal?: AbortSignal): Promise<Comparison> {
  const params = counting(query);
  params.set("versus_from", versus.from);
  params.set("versus_to", versus.to);
  if (across) params.set("across_break", "yes");
  if (resolution !== undefined) params.set("resolution", String(resolution));
  return read(`/api/v1/comparison?${params}`, signal);
}

export const cellTile = (release: string, z: number, x: number, y: number, signal?: AbortSignal): Promise<CellTile> =>
  read(`/tiles/${encodeURIComponent(release)}/count/${z}/${x}/${y}.geojson`, signal, { type: "FeatureCollection", features: [] });
