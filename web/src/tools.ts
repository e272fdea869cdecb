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
  whenLeft(details, () => {
    if (details.open) close();
  });
}

/**
 * Acts on a click elsewhere and when the keyboard moves the focus elsewhere. After the click and never before it: where what closes
 * had pushed the page down, closing it moves what was aimed at.
 */
export function whenLeft(node: HTMLElement, act: () => void): void {
  const elsewhere = (target: EventTarget | null): target is Element => target instanceof Element && target.isConnected && !node.contains(target);
  document.addEventListener("click", ({ target }) => {
    if (elsewhere(target)) act();
  });
  document.addEventListener("focusin", ({ target }) => {
    if (elsewhere(target) && target.matches(":focus-visible")) act();
  });
}
