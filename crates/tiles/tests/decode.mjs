// Reads a vector tile from stdin with the decoder that MapLibre uses and prints what it found as JSON.
// usage: node decode.mjs FOLDER_OF_NODE_MODULES Z X Y < tile.mvt
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, z, x, y] = process.argv.slice(2);
const from = createRequire(`${folder}/package.json`);
const load = async (name) => import(pathToFileURL(from.resolve(name)).href);
const { VectorTile } = await load("@mapbox/vector-tile");
const pbf = await load("pbf");
const Pbf = pbf.PbfReader ?? pbf.default;

const tile = new VectorTile(new Pbf(readFileSync(0)));
const layers = Object.values(tile.layers).map((layer) => ({
  name: layer.name,
  version: layer.version,
  extent: layer.extent,
  features: Array.from({ length: layer.length }, (_, i) => {
    const feature = layer.feature(i);
    const { geometry, id, properties } = feature.toGeoJSON(Number(x), Number(y), Number(z));
    return { id, properties, geometry, rings: feature.loadGeometry().map((ring) => ring.map((p) => [p.x, p.y])) };
  }),
}));
process.stdout.write(JSON.stringify(layers));
