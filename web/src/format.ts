/** Numbers, months and periods as people read them. */
import type { Month, Period } from "./api";

const INTEGER = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const integer = (value: number): string => INTEGER.format(value);

/** `1 incident`, `2 incidents`. */
export const counted = (value: number, singular: string, plural = `${singular}s`): string =>
  `${integer(value)} ${value === 1 ? singular : plural}`;

/** Two significant figures below ten, whole numbers above: `0.42`, `4.2`, `42`. */
export function decimal(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 9.95) return integer(value);
  if (Math.abs(value) >= 0.995 || value === 0) return value.toFixed(1);
  return value.toFixed(2);
}

/** Share of a whole; below one per cent with a decimal, and never 0 % for something. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const value = share * 100;
  if (value === 0) return "0%";
  if (value < 0.1) return "< 0.1%";
  return value < 9.95 ? `${Number(value.toFixed(1))}%` : `${Math.round(value)}%`;
}

/** A probability that is never shown as certain. */
export function probability(p: number): string {
  if (!Number.isFinite(p)) return "–";
  if (p > 0.995) return "> 99%";
  if (p < 0.005) return "< 1%";
  return `${Math.round(p * 100)}%`;
}

const parts = (month: Month): [number, number] => [Number(month.slice(0, 4)), Number(month.slice(5, 7))];

export const monthName = (month: Month): string => {
  const [year, number] = parts(month);
  return `${NAMES[number - 1] ?? "?"} ${year}`;
};

/** `Nov 2025 – Oct 2026`, `Aug – Oct 2026`, `Oct 2026`. */
export function periodName({ from, to }: Period): string {
  if (from === to) return monthName(from);
  const [fromYear, fromMonth] = parts(from);
  const [toYear] = parts(to);
  return fromYear === toYear ? `${NAMES[fromMonth - 1] ?? "?"} – ${monthName(to)}` : `${monthName(from)} – ${monthName(to)}`;
}

/** `2026-11-06` → `6 Nov 2026`. */
export function dayName(day: string): string {
  const [year, number] = parts(day);
  return `${Number(day.slice(8, 10))} ${NAMES[number - 1] ?? "?"} ${year}`;
}

/** A month moved by a number of months. */
export function plusMonths(month: Month, count: number): Month {
  const [year, number] = parts(month);
  const index = year * 12 + number - 1 + count;
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;
}

/** Every month of a period, in order. */
export function monthsOf({ from, to }: Period): Month[] {
  const months: Month[] = [];
  for (let month = from; month <= to; month = plusMonths(month, 1)) months.push(month);
  return months;
}
