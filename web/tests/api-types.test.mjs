import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { document, TYPES, types } from "../scripts/types.mjs";

test("the types of the answers are those of the server's interface; `npm run types` writes them anew", () => {
  expect(readFileSync(TYPES, "utf8")).toBe(types(document()));
});
