/** What the tools above the map share. */

/** A disclosure that opens over the page closes with Escape and when the focus or a click goes elsewhere. */
export function closeOnLeaving(details: HTMLDetailsElement): void {
  const close = (): void => {
    details.open = false;
  };
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    // Escape means this disclosure and nothing behind it.
    event.stopPropagation();
    close();
    details.querySelector("summary")?.focus();
  });
  // After the click and never before it: where the panel pushes the page down, closing it moves what was aimed at.
  document.addEventListener("click", ({ target }) => {
    if (details.open && target instanceof Node && !details.contains(target)) close();
  });
  document.addEventListener("focusin", ({ target }) => {
    if (details.open && target instanceof Element && !details.contains(target) && target.matches(":focus-visible")) close();
  });
}
