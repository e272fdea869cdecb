// Where the server is that is tested, and what it answers.
import assert from "node:assert/strict";

const base = process.env.HOTSPOT_URL;
if (!base) throw new Error("set HOTSPOT_URL to the address of a running server, such as http://127.0.0.1:8080");
export const origin = new URL(base).origin;
export const at = (path) => new URL(path, origin).href;

export const api = async (path) => {
  const response = await fetch(at(path));
  assert.equal(response.status, 200, path);
  return response.json();
};
