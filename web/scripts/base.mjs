// Writes the base map of London into public/base from the project's data: boroughs and the tidal Thames, the points of the boroughs' names; and the postcodes, by area.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const data = process.env.HOTSPOT_DATA ?? join(web, "..", "data");
const out = join(web, "public", "base");

const bytes = (name, parse) => {
  try {
    return parse(readFileSync(join(data, name)));
  } catch (error) {
    console.error(`base: cannot read ${name} in ${data}: ${error.message}\nbase: set HOTSPOT_DATA to the folder that holds boroughs/, context/ and postcodes/`);
    process.exit(1);
  }
};
const read = (name) => bytes(name, (content) => JSON.parse(content));
const write = (name, features) => writeFileSync(join(out, name), JSON.stringify({ type: "FeatureCollection", features }));

const parts = (geometry) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);
const ringArea = (ring) => Math.abs(ring.reduce((sum, [x, y], i) => {
  const [nextX, nextY] = ring[(i + 1) % ring.length];
  return sum + x * nextY - nextX * y;
}, 0)) / 2;
// Degrees of longitude are shorter than degrees of latitude at London.
const squeeze = Math.cos((51.5 * Math.PI) / 180);

function inside([x, y], rings) {
  let odd = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
    }
  }
  return odd;
}

function distanceToEdge([x, y], rings) {
  let best = Infinity;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const ax = (ring[i - 1][0] - x) * squeeze, ay = ring[i - 1][1] - y;
      const dx = (ring[i][0] - ring[i - 1][0]) * squeeze, dy = ring[i][1] - ring[i - 1][1];
      const length = dx * dx + dy * dy;
      const t = length === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length));
      best = Math.min(best, Math.hypot(ax + t * dx, ay + t * dy));
    }
  }
  return best;
}

/** The point of a fine lattice that is farthest from the edge: where a label has most room. */
function labelPoint(geometry) {
  const rings = parts(geometry).reduce((a, b) => (ringArea(a[0]) >= ringArea(b[0]) ? a : b));
  const xs = rings[0].map((p) => p[0]), ys = rings[0].map((p) => p[1]);
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  let best = { point: [(west + east) / 2, (south + north) / 2], room: -1 };
  for (let i = 1; i < 32; i++) {
    for (let j = 1; j < 32; j++) {
      const point = [west + ((east - west) * i) / 32, south + ((north - south) * j) / 32];
      const room = inside(point, rings) ? distanceToEdge(point, rings) : -1;
      if (room > best.room) best = { point, room };
    }
  }
  return best.point.map((v) => Number(v.toFixed(5)));
}

const boroughs = read("boroughs/london_boroughs_s10.geojson").features;
const thames = read("context/thames_tidal_derived.geojson").features;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// One file, so that the map cuts it into tiles once. What has a code is a borough.
write("ground.geojson", [
  ...boroughs.map(({ geometry, properties }) => ({ type: "Feature", geometry, properties: { code: properties.gss_code, name: properties.name } })),
  ...thames.map(({ geometry }) => ({ type: "Feature", geometry, properties: { name: "River Thames" } })),
]);
write("borough-labels.geojson", boroughs.map(({ geometry, properties }) => ({
  type: "Feature", geometry: { type: "Point", coordinates: labelPoint(geometry) },
  properties: { name: properties.name, room: Number(parts(geometry).reduce((sum, rings) => sum + ringArea(rings[0]), 0).toFixed(5)) },
})));

// Postcodes in use, so that a search tells nobody what was typed: one file for each area (the letters), by district. Places are metres of the
// National Grid, each after the first as the difference from the one before; the page turns them into degrees.
const POSTCODES = "postcodes/london_postcodes_onspd_2025-11.csv.gz";
const lines = bytes(POSTCODES, (content) => gunzipSync(content).toString("utf8")).trim().split("\n");
if (lines[0] !== "postcode,gss_code,easting,northing,in_codepoint_open") {
  console.error(`base: ${POSTCODES}: the header is not the expected one`);
  process.exit(1);
}
const areas = {};
for (const line of lines.slice(1).sort()) {
  const [postcode, , easting, northing, live] = line.split(",");
  if (live !== "1") continue;
  const [district, unit] = postcode.split(" ");
  const area = /^[A-Z]+/.exec(district)[0];
  const found = ((areas[area] ??= {})[district] ??= { units: "", east: [], north: [], last: [0, 0] });
  found.units += unit;
  found.east.push(Number(easting) - found.last[0]);
  found.north.push(Number(northing) - found.last[1]);
  found.last = [Number(easting), Number(northing)];
}
mkdirSync(join(out, "postcodes"), { recursive: true });
// Where the name of a district stands: in the middle of its postcodes, metres again.
const named = {};
const middle = (steps) => Math.round(steps.map((sum => (step) => (sum += step))(0)).reduce((a, b) => a + b, 0) / steps.length);
for (const [area, districts] of Object.entries(areas)) {
  for (const [name, district] of Object.entries(districts)) {
    delete district.last;
    named[name] = [middle(district.east), middle(district.north)];
  }
  writeFileSync(join(out, "postcodes", `${area}.json`), JSON.stringify(districts));
}
writeFileSync(join(out, "districts.json"), JSON.stringify(named));
