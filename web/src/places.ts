/** What a text in the search box may mean: borough, hotspot, postcode, grid reference or cell. Pure: whoever calls fetches. */
import type { HotspotsAnswer } from "./api";
import { degreesOf, gridSquare } from "./grid";
import { outlineBox } from "./outline";
import type { Box } from "./tiles";

export interface Place {
  kind: "borough" | "hotspot" | "postcode" | "grid" | "cell";
  label: string;
  /** Where it is. */
  box: Box;
  /** Of a hotspot its identifier, of a borough its name. */
  id: string;
}

/** A postcode as far as it was written: outward code, then nothing, a sector's digit or all three characters. */
export interface PostcodeQuery {
  area: string;
  district: string;
  rest: string;
}

/** Reads `SE15`, `SE15 5`, `SE15 5DQ` with or without the space; null for anything else. */
export function postcodeQuery(text: string): PostcodeQuery | null {
  const found = /^(([A-Z]{1,2})\d[A-Z\d]?)(?:\s*(\d[A-Z]{2})|\s+(\d)|(\d))?$/i.exec(text.trim());
  if (!found) return null;
  const [, district = "", area = "", unit, sector, close] = found;
  return { area: area.toUpperCase(), district: district.toUpperCase(), rest: (unit ?? sector ?? close ?? "").toUpperCase() };
}

/** Postcodes of one district: three characters each, and metres of the National Grid, each after the first as the difference from the one before. */
export interface District {
  units: string;
  east: number[];
  north: number[];
}

/** The file of a postcode area, by district. */
export type PostcodeFile = Record<string, District>;

/** Room round a single postcode, in degrees: about 250 m. */
const ROOM = 0.0025;

const around = ([lon, lat]: [number, number], room: number): Box => [lon - room * 1.6, lat - room, lon + room * 1.6, lat + room];

/** The postcodes of a query and the box round them; null when there is none. */
export function postcodePlace({ district, rest }: PostcodeQuery, file: PostcodeFile): Place | null {
  const found = file[district];
  if (!found) return null;
  const points: [number, number][] = [];
  let [east, north] = [0, 0];
  found.east.forEach((step, i) => {
    east += step;
    north += found.north[i] ?? 0;
    if (found.units.startsWith(rest, i * 3)) points.push(degreesOf(east, north));
  });
  const [first] = points;
  if (!first) return null;
  const label = rest === "" ? district : `${district} ${rest}`;
  if (points.length === 1) return { kind: "postcode", label, id: label, box: around(first, ROOM) };
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)];
  return { kind: "postcode", label: `${label}, ${points.length} postcodes`, id: label, box: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] };
}

/** The square of a grid reference; null when the text is none. */
export function gridPlace(text: string): Place | null {
  const square = gridSquare(text);
  if (!square) return null;
  const { easting, northing, size } = square;
  const [[w, s], [e, n]] = [degreesOf(easting, northing), degreesOf(easting + size, northing + size)];
  const label = `${text.trim().toUpperCase()}, a square of ${size >= 1000 ? `${size / 1000} km` : `${size} m`}`;
  const middle: [number, number] = [(w + e) / 2, (s + n) / 2];
  return { kind: "grid", label, id: label, box: size < 1000 ? around(middle, ROOM) : [w, s, e, n] };
}

/** An H3 cell as it is written, in small letters; null for anything else. */
export const cellQuery = (text: string): string | null => (/^8[0-9a-f]{14}$/i.test(text.trim()) ? text.trim().toLowerCase() : null);

/** The resolution of a cell: bits 52 to 55. */
export const resolutionOf = (cell: string): number => Number((BigInt(`0x${cell}`) >> 52n) & 15n);

/** The cell of a coarser resolution that holds a cell: its further digits are all set. */
export function parentOf(cell: string, resolution: number): string {
  let bits = BigInt(`0x${cell}`);
  for (let digit = resolution + 1; digit <= resolutionOf(cell); digit++) bits |= 7n << BigInt(3 * (15 - digit));
  bits = (bits & ~(15n << 52n)) | (BigInt(resolution) << 52n);
  return bits.toString(16);
}

const plain = (text: string): string => text.toLowerCase().normalize("NFD").replaceAll(/[^a-z0-9]+/g, " ").trim();

/** How many are offered: more would have to be read through. */
export const MOST_FOUND = 8;

export interface NamedBorough {
  name: string;
  box: Box;
}

/** Boroughs and hotspots whose name or identifier holds the text: exact ones first, then those that begin with it. */
export function namedPlaces(text: string, boroughs: readonly NamedBorough[], hotspots: HotspotsAnswer | null): Place[] {
  const wanted = plain(text);
  if (wanted === "") return [];
  const score = (...names: string[]): number => Math.min(...names.map(plain).map((name) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : ` ${name}`.includes(` ${wanted}`) ? 2 : 3)));
  const found: { place: Place; at: number; rank: number }[] = [];
  for (const { name, box } of boroughs) found.push({ place: { kind: "borough", label: name, id: name, box }, at: score(name), rank: 0 });
  for (const { geometry, properties: spot } of hotspots?.features ?? []) {
    found.push({ place: { kind: "hotspot", label: `${spot.rank}. ${spot.name}`, id: spot.id, box: outlineBox(geometry) }, at: score(spot.name, spot.id, `${spot.rank} ${spot.name}`), rank: spot.rank });
  }
  return found
    .filter(({ at }) => at < 3)
    .sort((a, b) => a.at - b.at || a.rank - b.rank || (a.place.label < b.place.label ? -1 : 1))
    .map(({ place }) => place);
}
