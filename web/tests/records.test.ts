import { expect, test } from "vitest";
import { recordsLine } from "../src/hotspot-records";

const period = { from: "2025-11", to: "2026-10" };

test("where records and counted events differ, it is said why", () => {
  expect(recordsLine({ n: 0, records: [], period })).toBe("0 reported records with a point inside, Nov 2025 – Oct 2026.");
  expect(recordsLine({ n: 3, records: [], period })).toContain("The hotspot counts 3 events");
});
