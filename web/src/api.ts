/** Typed client of the server's HTTP API. Every failure is an {@link ApiError} with a sentence for the reader. */
import { NARROWING, type Narrowing } from "./url-state";
import type { Feature, FeatureCollection, MultiPolygon, Polygon } from "geojson";

/** Calendar month, `YYYY-MM`. */
export type Month = string;

export interface Period {
  from: Month;
  to: Month;
}

export interface StrandEntry {
  id: string;
  label: string;
  parent: string | null;
  n: number;
  /** Number of hotspots; null when there are too few incidents to tell. */
  hotspots: number | null;
}

export interface Reconciliation {
  rows: number;
  mapped: number;
  area_only: number;
  online: number;
  no_place: number;
  rejected: number;
}

export interface Release {
  id: string;
  month: Month;
  /** Window of the hotspots. */
  window: Period;
  /** Months that can be asked for. */
  months: Period;
  as_known_on: string;
  class: "synthetic" | "open" | "restricted";
  licence: string | null;
  study_area: string;
  /** West, south, east, north in degrees. */
  bounds: [number, number, number, number];
  /** Resolution of the hotspots; 0 when the units are areas. */
  resolution: number;
  resolutions: number[];
  reference: string;
  threshold: number;
  reconciliation: Reconciliation;
  outside: number;
  /** Whether hotspots were asked for dependence on one person. */
  person_check: { possible: boolean; mapped: number; victims_known: number; withheld: number };
  strands: StrandEntry[];
  /** `reported` and `all` first, then single sources. */
  sources: { id: string; label: string }[];
  /** What the records of the window can be filtered for, all sources; only what occurs. */
  filters: Record<"offence" | "setting" | "outcome", { id: string; label: string; n: number }[]> & { hour_known: number };
  breaks: { from: string; what: string }[];
  /** Null when no unit has a reported record. */
  feedback: Feedback | null;
}

/** Patrols that follow the map, simulated; shares of all patrols or of all need. */
export interface Feedback {
  records: number;
  /** Of these, with a stated source. */
  stated: number;
  on_map: number;
  top_units: number;
  need_share: number;
  start_share: number;
  rounds: number;
  memory: number;
  margin: number;
  runs: number;
  cases: { discovery: number; by_the_loop: number; maps: { map: string; excess_min: number; excess: number; excess_max: number; locked: number; rounds: number | null }[] }[];
  sentence: string;
}

export interface LayerEntry {
  id: string;
  label: string;
  definition?: string;
  unit?: string;
  method?: string;
  kind?: string;
}

export interface LegendClass {
  label: string;
  color: string;
  cells: number;
  incidents: number;
}

export interface CellsAnswer {
  release: string;
  layer: string;
  strand: string;
  from: Month;
  to: Month;
  source: string;
  resolution: number;
  unit: string;
  n: number;
  /** Left out by days and hours because the hour is not known; null without these. */
  hour_unknown: number | null;
  /** The first class is drawn empty. */
  legend: LegendClass[];
  /** Columns of equal length; cells of class 0 are left out. */
  cells: { id: string[]; n: number[]; value: (number | null)[]; class: number[] };
}

export type Evidence = "clear" | "weak" | "cannot_tell";

/** A rate by one denominator; without numbers the denominator is unfit here. */
export interface Rate {
  denominator: string;
  name: string;
  unit: string;
  n: number | null;
  rate: number | null;
  lo: number | null;
  hi: number | null;
  ratio: number | null;
  ratio_lo: number | null;
  ratio_hi: number | null;
  probability: number | null;
}

export interface Hotspot {
  /** Lasts from release to release. */
  id: string;
  first_seen: Month;
  /** Since the release before: first (there was none), new, continued, grew, shrank, split or merged. */
  change: "first" | "new" | "continued" | "grew" | "shrank" | "split" | "merged";
  /** Hotspots before of which it holds a part, but for itself. */
  of: string[];
  review: Month;
  rank: number;
  name: string;
  borough: string | null;
  n: number;
  expected: number;
  ratio: number;
  ratio_lo: number;
  ratio_hi: number;
  probability: number;
  area_km2: number;
  per_km2_year: number;
  peak: string;
  cells: string[];
  strands: Record<string, number>;
  months: number[];
  period: Period;
  /** The analysis made again under other settings. */
  robustness: {
    share: number | null;
    held: number;
    said: number;
    fails: string[];
    /** By setting of the answer: 1 hot, 0 not hot, - nothing is said. */
    holds: string;
  };
  evidence: Evidence;
  /** Whether it would still be one if any one of its incidents were not there. */
  stands_without_one: boolean;
  /** What keeps it from being clear. */
  short_of_clear: string[];
  /** By named denominators, the reference measure of the rule first. */
  rates: Rate[];
  gi_star: { p: number; q: number } | null;
  peak_rank: { lo: number; hi: number; of: number; in_top: number } | null;
  scan: { cluster: number; n: number; expected: number; p: number; shared: number } | null;
  /** Incidents whose victim, reporter and address are known by a pseudonym. */
  known: { victim: number; reporter: number; premises: number };
  /** Whether it depends on one person, in words. */
  dependence: string;
  /** How much reporting would have to differ before its order with the next one on the list changes; null for the last one. */
  order: Order | null;
  /** Whether it would be none without what followed events of the calendar. */
  only_by_events: boolean;
  sentence: string;
}

/** Two hotspots by their recorded rates. */
export interface Order {
  /** Identifier of the next one on the list. */
  next: string;
  higher: "this" | "next" | "neither";
  /** Whether the order is sure if reporting is alike. */
  stands: boolean;
  factor: number | null;
  /** So far the order stands. */
  factor_lo: number;
}

/** A place to engage: no count of it is known to the page. */
export interface PlaceToEngage {
  unit: string;
  name: string;
  borough: string | null;
  reporting_lo: number;
  /** Null when any number would do. */
  reporting_hi: number | null;
  sentence: string;
}

export interface SilenceAnswer extends FeatureCollection<Polygon | MultiPolygon, PlaceToEngage> {
  release: string;
  period: Period;
  resolution: number;
  measures: string[];
  /** Why there is no map of silence; null when there is one, also when it is empty. */
  why_not: string | null;
  asked: number;
  could_be_named: number;
  false_discovery_rate: number;
  level: number;
  sentence: string;
}

export type HotspotFeature = Feature<Polygon | MultiPolygon, Hotspot>;

export interface HotspotsAnswer extends FeatureCollection<Polygon | MultiPolygon, Hotspot> {
  release: string;
  strand: string;
  verdict: "analysed" | "cannot_tell";
  /** The least number of incidents with which the rule answers; null when it did. */
  minimum: number | null;
  n: number;
  threshold: number;
  reference: string;
  /** Under which every hotspot was asked for again. */
  settings: string[];
  /** Hotspots of the release before that this one has not got. */
  ended: { id: string; name: string; n: number; first_seen: Month; into: string | null }[];
}

/** The months of a place since the last recording break; a part without an answer is null, and its reason says why. */
export interface History {
  months: Period | null;
  /** The recording break after which the months begin. */
  after: { id: string; from: string | null; what: string | null } | null;
  counts: number[];
  present: { months: number; of: number; first: Month; last: Month } | null;
  emerging: { pattern: string; alike: number; hot_share: number; z_last: number | null } | null;
  chart: {
    kind: "xmr" | "poisson";
    /** Months of the baseline, the first ones; those after them are judged by it. */
    baseline: number;
    center: number;
    lower: number;
    upper: number;
    signals: { rule: string; side: "above" | "below"; from: Month; to: Month; late: boolean }[];
  } | null;
  near_repeats: { metres: number; days: number; repeats: number; judged: number; not_judged: number; by_chance: number } | null;
  /** By day, Monday first, then by quarter of the day. */
  week: { counts: number[][]; known: number; of: number } | null;
  reasons: Record<"present" | "emerging" | "chart" | "near_repeats" | "week", string | null>;
}

/** Observed minus expected, with 95 % interval. */
export interface Excess {
  observed: number;
  days: number;
  expected: number;
  excess: number;
  lo: number;
  hi: number;
  baseline: number;
  baseline_days: number;
}

/** What of a hotspot is attributed to events; all but the reason is null where there is one. */
export interface Attribution {
  reason: string | null;
  months: Period | null;
  dated: number | null;
  attributed: number | null;
  share: number | null;
  without: number | null;
  only_by_events: boolean | null;
  by_strands: { strands: string[]; events: { id: string; name: string; from: string; to: string }[]; excess: Excess; attributed: number }[];
}

export interface HotspotStory extends HotspotFeature {
  release: string;
  strand: string;
  threshold: number;
  reference: string;
  /** null where the release was not asked. */
  history: History | null;
  /** null without a calendar of events. */
  attribution: Attribution | null;
}

export interface RecordEntry {
  id: string;
  occurred: string;
  known_to: "minute" | "day" | "month" | "interval";
  recorded_on: string | null;
  offence: string;
  strands: string[];
  source: string;
  status: string;
  setting: string;
  precision: string;
  outcome: string;
}

export interface RecordsAnswer {
  release: string;
  hotspot: string;
  name: string;
  period: Period;
  /** Events that the hotspot counts. */
  n: number;
  records: RecordEntry[];
}

export interface EventEntry {
  id: string;
  name: string;
  from: string;
  to: string;
  strands: string[];
  areas: string[];
  effect: (Excess & { until: string; half_life: number; fitted: boolean; rise: number | null; together: string[] }) | null;
  reason: string | null;
}

export interface EventsAnswer {
  release: string;
  strand: string;
  months: Period;
  /** Events in the calendar, whatever strand they concern; 0 without one. */
  calendar: number;
  events: EventEntry[];
}

export interface PlaceChange {
  n: number;
  before: number;
  /** Of incidents a month; null when there was none before. */
  ratio: number | null;
  lo: number;
  /** Null: no limit. */
  hi: number | null;
  q: number;
  change: "more" | "fewer" | "not_sure" | "nothing";
}

export interface ComparedPlace extends PlaceChange {
  id: string;
  name: string;
}

export interface Comparison {
  release: string;
  strand: string;
  from: Month;
  to: Month;
  source: string;
  versus: Period;
  same_season: boolean;
  breaks: { from: string; what: string }[];
  hour_unknown: number | null;
  level: number;
  total: PlaceChange;
  hotspots: ComparedPlace[];
  boroughs: ComparedPlace[];
  resolution: number;
  legend: { change: PlaceChange["change"]; units: number; n: number; before: number }[];
  /** Columns of equal length; units without an incident in either period are left out. */
  units: { id: string[]; n: number[]; before: number[]; ratio: (number | null)[]; lo: number[]; hi: (number | null)[]; change: PlaceChange["change"][] };
}

export interface BoroughRow {
  code: string;
  name: string;
  n: number;
  /** null where residents are no fit denominator. */
  residents: number | null;
  rate_per_1000: number | null;
  lo: number | null;
  hi: number | null;
}

export interface BoroughsAnswer {
  release: string;
  strand: string;
  from: Month;
  to: Month;
  source: string;
  hour_unknown: number | null;
  rows: BoroughRow[];
  elsewhere: number;
  online: number;
  no_place: number;
  total: number;
}

/** What is counted: the filter without the layer. */
export interface CountQuery extends Record<Narrowing, string> {
  release: string;
  strand: string;
  from: Month;
  to: Month;
  source: string;
}

/** The parameters of a count in a fixed order, so that equal questions have equal addresses; what is `all` is left out. */
function counting(query: CountQuery): URLSearchParams {
  const { release, strand, from, to, source } = query;
  const params = new URLSearchParams({ release, strand, from, to, source });
  for (const key of NARROWING) if (query[key] !== "all") params.set(key, query[key]);
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
  constructor(status: number, title: string, detail: string, parameter: string | null = null) {
    super(detail);
    this.parameter = parameter;
    this.name = "ApiError";
    this.status = status;
    this.title = title;
  }
}

/** Reads an RFC 9457 problem; anything else becomes a plain sentence with the status. */
export function problemOf(status: number, body: string): ApiError {
  try {
    const problem: unknown = JSON.parse(body);
    if (typeof problem === "object" && problem !== null) {
      const { title, detail, parameter } = problem as { title?: unknown; detail?: unknown; parameter?: unknown };
      const heading = typeof title === "string" ? title : `Status ${status}`;
      return new ApiError(status, heading, typeof detail === "string" ? detail : heading, typeof parameter === "string" ? parameter : null);
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
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "No answer", "The server cannot be reached. Check that it is running, then try again.");
  }
  if (!response.ok) throw problemOf(response.status, await response.text());
  if (response.status === 204 && whenEmpty !== undefined) return whenEmpty;
  return (await response.json()) as T;
}

/** Who is here; without a name where nobody signs in. */
export interface Me {
  sign_in: "none" | "development" | "issuer";
  name: string | null;
  role: string | null;
  purpose: string | null;
}

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
