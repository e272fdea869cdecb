/**
 * The table of places and its charts as views of one choice: what is marked in one is marked in all, and in the address. Without this the boxes
 * of the table are a form, and the server marks the rows and the charts.
 */

/** How near a click must be to a point, and how far a drag goes before it is one, in px. */
const NEAR = 14;
const DRAG = 5;
/** So many names are read out. */
const NAMED = 5;

interface Point {
  id: string;
  mark: SVGElement;
}

export function linkViews(): void {
  const form = document.querySelector<HTMLFormElement>("#marking");
  const said = document.querySelector<HTMLElement>("#marked-said");
  const off = document.querySelector<HTMLAnchorElement>("#unmark");
  if (!form || !said || !off) return;
  const boxes = new Map([...form.querySelectorAll<HTMLInputElement>('input[name="selected"][type="checkbox"]')].map((box) => [box.value, box]));
  // A long table comes in parts; the charts have every place of it.
  const others = new Map([...document.querySelectorAll<HTMLOptionElement>("#others option")].map((other) => [other.value, other.text]));
  const nameOf = (id: string): string => boxes.get(id)?.getAttribute("aria-label")?.replace(/^Mark /, "") ?? others.get(id) ?? id;
  const shown = new Map<string, Element[]>();
  for (const element of document.querySelectorAll<HTMLElement | SVGElement>("[data-place]")) {
    const id = element.dataset["place"] ?? "";
    shown.set(id, [...(shown.get(id) ?? []), element]);
  }
  // Places that are marked but not listed stay in the address.
  const marked = new Set(new URLSearchParams(location.search).getAll("selected"));
  for (const box of boxes.values()) if (box.checked) marked.add(box.value);

  const show = (): void => {
    for (const [id, elements] of shown) {
      for (const element of elements) {
        element.classList.toggle("marked", marked.has(id));
        if (element.getAttribute("role") === "checkbox") element.setAttribute("aria-checked", String(marked.has(id)));
      }
    }
    for (const [id, box] of boxes) box.checked = marked.has(id);
    const names = [...marked].map(nameOf);
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    const elsewhere = [...marked].filter((id) => !boxes.has(id)).length;
    const where = elsewhere > 0 ? ` ${elsewhere} of them not in this part of the table.` : "";
    said.textContent = names.length === 0 ? "0 marked." : `${names.length} marked: ${names.slice(0, NAMED).join(", ")}${more}.${where}`;
    off.hidden = names.length === 0;
    for (const link of form.querySelectorAll<HTMLAnchorElement>("thead a, nav a")) link.href = withMarks(link.href, marked);
    history.replaceState(history.state, "", withMarks(location.href, marked));
  };
  const toggle = (id: string): void => {
    if (!marked.delete(id)) marked.add(id);
    show();
  };
  const choose = (ids: string[], add: boolean): void => {
    if (!add) marked.clear();
    for (const id of ids) marked.add(id);
    show();
  };

  // The rule that the server wrote is for where there is no script.
  document.querySelector("#marks")?.remove();
  for (const button of form.querySelectorAll("button")) button.hidden = true;
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && boxes.has(event.target.value)) toggle(event.target.value);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  off.addEventListener("click", (event) => {
    event.preventDefault();
    choose([], false);
  });
  for (const chart of document.querySelectorAll<SVGSVGElement>("svg.hc")) {
    const marks = [...chart.querySelectorAll<SVGElement>("[data-place]")];
    const points = marks.map((mark) => ({ id: mark.dataset["place"] ?? "", mark })).filter((point) => boxes.has(point.id) || others.has(point.id));
    if (points.length === 0) continue;
    withKeys(chart, points, nameOf, toggle);
    withPointer(chart, points, toggle, choose);
  }
  followHand(shown);
  show();
}

/** An address with these marks. */
function withMarks(address: string, marked: ReadonlySet<string>): string {
  const url = new URL(address);
  url.searchParams.delete("selected");
  for (const id of marked) url.searchParams.append("selected", id);
  return url.href;
}

/** What is under the pointer or has the focus is told apart in every view. */
function followHand(shown: ReadonlyMap<string, Element[]>): void {
  const follow = (on: boolean) => (event: Event) => {
    const place = event.target instanceof Element ? event.target.closest<HTMLElement | SVGElement>("[data-place]") : null;
    for (const element of shown.get(place?.dataset["place"] ?? "") ?? []) element.classList.toggle("under-hand", on);
  };
  for (const enters of ["pointerover", "focusin"]) document.addEventListener(enters, follow(true));
  for (const leaves of ["pointerout", "focusout"]) document.addEventListener(leaves, follow(false));
}

/** The points of a chart are one stop of the Tab key: arrows go from left to right, Space and Enter mark. */
function withKeys(chart: SVGSVGElement, points: Point[], nameOf: (id: string) => string, toggle: (id: string) => void): void {
  // The children of a picture are nothing to a screen reader; those of a group are.
  chart.setAttribute("role", "group");
  const across = (mark: SVGElement): number => Number(mark.getAttribute("cx") ?? mark.getAttribute("points")?.split(/[ ,]/)[0]);
  const order = [...points].sort((a, b) => across(a.mark) - across(b.mark));
  for (const [at, { id, mark }] of order.entries()) {
    mark.setAttribute("role", "checkbox");
    mark.setAttribute("aria-label", nameOf(id));
    mark.setAttribute("tabindex", at === 0 ? "0" : "-1");
  }
  chart.addEventListener("keydown", (event) => {
    const at = order.findIndex(({ mark }) => mark === event.target);
    const point = order[at];
    if (!point) return;
    const last = order.length - 1;
    const goes: Record<string, number> = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last };
    const to = order[Math.min(Math.max(goes[event.key] ?? at, 0), last)];
    if (event.key === " " || event.key === "Enter") toggle(point.id);
    else if (!(event.key in goes) || !to) return;
    else {
      point.mark.setAttribute("tabindex", "-1");
      to.mark.setAttribute("tabindex", "0");
      to.mark.focus();
    }
    event.preventDefault();
  });
}

/** A click marks the nearest point; a box that is drawn marks those inside, with Shift beside those that are marked. */
function withPointer(chart: SVGSVGElement, points: Point[], toggle: (id: string) => void, choose: (ids: string[], add: boolean) => void): void {
  const middle = ({ mark }: Point): [number, number] => {
    const box = mark.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  let from: [number, number] | null = null;
  let drawn: SVGRectElement | null = null;
  const end = (): void => {
    drawn?.remove();
    [from, drawn] = [null, null];
  };
  chart.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = [event.clientX, event.clientY];
    // A finger scrolls: it marks with a tap.
    if (event.pointerType !== "touch") chart.setPointerCapture(event.pointerId);
  });
  chart.addEventListener("pointermove", (event) => {
    if (!from || event.pointerType === "touch" || Math.hypot(event.clientX - from[0], event.clientY - from[1]) < DRAG) return;
    const back = chart.getScreenCTM()?.inverse();
    if (!back) return;
    const [a, b] = [new DOMPoint(...from), new DOMPoint(event.clientX, event.clientY)].map((point) => point.matrixTransform(back)) as [DOMPoint, DOMPoint];
    drawn ??= chart.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
    drawn.setAttribute("class", "box-drawn");
    const box = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
    for (const [name, value] of Object.entries(box)) drawn.setAttribute(name, value.toFixed(1));
  });
  chart.addEventListener("pointerup", (event) => {
    if (!from) return;
    const [x, y] = from;
    const to: [number, number] = [event.clientX, event.clientY];
    const wasBox = drawn !== null;
    end();
    if (wasBox) {
      const between = (v: number, a: number, b: number): boolean => v >= Math.min(a, b) && v <= Math.max(a, b);
      const inside = points.filter((point) => between(middle(point)[0], x, to[0]) && between(middle(point)[1], y, to[1]));
      choose(inside.map((point) => point.id), event.shiftKey);
      return;
    }
    const far = (point: Point): number => Math.hypot(middle(point)[0] - to[0], middle(point)[1] - to[1]);
    const nearest = points.reduce((a, b) => (far(b) < far(a) ? b : a));
    if (far(nearest) <= NEAR) toggle(nearest.id);
  });
  chart.addEventListener("pointercancel", end);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end();
  });
}
