/** Grid references and metres of the British National Grid, to degrees. Good to five metres: enough to find a place, and no figure rests on it. */

/** Longitude and latitude in degrees, WGS84. */
export type LonLat = [number, number];

interface Ellipsoid {
  a: number;
  b: number;
}

const AIRY: Ellipsoid = { a: 6_377_563.396, b: 6_356_256.909 };
const GRS80: Ellipsoid = { a: 6_378_137, b: 6_356_752.31414 };

/** The projection of the National Grid: scale on the meridian, true origin, and the metres that it is given. */
const SCALE = 0.9996012717;
const LAT_0 = (49 * Math.PI) / 180;
const LON_0 = (-2 * Math.PI) / 180;
const EAST_0 = 400_000;
const NORTH_0 = -100_000;

const SECOND = Math.PI / 648_000;
/** The Ordnance Survey's seven parameters from WGS84 to the older datum; the way back takes them with the other sign. */
const SHIFT = { x: -446.448, y: 125.157, z: -542.06, scale: 20.4894e-6, rx: -0.1502 * SECOND, ry: -0.247 * SECOND, rz: -0.8421 * SECOND };

const eccentricity2 = ({ a, b }: Ellipsoid): number => 1 - (b * b) / (a * a);

/** Metres along the meridian from the true origin. */
function meridian(lat: number): number {
  const n = (AIRY.a - AIRY.b) / (AIRY.a + AIRY.b);
  const [less, more] = [lat - LAT_0, lat + LAT_0];
  return (
    AIRY.b *
    SCALE *
    ((1 + n + (5 / 4) * n ** 2 + (5 / 4) * n ** 3) * less -
      (3 * n + 3 * n ** 2 + (21 / 8) * n ** 3) * Math.sin(less) * Math.cos(more) +
      (15 / 8) * (n ** 2 + n ** 3) * Math.sin(2 * less) * Math.cos(2 * more) -
      (35 / 24) * n ** 3 * Math.sin(3 * less) * Math.cos(3 * more))
  );
}

/** Radians of the older datum from metres: the Ordnance Survey's *Guide to coordinate systems in Great Britain*, annex C. */
function olderDegrees(easting: number, northing: number): { lat: number; lon: number } {
  let lat = LAT_0;
  let left = northing - NORTH_0;
  for (let i = 0; i < 20 && Math.abs(left) > 1e-5; i++) {
    lat += left / (AIRY.a * SCALE);
    left = northing - NORTH_0 - meridian(lat);
  }
  const e2 = eccentricity2(AIRY);
  const s2 = Math.sin(lat) ** 2;
  const nu = (AIRY.a * SCALE) / Math.sqrt(1 - e2 * s2);
  const rho = (AIRY.a * SCALE * (1 - e2)) / (1 - e2 * s2) ** 1.5;
  const eta2 = nu / rho - 1;
  const t = Math.tan(lat);
  const sec = 1 / Math.cos(lat);
  const d = easting - EAST_0;
  return {
    lat:
      lat -
      (t / (2 * rho * nu)) * d ** 2 +
      (t / (24 * rho * nu ** 3)) * (5 + 3 * t ** 2 + eta2 - 9 * t ** 2 * eta2) * d ** 4 -
      (t / (720 * rho * nu ** 5)) * (61 + 90 * t ** 2 + 45 * t ** 4) * d ** 6,
    lon:
      LON_0 +
      (sec / nu) * d -
      (sec / (6 * nu ** 3)) * (nu / rho + 2 * t ** 2) * d ** 3 +
      (sec / (120 * nu ** 5)) * (5 + 28 * t ** 2 + 24 * t ** 4) * d ** 5 -
      (sec / (5040 * nu ** 7)) * (61 + 662 * t ** 2 + 1320 * t ** 4 + 720 * t ** 6) * d ** 7,
  };
}

/** Degrees from metres of the National Grid, at most about five metres from the published transformation. */
export function degreesOf(easting: number, northing: number): LonLat {
  const { lat, lon } = olderDegrees(easting, northing);
  const e2 = eccentricity2(AIRY);
  const nu = AIRY.a / Math.sqrt(1 - e2 * Math.sin(lat) ** 2);
  const [x, y, z] = [nu * Math.cos(lat) * Math.cos(lon), nu * Math.cos(lat) * Math.sin(lon), nu * (1 - e2) * Math.sin(lat)];
  const s = 1 - SHIFT.scale;
  const [X, Y, Z] = [
    -SHIFT.x + s * x + SHIFT.rz * y - SHIFT.ry * z,
    -SHIFT.y - SHIFT.rz * x + s * y + SHIFT.rx * z,
    -SHIFT.z + SHIFT.ry * x - SHIFT.rx * y + s * z,
  ];
  const f2 = eccentricity2(GRS80);
  const p = Math.hypot(X, Y);
  let newer = Math.atan2(Z, p * (1 - f2));
  for (let i = 0; i < 8; i++) newer = Math.atan2(Z + f2 * (GRS80.a / Math.sqrt(1 - f2 * Math.sin(newer) ** 2)) * Math.sin(newer), p);
  return [(Math.atan2(Y, X) * 180) / Math.PI, (newer * 180) / Math.PI];
}

/** A square of the National Grid: its south-west corner and its side, in metres. */
export interface GridSquare {
  easting: number;
  northing: number;
  size: number;
}

/** The letters of the squares of 500 and 100 km; I is not among them. */
const LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ";

/** Reads `TQ 300 805`, `TQ300805`: two letters and 4 to 10 digits, half of them east; null for anything else and outside the grid. */
export function gridSquare(text: string): GridSquare | null {
  const found = /^([A-HJ-Z])([A-HJ-Z])\s*(?:(\d{4}|\d{6}|\d{8}|\d{10})|(\d{2,5})\s+(\d{2,5}))$/i.exec(text.trim());
  if (!found) return null;
  const [, first = "", second = "", together, apartEast = "", apartNorth = ""] = found;
  const [east, north] = together === undefined ? [apartEast, apartNorth] : [together.slice(0, together.length / 2), together.slice(together.length / 2)];
  if (east.length !== north.length) return null;
  const [big, small] = [LETTERS.indexOf(first.toUpperCase()), LETTERS.indexOf(second.toUpperCase())];
  // Squares run from west to east and from north to south, five by five; the grid begins in the square SV.
  const column = (big % 5) * 5 + (small % 5) - 10;
  const row = 19 - Math.floor(big / 5) * 5 - Math.floor(small / 5);
  if (column < 0 || column > 6 || row < 0 || row > 12) return null;
  const size = 10 ** (5 - east.length);
  return { easting: column * 100_000 + Number(east) * size, northing: row * 100_000 + Number(north) * size, size };
}
