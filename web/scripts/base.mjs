// Writes the base map of London into public/base from the project's data: boroughs, their label points, the tidal Thames.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const data = process.env.HOTSPOT_DATA ?? join(web, "..", "data");
const out = join(web, "public", "base");

const read = (name) => {
  try {
    return JSON.parse(readFileSync(join(data, name), "utf8"));
  } catch (error) {
    console.error(`base: cannot read ${name} in ${data}: ${error.message}\nbase: set HOTSPOT_DATA to the folder that holds boroughs/ and context/`);
    process.exit(1);
  }
};
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

mkdirSync(out, { recursive: true });
write("boroughs.geojson", boroughs.map(({ geometry, properties }) => ({
  type: "Feature", geometry, properties: { code: properties.gss_code, name: properties.name },
})));
write("borough-labels.geojson", boroughs.map(({ geometry, properties }) => ({
  type: "Feature", geometry: { type: "Point", coordinates: labelPoint(geometry) },
  properties: { name: properties.name, room: Number(parts(geometry).reduce((sum, rings) => sum + ringArea(rings[0]), 0).toFixed(5)) },
})));
write("thames.geojson", thames.map(({ geometry }) => ({ type: "Feature", geometry, properties: { name: "River Thames" } })));
