/** Newer releases: the one on the screen stays until the reader takes the other. */
import * as api from "./api";
import { h } from "./dom";
import { notices, say, store } from "./frame";
import { currentRelease, onScreen } from "./on-screen";
import { staleLine } from "./states";

/** Releases that came up while the page was open. */
let offered: api.Release[] | null = null;

/** Says that the release on the screen is not the newest, and offers the newest. */
export function showStale(release: api.Release): void {
  const newest = (offered ?? onScreen.releases)[0];
  const line = newest ? staleLine(release, newest) : null;
  if (line === null) return notices.show("stale", null);
  const show = h("button", { type: "button", class: "small" }, "Show the newest");
  show.addEventListener("click", () => {
    if (offered) onScreen.releases = offered;
    offered = null;
    // The address may be that of the newest already: then nothing has changed but what it means.
    if (!store.set({ release: null, from: null, to: null, hotspot: null }, "push")) store.again();
  });
  notices.show("stale", [line, show]);
}

/** Asks whether there is a newer release; the one on the screen stays until the reader takes the other. */
async function lookForReleases(): Promise<void> {
  if (onScreen.releases.length === 0) return;
  try {
    const known = (await api.releases()).releases;
    const [was, is] = [onScreen.releases[0], known[0]];
    const release = currentRelease();
    if (!release || !was || !is || was.id === is.id) return;
    offered = known;
    showStale(release);
    say(staleLine(release, is) ?? "");
  } catch {
    // The next look, or what the reader asks for, tells what is wrong.
  }
}

/** How often a page that stays open asks whether there is a newer release. */
const LOOK_EVERY = 5 * 60 * 1000;

export function keepLooking(): void {
  setInterval(() => void lookForReleases(), LOOK_EVERY);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void lookForReleases();
  });
  notices.gone = () => void lookForReleases();
}
