/** How the totals of one state agree: what is on the map, and what is counted beside it. */
import type { CellsAnswer, Comparison } from "./api";
import { counted, integer } from "./format";

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

/** All that is counted, wherever it lies; null where only the map is known. */
export function totalOf({ n, off_map: off }: Pick<CellsAnswer, "n" | "off_map">): number | null {
  return off && n + off.area_only + off.outside + off.online + off.no_place;
}

/** What the source leaves out without being chosen. */
const but = (source: string): string => (source === "reported" ? " but police-generated" : "");

/** `17,530 incidents in all but police-generated: 16,188 on the map, 1,032 known to a borough only, 310 online.` */
export function totalsLine(cells: Pick<CellsAnswer, "n" | "off_map" | "source">, borough: string | null = null): string {
  const { n, off_map: off } = cells;
  const total = totalOf(cells);
  if (!off || total === null) return "";
  const beside: [number, string][] = [
    [off.area_only, borough === null ? "known to a borough only" : "known to the borough only"],
    [off.outside, "outside the study area"],
    [off.online, "online"],
    [off.no_place, "without a place"],
  ];
  const there = beside.filter(([count]) => count > 0).map(([count, words]) => `${integer(count)} ${words}`);
  const all = `${counted(total, "incident")} in all${but(cells.source)}`;
  const parts = total === 0 ? `${all}.` : there.length === 0 ? `${all}, every one on the map.` : `${all}: ${integer(n)} on the map, ${there.join(", ")}.`;
  return borough === null ? parts : `${parts} What is online or without a place is of no borough.`;
}

/** The same of two periods. */
export function comparedTotals({ total, units, source }: Pick<Comparison, "total" | "units" | "source">): string {
  const [now, before] = [sum(units.n), sum(units.before)];
  return `On the map ${integer(now)} of ${counted(total.n, "incident")}, against ${integer(before)} of ${integer(total.before)}${source === "reported" ? ", all but police-generated" : ""}: the others are known to a borough only, online, outside the study area or without a place.`;
}
