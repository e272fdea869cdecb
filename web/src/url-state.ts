/** The state of the page and its form in the address: one string says everything that is on the screen. */
import type { Month } from "./api";
import { areaIn } from "./area";

export interface MapView {
  lon: number;
  lat: number;
  zoom: number;
}

export const TABLES = ["hotspots", "cells", "boroughs", "events", "changes", "borough-changes"] as const;

export type TableName = (typeof TABLES)[number];

/** What narrows the records further; each is `all` or members separated by commas. */
export const NARROWING = ["offence", "setting", "outcome", "days", "hours"] as const;

export type Narrowing = (typeof NARROWING)[number];

export const TABS = ["map", "table", "chart", "about"] as const;

/** What the page shows of the one state. */
export type Tab = (typeof TABS)[number];

export interface State extends Record<Narrowing, string> {
  /** null: the newest. */
  release: string | null;
  /** `all`, a strand, or several separated by commas: records with any of them. */
  strand: string;
  /** null: the release's window. */
  from: Month | null;
  to: Month | null;
  source: string;
  layer: string;
  /** What is compared with: `year`, `before`, or two months joined by a dot; null: nothing. */
  versus: string | null;
  /** Also across a break of recording. */
  across: boolean;
  /** Each period on a map of its own, instead of their difference. */
  beside: boolean;
  /** Only records and hotspots of this borough, by its name (in a link also its code); null: of all. */
  borough: string | null;
  /** `view` in the address. */
  tab: Tab;
  /** Lists only hotspots that are new or grew since the release before; `changed=yes` in the address. */
  changed: boolean;
  /** Lists only hotspots of clear evidence; `evidence=clear` in the address. */
  clear: boolean;
  /** The table beside the map. */
  table: TableName;
  /** Identifier of the chosen hotspot. */
  hotspot: string | null;
  /** An area that the reader drew, as text (`area.ts`). */
  area: string | null;
  /** null: the whole study area. */
  view: MapView | null;
  /** What the address says of months and an area that cannot be read, as it stands there. */
  unread: string;
}

export const DEFAULTS: State = {
  release: null,
  strand: "all",
  from: null,
  to: null,
  source: "reported",
  layer: "count",
  offence: "all",
  setting: "all",
  outcome: "all",
  days: "all",
  hours: "all",
  versus: null,
  across: false,
  beside: false,
  borough: null,
  tab: "map",
  changed: false,
  clear: false,
  table: "hotspots",
  hotspot: null,
  area: null,
  view: null,
  unread: "",
};

const ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
const MEMBERS = /^[a-z][a-z_]{0,40}(,[a-z][a-z_]{0,40}){0,15}$/;
const STRANDS = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,40}(,[A-Za-z0-9][A-Za-z0-9_.:-]{0,40}){0,15}$/;
const NAME = /^[A-Za-z][A-Za-z0-9 .,'&-]{0,60}$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Two months in their order, or a name for a period. */
function versusIn(text: string | null): string | null {
  if (text === "year" || text === "before") return text;
  const [from = "", to = "", ...more] = (text ?? "").split(".");
  if (!MONTH.test(from) || !MONTH.test(to) || more.length > 0) return null;
  return from <= to ? `${from}.${to}` : `${to}.${from}`;
}

const matching = (pattern: RegExp, text: string | null): string | null => (text !== null && pattern.test(text) ? text : null);

function numberIn(text: string | null, min: number, max: number): number | null {
  if (text === null || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= min && value <= max ? value : null;
}

const rounded = (value: number, digits: number): number => {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale + 0;
};

/** The view as an address keeps it: a hundredth of a zoom step, about a metre. */
export const roundedView = (view: MapView): MapView => ({
  lon: rounded(view.lon, 5),
  lat: rounded(view.lat, 5),
  zoom: rounded(view.zoom, 2),
});

/** Query string without the question mark; what is at its default is left out. */
export function encode(state: State): string {
  const params = new URLSearchParams();
  for (const key of ["release", "strand", "from", "to", "source", ...NARROWING, "versus", "borough", "layer", "table", "hotspot", "area"] as const) {
    const value = state[key];
    if (value !== null && value !== DEFAULTS[key]) params.set(key, value);
  }
  if (state.across) params.set("across", "yes");
  if (state.beside) params.set("beside", "yes");
  if (state.tab !== DEFAULTS.tab) params.set("view", state.tab);
  if (state.changed) params.set("changed", "yes");
  if (state.clear) params.set("evidence", "clear");
  if (state.view) {
    const view = roundedView(state.view);
    params.set("lon", String(view.lon));
    params.set("lat", String(view.lat));
    params.set("zoom", String(view.zoom));
  }
  for (const [key, text] of new URLSearchParams(state.unread)) if (!params.has(key)) params.set(key, text);
  return params.toString();
}

/** Never fails: what cannot be read is at its default, and told where a reader may have written it; a period that runs backwards is turned round. */
export function decode(query: string): State {
  const params = new URLSearchParams(query);
  const lon = numberIn(params.get("lon"), -180, 180);
  const lat = numberIn(params.get("lat"), -85, 85);
  const zoom = numberIn(params.get("zoom"), 0, 24);
  let from = matching(MONTH, params.get("from"));
  let to = matching(MONTH, params.get("to"));
  if (from !== null && to !== null && from > to) [from, to] = [to, from];
  const versus = versusIn(params.get("versus"));
  const area = areaIn(params.get("area"));
  const member = (key: Narrowing): string | null => matching(MEMBERS, params.get(key));
  // What says of which records, where, when or how is told when it cannot be read; anything else that is not in the form of an address is at its default.
  const read = {
    strand: matching(STRANDS, params.get("strand")),
    from,
    to,
    source: matching(ID, params.get("source")),
    layer: matching(ID, params.get("layer")),
    offence: member("offence"),
    setting: member("setting"),
    outcome: member("outcome"),
    days: member("days"),
    hours: member("hours"),
    borough: matching(NAME, params.get("borough")),
    versus,
    area,
  };
  const unread = new URLSearchParams();
  for (const [key, value] of Object.entries(read)) {
    const text = params.get(key) ?? "";
    if (text !== "" && value === null) unread.set(key, text);
  }
  const view = lon !== null && lat !== null && zoom !== null ? roundedView({ lon, lat, zoom }) : null;
  // All three or none of them.
  if (view === null) for (const key of ["lon", "lat", "zoom"]) if (params.get(key)) unread.set(key, params.get(key) ?? "");
  return {
    ...read,
    release: matching(ID, params.get("release")),
    strand: read.strand ?? DEFAULTS.strand,
    source: read.source ?? DEFAULTS.source,
    layer: read.layer ?? DEFAULTS.layer,
    offence: read.offence ?? DEFAULTS.offence,
    setting: read.setting ?? DEFAULTS.setting,
    outcome: read.outcome ?? DEFAULTS.outcome,
    days: read.days ?? DEFAULTS.days,
    hours: read.hours ?? DEFAULTS.hours,
    across: versus !== null && params.get("across") === "yes",
    beside: versus !== null && params.get("beside") === "yes",
    tab: TABS.find((t) => t === params.get("view")) ?? DEFAULTS.tab,
    changed: params.get("changed") === "yes",
    clear: params.get("evidence") === "clear",
    table: TABLES.find((t) => t === params.get("table")) ?? DEFAULTS.table,
    hotspot: matching(ID, params.get("hotspot")),
    view,
    unread: unread.toString(),
  };
}
