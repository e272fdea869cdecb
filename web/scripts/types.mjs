/**
 * The shapes of the server's answers as TypeScript, from its OpenAPI document: `npm run types` writes src/api-types.ts, a test says when it is stale.
 * Of our own, since the usual generator needs the compiler interface that TypeScript 7 no longer has.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const SNAPSHOT = new URL("../../crates/server/src/routes/snapshots/hotspot_server__routes__tests__openapi.snap", import.meta.url);
/** What the page takes of the interface, as `answers.NAME`. */
const API = new URL("../src/api.ts", import.meta.url);
export const TYPES = new URL("../src/api-types.ts", import.meta.url);

/** The document as the server answers it, kept beside its tests. */
export function document() {
  const [, , body] = readFileSync(SNAPSHOT, "utf8").split(/^---$/m);
  return JSON.parse(body);
}

const PLAIN = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null", object: "Record<string, unknown>" };

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  const many = schema.oneOf ?? schema.anyOf;
  if (many) return [...new Set(many.map(typeOf))].join(" | ");
  if (schema.allOf) return schema.allOf.map(typeOf).join(" & ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const kinds = [schema.type ?? []].flat();
  if (kinds.length > 1) return kinds.map((type) => typeOf({ ...schema, type })).join(" | ");
  const [kind] = kinds;
  if (kind === "array" && schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
  if (kind === "array") return schema.items ? `(${typeOf(schema.items)})[]`.replace(/^\((\w+)\)\[\]$/, "$1[]") : "unknown[]";
  if (kind === "object" && schema.properties) return `{ ${Object.keys(schema.properties).map((name) => field(name, schema)).join("; ")} }`;
  if (kind === "object" && typeof schema.additionalProperties === "object") return `Record<string, ${typeOf(schema.additionalProperties)}>`;
  return PLAIN[kind] ?? "unknown";
}

const field = (name, schema) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}${schema.required?.includes(name) ? "" : "?"}: ${typeOf(schema.properties[name])}`;

const comment = (text, indent) => (text ? `${indent}/** ${text.replaceAll("\n", " ").replaceAll("*/", "* /")} */\n` : "");

function declared(name, schema) {
  const head = comment(schema.description, "");
  if (!schema.properties) return `${head}export type ${name} = ${typeOf(schema)};\n`;
  const fields = Object.keys(schema.properties).map((key) => `${comment(schema.properties[key].description, "  ")}  ${field(key, schema)};\n`);
  return `${head}export interface ${name} {\n${fields.join("")}}\n`;
}

/** Those that the page names, and all that they are made of. */
function named({ schemas }) {
  const wanted = [...readFileSync(API, "utf8").matchAll(/\banswers\.(\w+)/g)].map(([, name]) => name);
  const found = new Set();
  while (wanted.length > 0) {
    const name = wanted.pop();
    if (found.has(name)) continue;
    if (!schemas[name]) throw new Error(`the interface has no shape ${name}`);
    found.add(name);
    wanted.push(...[...JSON.stringify(schemas[name]).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name));
  }
  return Object.entries(schemas).filter(([name]) => found.has(name));
}

export function types({ components }) {
  const all = named(components).map(([name, schema]) => declared(name, schema));
  return `/* Written by \`npm run types\` from the server's OpenAPI document: not by hand. */\n\n${all.join("\n")}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeFileSync(TYPES, types(document()));
