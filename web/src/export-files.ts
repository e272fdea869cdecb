/** Files of what is shown. Every one says in itself what it rests on: release, period, filters, class, marking and licence. Pure: text out, nothing drawn. */
import type { Feature, FeatureCollection, MultiPolygon, Polygon } from "geojson";
import type { BoroughsAnswer, CellsAnswer, ComparedPlace, Comparison, EventsAnswer, Hotspot, HotspotsAnswer, Period, Release } from "./api";
import { ATTRIBUTION } from "./account";
import { asCells } from "./comparison";
import { figuresByCell } from "./readout";
import { hotspotStrand } from "./strands";
import { DEFAULTS, NARROWING, type Narrowing, type State } from "./url-state";

export type Value = string | number | boolean | null;

export interface Table {
  /** What the rows are, as it begins the file's name. */
  what: string;
  /** Incidents of the whole that the rows are parts of; null where they are parts of nothing. */
  n: number | null;
  columns: readonly string[];
  rows: readonly (readonly Value[])[];
}

/** What the figures of a file rest on: the last columns of every table and the members of every GeoJSON. */
export interface Basis extends Record<Narrowing, string> {
  release: string;
  month: string;
  as_known_on: string;
  from: string;
  to: string;
  versus_from: string | null;
  versus_to: string | null;
  strand: string;
  source: string;
  borough: string;
  class: Release["class"];
  marking: string;
  licence: string;
}

/** The marking that a file carries away from the page. */
export function fileMarking(release: Pick<Release, "class">): string {
  switch (release.class) {
    case "synthetic":
      return "SYNTHETIC DATA: about nobody";
    case "open":
      return "OFFICIAL: open data";
    case "restricted":
      return "OFFICIAL-SENSITIVE: for those cleared to see it";
  }
}

/** Of figures that follow the filters. */
export function basisOf(state: State, release: Release, { from, to }: Period, versus: Period | null = null): Basis {
  const narrowed = Object.fromEntries(NARROWING.map((key) => [key, state[key]])) as Record<Narrowing, string>;
  return {
    release: release.id,
    month: release.month,
    as_known_on: release.as_known_on,
    from,
    to,
    versus_from: versus?.from ?? null,
    versus_to: versus?.to ?? null,
    strand: state.strand,
    source: state.source,
    ...narrowed,
    borough: state.borough ?? "all",
    class: release.class,
    marking: fileMarking(release),
    licence: release.licence ?? "not stated",
  };
}

/** Of hotspots: they are of the release's own months, its reported records and one strand or all, whatever else is chosen; listed are those of the borough. */
export function basisOfHotspots(state: State, release: Release): Basis {
  return basisOf({ ...DEFAULTS, strand: hotspotStrand(state, release), borough: state.borough }, release, release.window);
}

/** What does not follow the filters. */
export const NO_FILTER: State = DEFAULTS;

const isFiltered = (basis: Basis): boolean => basis.source !== DEFAULTS.source || NARROWING.some((key) => basis[key] !== "all");

/** `hotspots-2026-10-race-camden-2025-11-to-2026-10.csv`: lower case with dashes, and `filtered` where more narrows it. */
export function fileName(what: string, basis: Basis, extension: string): string {
  const other = basis.versus_from === null ? "" : `-against-${basis.versus_from}-to-${basis.versus_to ?? ""}`;
  const there = basis.borough === "all" ? "" : `-${basis.borough}`;
  const name = `${what}-${basis.month}-${basis.strand}${there}-${basis.from}-to-${basis.to}${other}${isFiltered(basis) ? "-filtered" : ""}`;
  return `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.${extension}`;
}

/** A text that a spreadsheet would run as a formula has an apostrophe before it, and so has one that begins with an apostrophe: the rule of every CSV of the program. */
export function csvField(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const inert = /^[=+\-@\t\r\0']/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** One observation a row, numbers as numbers, and what they rest on in the last columns of each. */
export function csv(table: Table, basis: Basis): string {
  const about: [string, Value][] = [["n_all", table.n], ...Object.entries(basis).filter(([name]) => basis.versus_from !== null || !name.startsWith("versus_"))];
  const lines = [[...table.columns, ...about.map(([name]) => name)], ...table.rows.map((row) => [...row, ...about.map(([, value]) => value)])];
  return lines.map((line) => `${line.map(csvField).join(",")}\n`).join("");
}

/** Columns by name, so that a name and its value stand together. */
function tableOf<Row>(what: string, n: number | null, rows: readonly Row[], columns: Record<string, (row: Row) => Value>): Table {
  return { what, n, columns: Object.keys(columns), rows: rows.map((row) => Object.values(columns).map((value) => value(row))) };
}

export function hotspotsTable(answer: HotspotsAnswer): Table {
  const spots = answer.features.map((f) => f.properties).sort((a, b) => a.rank - b.rank);
  return tableOf<Hotspot>("hotspots", answer.n, spots, {
    rank: (s) => s.rank,
    hotspot: (s) => s.id,
    name: (s) => s.name,
    hotspot_borough: (s) => s.borough,
    n: (s) => s.n,
    expected: (s) => s.expected,
    ratio: (s) => s.ratio,
    ratio_lo: (s) => s.ratio_lo,
    ratio_hi: (s) => s.ratio_hi,
    probability: (s) => s.probability,
    evidence: (s) => s.evidence,
    settings_held: (s) => s.robustness.held,
    settings_said: (s) => s.robustness.said,
    stands_without_one: (s) => s.stands_without_one,
    only_by_events: (s) => s.only_by_events,
    area_km2: (s) => s.area_km2,
    per_km2_year: (s) => s.per_km2_year,
    change: (s) => s.change,
    first_seen: (s) => s.first_seen,
    review: (s) => s.review,
    peak_cell: (s) => s.peak,
  });
}

/** Boroughs, and what lies in none of them as rows of their own. */
export function boroughsTable(answer: BoroughsAnswer): Table {
  const none = { residents: null, rate_per_1000: null, lo: null, hi: null };
  const others = [
    { code: "", name: "elsewhere", n: answer.elsewhere, ...none },
    { code: "", name: "online", n: answer.online, ...none },
    { code: "", name: "no place", n: answer.no_place, ...none },
  ];
  return tableOf("boroughs", answer.total, [...answer.rows, ...others], {
    code: (r) => r.code,
    name: (r) => r.name,
    n: (r) => r.n,
    residents: (r) => r.residents,
    rate_per_1000_year: (r) => r.rate_per_1000,
    rate_lo: (r) => r.lo,
    rate_hi: (r) => r.hi,
  });
}

export function changesTable(answer: Comparison, kind: "hotspots" | "boroughs"): Table {
  return tableOf<ComparedPlace>(kind === "hotspots" ? "change-by-hotspot" : "change-by-borough", answer.total.n, answer[kind], {
    [kind === "hotspots" ? "hotspot" : "code"]: (p) => p.id,
    name: (p) => p.name,
    n: (p) => p.n,
    n_versus: (p) => p.before,
    ratio: (p) => p.ratio,
    ratio_lo: (p) => p.lo,
    ratio_hi: (p) => p.hi,
    q: (p) => p.q,
    change: (p) => p.change,
  });
}

export function eventsTable(answer: EventsAnswer): Table {
  return tableOf("events", null, answer.events, {
    event: (e) => e.id,
    name: (e) => e.name,
    first_day: (e) => e.from,
    last_day: (e) => e.to,
    observed: (e) => e.effect?.observed ?? null,
    expected: (e) => e.effect?.expected ?? null,
    excess: (e) => e.effect?.excess ?? null,
    excess_lo: (e) => e.effect?.lo ?? null,
    excess_hi: (e) => e.effect?.hi ?? null,
    looked_at_until: (e) => e.effect?.until ?? null,
    not_told_apart_from: (e) => e.effect?.together.join("; ") ?? null,
    cannot_be_said: (e) => e.reason,
  });
}

/** Longitude and latitude of a cell's middle. */
export type Centres = ReadonlyMap<string, readonly [number, number]>;

const degrees = (value: number): number => Number(value.toFixed(5));

/**
 * Cells with their figures under the layer. A cell that the answer leaves out is of the first class: under counts it holds no
 * incident, under any other layer its number is not known here and stays empty. Of a borough only those that hold records of it are listed: the
 * others are not asked for.
 */
export function cellsTable(answer: CellsAnswer, centres: Centres | null, borough: string | null = null, what = "cells"): Table {
  const figures = figuresByCell(answer);
  // Without a map all cells that have a colour, and no place but their names.
  const known = centres ? [...centres] : answer.cells.id.map((id): [string, null] => [id, null]);
  const rows = borough === null ? known : known.filter(([id]) => (figures.get(id)?.n ?? 0) > 0);
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  const empty = answer.layer === "count" ? 0 : null;
  return tableOf<[string, readonly [number, number] | null]>(what, answer.n, rows, {
    cell: ([id]) => id,
    ...(centres ? { lon: ([, at]) => (at ? degrees(at[0]) : null), lat: ([, at]) => (at ? degrees(at[1]) : null) } : {}),
    n: ([id]) => figures.get(id)?.n ?? empty,
    value: ([id]) => (figures.has(id) ? (figures.get(id)?.value ?? null) : empty),
    ...listedOnly(borough),
    class_label: ([id]) => answer.legend[figures.get(id)?.class ?? 0]?.label ?? "",
    layer: () => answer.layer,
    unit: () => answer.unit,
    resolution: () => answer.resolution,
    // Of the whole, as `n_all` is: what is counted beside the map.
    n_area_only: () => answer.off_map?.area_only ?? null,
    n_outside: () => answer.off_map?.outside ?? null,
    n_online: () => answer.off_map?.online ?? null,
    n_no_place: () => answer.off_map?.no_place ?? null,
  });
}

/** Which cells a file lists, where it is not all of them. */
const listedOnly = (borough: string | null): Record<string, () => Value> => (borough === null ? {} : { cells_listed: () => `with records of ${borough} only` });

/** Cells of two periods. */
export function comparedCellsTable(answer: Comparison, centres: Centres, borough: string | null = null): Table {
  const at = new Map(answer.units.id.map((id, i) => [id, i]));
  const { units } = answer;
  const { legend, cells } = asCells(answer);
  const rows = [...centres].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, [lon, lat]]) => ({ id, lon, lat, i: at.get(id) ?? -1 })).filter(({ i }) => borough === null || (units.n[i] ?? 0) + (units.before[i] ?? 0) > 0);
  return tableOf("change-by-cell", units.n.reduce((sum, n) => sum + n, 0), rows, {
    cell: ({ id }) => id,
    lon: ({ lon }) => degrees(lon),
    lat: ({ lat }) => degrees(lat),
    n: ({ i }) => units.n[i] ?? 0,
    n_versus: ({ i }) => units.before[i] ?? 0,
    ratio: ({ i }) => units.ratio[i] ?? null,
    ratio_lo: ({ i }) => units.lo[i] ?? null,
    ratio_hi: ({ i }) => units.hi[i] ?? null,
    ...listedOnly(borough),
    change: ({ i }) => units.change[i] ?? "nothing",
    class_label: ({ i }) => legend[cells.class[i] ?? 0]?.label ?? "",
    resolution: () => answer.resolution,
  });
}

export type Shape = Feature<Polygon | MultiPolygon, Record<string, unknown> | null>;

/** GeoJSON with members beside the features that say what they rest on. */
export function geojson(what: string, features: readonly Shape[], basis: Basis, more: Record<string, unknown> = {}): string {
  const file: FeatureCollection<Polygon | MultiPolygon, Record<string, unknown> | null> & Record<string, unknown> = {
    type: "FeatureCollection",
    name: what,
    ...basis,
    ...more,
    attribution: ATTRIBUTION,
    features: [...features],
  };
  return `${JSON.stringify(file)}\n`;
}
