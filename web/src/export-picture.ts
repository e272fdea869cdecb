/** The map as a picture that can stand alone: the sentence above it, and below it the legend with its numbers and what it rests on. */
import type { CellsAnswer, Comparison, HotspotsAnswer, LayerEntry, Release } from "./api";
import { ATTRIBUTION } from "./account";
import { countWords, WORDS } from "./evidence";
import { fileMarking } from "./export-files";
import { counted, dayName, integer, periodName } from "./format";
import { cellSize, legendTotal, unitName } from "./legend";
import { DAY, inLondon } from "./map-base";
import { strandName } from "./strands";
import { comparedTotals, totalsLine } from "./totals";

export interface Words {
  marking: string;
  title: string;
  subtitle: string;
  /** Null while no values are shown. */
  legend: { title: string; definition: string | null; rows: { color: string | null; label: string; units: string; incidents: string }[] } | null;
  /** Outlines by evidence, with the number of each. */
  outlines: { dashes: number[] | null; label: string }[];
  foot: string[];
}

export interface Shown {
  release: Release;
  title: string;
  cells: CellsAnswer | null;
  /** Two periods, where they are compared. */
  compared: Comparison | null;
  layer: LayerEntry | undefined;
  hotspots: HotspotsAnswer | null;
  /** The borough that is shown. */
  borough: string | null;
  /** Whose hotspots are outlined, where they are not those of what is counted. */
  note: string | null;
  /** The filters in words, one each. */
  filters: string[];
  /** Whether an area is drawn on the map. */
  drawn: boolean;
}

/** Everything that is written on the picture. */
export function wordsOf({ release, title, cells, compared, layer, hotspots, borough, note, filters, drawn }: Shown): Words {
  const spots = hotspots?.verdict === "analysed" ? hotspots.features.map((f) => f.properties) : [];
  const words = countWords(spots);
  const strand = hotspots && hotspots.strand !== "all" ? `the strand ${strandName(release, hotspots.strand)} in ` : "";
  const legend = cells && {
    title: `${layer?.label ?? cells.layer} by ${unitName(cells.resolution)}, ${cellSize(cells.resolution)}`,
    definition: layer?.definition ?? null,
    rows: [
      ...cells.legend.map(({ label, color, cells: units, incidents }, index) => ({
        color: index === 0 ? null : color,
        label,
        units: counted(units, unitName(cells.resolution)),
        incidents: counted(incidents, "incident"),
      })),
      ...(borough !== null && inLondon(release.bounds) ? [{ color: DAY.notAsked, label: `outside ${borough}, not asked`, units: "", incidents: "" }] : []),
    ],
  };
  const total = cells ? legendTotal(cells) : 0;
  return {
    marking: fileMarking(release),
    title,
    subtitle: [borough === null ? release.study_area : `${borough}, ${release.study_area}`, compared ? bothPeriods(compared) : cells ? onePeriod(cells) : null].filter((part) => part !== null).join(", "),
    legend,
    outlines: spots.length === 0 ? [] : WORDS.map((word, i) => ({ dashes: word.dashes, label: `${word.label.toLowerCase()} ${integer(words[i] ?? 0)}` })),
    foot: [
      `Filters: ${filters.length === 0 ? "none" : filters.join("; ")}.`,
      ...(spots.length === 0 ? [] : [`Outlines and ranks: ${counted(spots.length, "hotspot")} of ${strand}${periodName(release.window)}, reported incidents. The map shows what was recorded; what is not reported is not on it.`]),
      ...(compared ? [comparedTotals(compared)] : cells?.off_map ? [totalsLine(cells, borough)] : []),
      ...(note !== null && spots.length > 0 ? [note] : []),
      ...(drawn ? ["The broken line in dark red goes round an area that was drawn by hand, and is no hotspot."] : []),
      ...(cells && total === cells.n ? [`Numbers beside the classes are of ${borough ?? release.study_area} as a whole, whatever part of it the picture shows.`] : []),
      `Source: release ${release.id}, as known on ${dayName(release.as_known_on)}. Licence of the records: ${release.licence ?? "not stated"}. ${ATTRIBUTION}`,
    ],
  };
}

function onePeriod(cells: CellsAnswer): string {
  const total = legendTotal(cells);
  return `${periodName(cells)}, ${total === cells.n ? `${counted(cells.n, "incident")} on the map` : `${integer(total)} of ${integer(cells.n)} incidents in this view and around it`}`;
}

/** Each period with its own number. */
function bothPeriods({ units, versus, ...now }: Comparison): string {
  const sum = (numbers: readonly number[]): string => counted(numbers.reduce((all, n) => all + n, 0), "incident");
  return `${periodName(now)}: ${sum(units.n)} on the map, against ${periodName(versus)}: ${sum(units.before)}`;
}

/** Breaks a text into lines no wider than `width`; a word that is wider by itself gets a line of its own. */
export function wrapped(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((w) => w !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && measure(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}

/** Narrower pictures would break the words into too many lines; a narrow map stands in the middle. */
export const LEAST_WIDTH = 640;
const MARGIN = 16;
const INK = "#0b0c0c";
const MUTED = "#4a5359";
const FONT = '"Noto Sans", system-ui, sans-serif';

/** Draws the words round the map. `scale`: pixels of the map's canvas for one of the page. */
export function drawPicture(map: HTMLCanvasElement, scale: number, words: Words): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no 2-D canvas");
  const mapWidth = map.width / scale;
  const mapHeight = map.height / scale;
  const width = Math.max(LEAST_WIDTH, mapWidth);
  const room = width - 2 * MARGIN;

  // First without drawing, to learn the height.
  const paint = (draw: boolean): number => {
    let y = 0;
    const text = (content: string, { size = 12.5, weight = 400, color = INK, x = MARGIN, line = 1.4 } = {}): void => {
      context.font = `${weight} ${size}px ${FONT}`;
      context.fillStyle = color;
      for (const row of wrapped(content, room - (x - MARGIN), (t) => context.measureText(t).width)) {
        if (draw) context.fillText(row, x, y + size);
        y += size * line;
      }
    };
    const band = (): void => {
      if (draw) {
        context.fillStyle = INK;
        context.fillRect(0, y, width, 26);
        context.font = `700 13px ${FONT}`;
        context.fillStyle = "#ffffff";
        context.fillText(words.marking, MARGIN, y + 18);
      }
      y += 26;
    };
    band();
    y += 12;
    text(words.title, { size: 18, weight: 700, line: 1.3 });
    y += 2;
    text(words.subtitle, { size: 13.5, color: MUTED });
    y += 8;
    if (draw) {
      context.drawImage(map, (width - mapWidth) / 2, y, mapWidth, mapHeight);
      context.strokeStyle = "#b1b6bb";
      context.lineWidth = 1;
      context.strokeRect((width - mapWidth) / 2 + 0.5, y + 0.5, mapWidth - 1, mapHeight - 1);
    }
    y += mapHeight + 12;
    if (words.outlines.length > 0) {
      context.font = `700 12.5px ${FONT}`;
      const head = "Outlined hotspots, evidence:";
      let x = MARGIN + context.measureText(head).width + 12;
      if (draw) {
        context.fillStyle = INK;
        context.fillText(head, MARGIN, y + 12.5);
      }
      context.font = `400 12.5px ${FONT}`;
      for (const { dashes, label } of words.outlines) {
        if (draw) {
          context.strokeStyle = INK;
          context.lineWidth = 2.5;
          context.setLineDash((dashes ?? []).map((d) => d * 2.5));
          context.beginPath();
          context.moveTo(x, y + 8);
          context.lineTo(x + 30, y + 8);
          context.stroke();
          context.setLineDash([]);
          context.fillText(label, x + 36, y + 12.5);
        }
        x += 36 + context.measureText(label).width + 18;
      }
      y += 24;
    }
    if (words.legend) {
      text(words.legend.title, { weight: 700 });
      y += 4;
      for (const { color, label, units, incidents } of words.legend.rows) {
        if (draw) {
          context.fillStyle = color ?? "#f6f5f1";
          context.fillRect(MARGIN, y, 26, 15);
          context.strokeStyle = "#5f676d";
          context.lineWidth = 1;
          context.strokeRect(MARGIN + 0.5, y + 0.5, 25, 14);
          context.font = `400 12.5px ${FONT}`;
          context.fillStyle = INK;
          context.fillText(label, MARGIN + 36, y + 12);
          context.textAlign = "right";
          context.fillText(units, MARGIN + 400, y + 12);
          context.fillText(incidents, MARGIN + 530, y + 12);
          context.textAlign = "left";
        }
        y += 19;
      }
      if (words.legend.definition) text(words.legend.definition, { color: MUTED });
      y += 8;
    }
    for (const line of words.foot) text(line, { color: MUTED });
    y += 10;
    band();
    return y;
  };

  const height = Math.ceil(paint(false));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.scale(scale, scale);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  paint(true);
  return canvas;
}

export function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture could not be written"))), "image/png"));
}
