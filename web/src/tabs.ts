/** Map, Table, Chart and About: four ways to look at one state, each with an address of its own. */
import { h } from "./dom";
import { encode, TABS, type State, type Tab } from "./url-state";

export const TAB_NAMES: Record<Tab, string> = { map: "Map", table: "Table", chart: "Chart", about: "About" };

/** Where a tab of this state lies. */
export function tabAddress(state: State, tab: Tab): string {
  const query = encode({ ...state, tab });
  return query === "" ? "/" : `/?${query}`;
}

/** Links, so that a tab can be opened beside; a plain click stays on the page. */
export function drawTabs(node: HTMLElement, state: State, go: (tab: Tab) => void): void {
  const focused = node.contains(document.activeElement) ? document.activeElement?.id : undefined;
  node.replaceChildren(
    ...TABS.map((tab) => {
      const link = h("a", { id: `tab-${tab}`, href: tabAddress(state, tab), "aria-current": state.tab === tab ? "page" : null }, TAB_NAMES[tab]);
      link.addEventListener("click", (event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(tab);
      });
      return link;
    }),
  );
  if (focused) document.getElementById(focused)?.focus();
}

/** A button that copies the address of what is on the screen; where the browser forbids it, the address is shown to be copied by hand. */
export function copyLink(node: HTMLElement, say: (text: string) => void): void {
  const button = h("button", { type: "button", class: "small" }, "Copy link");
  const field = h("input", { class: "link-field", type: "text", readonly: true, "aria-label": "Link to what is shown", hidden: true });
  const label = (text: string): void => {
    button.textContent = text;
    say(text);
    setTimeout(() => (button.textContent = "Copy link"), 2500);
  };
  button.addEventListener("click", () => {
    const copied = navigator.clipboard ? navigator.clipboard.writeText(location.href) : Promise.reject(new Error("no clipboard"));
    copied.then(
      () => {
        field.hidden = true;
        label("Link copied");
      },
      () => {
        field.value = location.href;
        field.hidden = false;
        field.select();
        say("The browser does not let the page copy: the link is selected in the field");
      },
    );
  });
  node.replaceChildren(button, field);
}
