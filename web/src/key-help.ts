/** The keys of the map, in a dialog: Alt+K anywhere, `?` while the focus is in the map. */
import { h } from "./dom";

export const KEYS: readonly { where: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    where: "Anywhere",
    keys: [
      ["Alt + K", "this list"],
      ["Esc", "close the panel or this list; the focus goes back to where it was"],
    ],
  },
  {
    where: "On the map",
    keys: [
      ["Arrow keys", "move the map"],
      ["+ and −", "zoom in and out"],
      ["Enter", "open the hotspot under the cross"],
      ["Tab", "go on to the list of the hotspots in view"],
      ["?", "this list"],
    ],
  },
  {
    where: "In the list of hotspots in view",
    keys: [
      ["Arrow keys", "the next or the one before, by rank"],
      ["Alt + arrow key", "the nearest one in that direction on the map"],
      ["Home and End", "the first and the last"],
      ["Enter", "open it"],
      ["Esc", "go back to the map"],
    ],
  },
];

export function fillKeyHelp(dialog: HTMLDialogElement): void {
  const close = h("button", { type: "button", class: "small" }, "Close");
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(
    h("h2", { id: "keys-title" }, "Keys"),
    ...KEYS.flatMap(({ where, keys }) => [h("h3", {}, where), h("dl", { class: "keys" }, ...keys.map(([key, does]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, does))))]),
    h("p", {}, "Without a keyboard: the arrows and + − on the map move it, a click opens a hotspot, and the table has the same hotspots as the map."),
    close,
  );
}

/** The native dialog gives the focus back by itself. Single letters act only where the map has the focus. */
export function bindKeyHelp(dialog: HTMLDialogElement, map: HTMLElement): void {
  fillKeyHelp(dialog);
  addEventListener("keydown", (event) => {
    if (dialog.open) return;
    const alt = event.altKey && !event.ctrlKey && event.code === "KeyK";
    const mark = event.key === "?" && map.contains(document.activeElement);
    if (!alt && !mark) return;
    event.preventDefault();
    dialog.showModal();
  });
}
