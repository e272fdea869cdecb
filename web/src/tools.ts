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
  details.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !details.contains(relatedTarget)) close();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (details.open && target instanceof Node && !details.contains(target)) close();
  });
}
