import { describe, expect, test } from "vitest";
import { CHANGE_CLASSES } from "../src/comparison";
import { classColors } from "../src/legend";
import * as base from "../src/map-base";
import * as drawn from "../src/map-layers";
import report from "../../crates/report/src/style.css?raw";
import palettes from "./palettes.json";

type Rgb = [number, number, number];

const rgb = (hex: string): Rgb => {
  const digits = hex.slice(1);
  const full = digits.length === 3 ? [...digits].map((d) => d + d).join("") : digits;
  return [0, 2, 4].map((i) => Number.parseInt(full.slice(i, i + 2), 16)) as Rgb;
};
const linear = (v: number): number => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
/** Relative luminance of WCAG. */
const luminance = (c: Rgb): number => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
const contrast = (a: Rgb, b: Rgb): number => {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number];
  return (x + 0.05) / (y + 0.05);
};

/** Machado, Oliveira and Fernandes (2009), severity 1: on linear light. */
const VISION: Record<string, number[][]> = {
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const seenBy = (c: Rgb, matrix: number[][]): number => {
  const light = c.map(linear);
  const [r, g, b] = matrix.map((row) => Math.min(1, Math.max(0, row.reduce((sum, k, i) => sum + k * (light[i] ?? 0), 0)))) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const raw = import.meta.glob<string>("../src/*.css", { query: "?raw", import: "default", eager: true });
const sheets = Object.entries(raw).map(([path, text]) => ({ name: path.slice("../src/".length), text: text.replaceAll(/\/\*[^]*?\*\//g, "") }));
const declared = (root: string): [string, string][] => [...root.matchAll(/(--[a-z0-9-]+):\s*(#[0-9a-f]{3,6})\b/g)].map((m) => [m[1] ?? "", m[2] ?? ""]);
const page = sheets.find(({ name }) => name === "style-page.css")?.text ?? "";
const day = new Map(declared(/:root\s*\{([^}]*)\}/.exec(page)?.[1] ?? ""));
const night = new Map([...day, ...declared(/prefers-color-scheme: dark\)\s*\{\s*:root\s*\{([^}]*)\}/.exec(page)?.[1] ?? "")]);

describe.each([["day", day], ["night", night]] as const)("colours of the page by %s", (_, variables) => {
  const colorOf = (value: string): string | null => {
    const name = /^var\((--[a-z0-9-]+)\)$/.exec(value)?.[1];
    const hex = name === undefined ? value : variables.get(name);
    return hex !== undefined && /^#[0-9a-f]{3,6}$/.test(hex) ? hex : null;
  };
  const named = (name: string): Rgb => rgb(variables.get(name) ?? "");

  /** Rules that set both the colour of text and one plain ground. */
  const pairs = sheets.flatMap(({ name, text }) =>
    [...text.matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selector = "", body = ""]) => {
      const value = (property: RegExp): string | null => colorOf(property.exec(body)?.[1]?.trim() ?? "");
      const [color, ground] = [value(/(?:^|[\s;])color:\s*([^;]+);/), value(/(?:^|[\s;])background(?:-color)?:\s*([^;]+);/)];
      return color && ground ? [{ rule: `${name} ${selector.trim()}`, color, ground }] : [];
    }),
  );

  test("are read out of the style sheets", () => {
    expect(variables.get("--ink")).toBe(variables === day ? "#0b0c0c" : "#f1f3f4");
    expect(night.size).toBe(day.size);
    expect([...day.keys()].filter((name) => day.get(name) === night.get(name))).toEqual(["--focus", "--rim"]);
    expect(pairs.length).toBeGreaterThan(8);
    expect(contrast(rgb("#ffffff"), rgb("#000"))).toBeCloseTo(21, 5);
  });

  test.each(pairs)("text of $rule can be read", ({ color, ground }) => {
    expect(contrast(rgb(color), rgb(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["--ink", "--muted", "--brand"])("text of %s can be read on every ground of the page", (name) => {
    for (const ground of ["--paper", "--ground", "--faint", "--brand-pale"]) expect(contrast(named(name), named(ground)), ground).toBeGreaterThanOrEqual(4.5);
    if (name === "--ink") for (const ground of ["--warn", "--error", "--brand-chosen", "--shade-1"]) expect(contrast(named(name), named(ground)), ground).toBeGreaterThanOrEqual(4.5);
  });

  test("figures in the shades of the week can be read", () => {
    for (const shade of ["--shade-1", "--shade-2", "--shade-3", "--shade-4"]) expect(contrast(named("--on-shade"), named(shade)), shade).toBeGreaterThanOrEqual(4.5);
  });

  test("edges of controls, lines of charts, and the two parts of the focus ring, stand out", () => {
    for (const edge of ["--edge", "--bar", "--limit", "--faint-line", "--engage", "--drawn"]) for (const ground of ["--paper", "--ground"]) expect(contrast(named(edge), named(ground)), edge).toBeGreaterThanOrEqual(3);
    expect(contrast(named("--edge"), named("--brand-pale"))).toBeGreaterThanOrEqual(3);
    expect(contrast(named("--focus"), named("--rim"))).toBeGreaterThanOrEqual(3);
    // One of the two parts is seen on any ground.
    for (const ground of ["--paper", "--ground", "--brand"]) expect(Math.max(contrast(named("--rim"), named(ground)), contrast(named("--focus"), named(ground))), ground).toBeGreaterThanOrEqual(3);
    expect(contrast(named("--ink"), named("--paper"))).toBeGreaterThanOrEqual(3);
    expect(contrast(named("--brand"), named("--faint"))).toBeGreaterThanOrEqual(3);
  });
});

describe.each(palettes)("the colours of layer $id", ({ classes }) => {
  const colors = classes.map((c) => rgb(c.color));

  test("get darker from class to class, and each can be told from the next", () => {
    const steps = colors.slice(1).map((c, i) => (luminance(colors[i] as Rgb) + 0.05) / (luminance(c) + 0.05));
    for (const step of steps) expect(step).toBeGreaterThan(1.1);
  });

  test.each(Object.entries(VISION))("get darker from class to class with %s too", (_, matrix) => {
    const seen = colors.map((c) => seenBy(c, matrix));
    for (let i = 1; i < seen.length; i++) expect((seen[i - 1] as number) + 0.05).toBeGreaterThan(((seen[i] as number) + 0.05) * 1.08);
  });

  test("end dark enough to stand out from the ground of the map", () => {
    expect(contrast(colors.at(-1) as Rgb, rgb("#f6f5f1"))).toBeGreaterThanOrEqual(3);
  });

  test("let the outline of a hotspot be seen on every one, by its ink or by its white casing", () => {
    for (const c of colors) expect(Math.max(contrast(c, rgb("#0b0c0c")), contrast(c, rgb("#ffffff")))).toBeGreaterThanOrEqual(3);
  });

  test("are never red beside green", () => {
    for (const [r, g, b] of colors.slice(1)) expect(g > r && g > b).toBe(false);
  });

  test("are turned round by night, so that more stands out from the dark ground", () => {
    const dark = classColors({ layer: "count", legend: classes.map((c) => ({ ...c, cells: 0, incidents: 0 })) }, true).map(rgb);
    expect(dark.slice(1).reverse()).toEqual(colors.slice(1));
    const ground = rgb(night.get("--land") ?? "");
    expect(contrast(dark.at(-1) as Rgb, ground)).toBeGreaterThanOrEqual(3);
    for (const c of dark.slice(1)) expect(Math.max(contrast(c, rgb("#0b0c0c")), contrast(c, rgb("#f1f3f4")))).toBeGreaterThanOrEqual(3);
  });
});

describe.each(["day", "night"] as const)("the colours of a change by %s", (time) => {
  const [nothing, muchFewer, fewer, notSure, more, muchMore] = CHANGE_CLASSES.map((c) => rgb(time === "day" ? c.color : c.night)) as [Rgb, Rgb, Rgb, Rgb, Rgb, Rgb];
  const land = (time === "day" ? day : night).get("--land") ?? "";
  const byName = Object.entries({ "full colour vision": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], ...VISION });

  test.each(byName)("get further from the ground, from the middle to both ends, with %s", (_, matrix) => {
    for (const side of [[nothing, notSure, fewer, muchFewer], [nothing, notSure, more, muchMore]]) {
      const light = side.map((c) => seenBy(c, matrix) + 0.05);
      const seen = time === "day" ? light : light.map((l) => 1 / l);
      for (let i = 1; i < seen.length; i++) expect(seen[i - 1] as number).toBeGreaterThan((seen[i] as number) * 1.08);
    }
  });

  test.each(byName)("say more and fewer by different hues with %s", (_, matrix) => {
    const hue = (c: Rgb): number => {
      const light = c.map(linear);
      const [r, , b] = matrix.map((row) => row.reduce((sum, k, i) => sum + k * (light[i] ?? 0), 0)) as Rgb;
      return Math.max(0, b) - Math.max(0, r);
    };
    // One side leans to blue and the other to yellow: every common kind of vision has that axis, or red and blue in its stead.
    for (const [cool, warm] of [[fewer, more], [muchFewer, muchMore]] as const) expect(hue(cool) - hue(warm)).toBeGreaterThan(0.15);
  });

  test("end far enough from the ground of the map to stand out, and are never red beside green", () => {
    for (const c of [muchFewer, muchMore]) expect(contrast(c, rgb(land))).toBeGreaterThanOrEqual(3);
    for (const [r, g, b] of [fewer, muchFewer, more, muchMore]) expect(g > r && g > b).toBe(false);
  });
});

describe.each(["day", "night"] as const)("what is drawn on the map by %s", (time) => {
  const ground = time === "day" ? base.DAY : base.NIGHT;
  const own = time === "day" ? drawn.DAY : drawn.NIGHT;
  const sheet = time === "day" ? day : night;

  test("has the ground that the legend has", () => {
    for (const name of ["land", "outside", "border"] as const) expect(ground[name], name).toBe(sheet.get(`--${name}`));
    expect(ground.notAsked).toBe(sheet.get("--not-asked"));
    // Not to be taken for land where nothing was recorded.
    expect(contrast(rgb(ground.notAsked), rgb(ground.land))).toBeGreaterThan(1.4);
  });

  test("names places so that they can be read on land, water and what lies outside, and on their own halo", () => {
    for (const under of [ground.land, ground.water, ground.outside, ground.notAsked, ground.halo]) expect(contrast(rgb(ground.label), rgb(under)), under).toBeGreaterThanOrEqual(4.5);
  });

  test("writes ranks that can be read on their badges", () => {
    for (const [text, badge] of [[own.paper, own.ink], [own.ink, own.paper], [own.faint, own.paper], [own.paper, own.chosen]] as const) expect(contrast(rgb(text), rgb(badge)), `${text} on ${badge}`).toBeGreaterThanOrEqual(4.5);
  });

  test("has outlines that are seen on land, and each beside its casing on any class", () => {
    for (const line of [own.ink, own.chosen, own.faint, own.engage, own.drawn]) {
      expect(contrast(rgb(line), rgb(ground.land)), line).toBeGreaterThanOrEqual(3);
      expect(contrast(rgb(line), rgb(own.paper)), line).toBeGreaterThanOrEqual(3);
    }
  });

  test("mutes what may be as expected by lines as the ground is", () => {
    expect(contrast(rgb(own.mute), rgb(ground.land))).toBeLessThan(1.2);
  });

  test.each(Object.entries(VISION))("has places to engage and an area that is drawn apart from land with %s", (_, matrix) => {
    const [engage, area, land] = [own.engage, own.drawn, ground.land].map((c) => seenBy(rgb(c), matrix) + 0.05) as Rgb;
    for (const line of [engage, area]) expect(Math.max(line, land) / Math.min(line, land)).toBeGreaterThan(3);
  });
});

test("turns the same colours of classes round by night and has none of a hue that is not there by day", () => {
  for (const { classes } of palettes) {
    const of = (dark: boolean): string[] => classColors({ layer: "count", legend: classes.map((c) => ({ ...c, cells: 0, incidents: 0 })) }, dark);
    expect([...of(true)].sort()).toEqual([...of(false)].sort());
  }
});

const root = (text: string): Map<string, string> => new Map([...text.matchAll(/(--[a-z0-9-]+):(#[0-9a-f]{3,6})\b/g)].map((m) => [m[1] ?? "", m[2] ?? ""]));
const [reportDay, reportNight] = [...report.matchAll(/:root\{([^}]*)\}/g)].map((m) => root(m[1] ?? ""));

describe.each([["day", reportDay], ["night", reportNight]] as const)("colours of the pages that are read by %s", (_, variables) => {
  const named = (name: string): Rgb => rgb(variables?.get(name) ?? "");

  test("are all there", () => {
    expect([...(variables?.keys() ?? [])]).toEqual([...(reportDay?.keys() ?? [])]);
    expect(variables?.size).toBeGreaterThan(10);
  });

  test("have text, links and faults that can be read", () => {
    for (const name of ["--ink", "--muted", "--brand", "--wrong"]) for (const ground of ["--paper", "--pale"]) expect(contrast(named(name), named(ground)), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    for (const [text, ground] of [["--on-brand", "--brand"], ["--on-focus", "--focus"], ["--on-level-4", "--level-4"], ["--paper", "--level-5"], ["--ink", "--level-1"], ["--ink", "--level-2"], ["--ink", "--level-3"]] as const) expect(contrast(named(text), named(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  test("have edges that stand out, and levels that get further from the paper", () => {
    expect(contrast(named("--edge"), named("--paper"))).toBeGreaterThanOrEqual(3);
    const steps = [1, 2, 3, 4, 5].map((n) => contrast(named(`--level-${n}`), named("--paper")));
    for (let i = 1; i < steps.length; i++) expect(steps[i] as number).toBeGreaterThan((steps[i - 1] as number) * 1.08);
    expect(steps[4]).toBeGreaterThanOrEqual(3);
  });
});
