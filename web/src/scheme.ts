/** Day or night: what the reader asks of his screen. What is made for paper, or to be taken away, is always day. */

const night = (): MediaQueryList | null => globalThis.matchMedia?.("screen and (prefers-color-scheme: dark)") ?? null;

let paper = false;
/** Draws anew whatever has its colours from here; set by the one who draws. */
let turn: () => Promise<void> = () => Promise.resolve();

export const isDark = (): boolean => !paper && (night()?.matches ?? false);

/** Calls back when day becomes night or night day, on the screen or for what is made of it. */
export function onScheme(then: () => Promise<void>): void {
  turn = then;
  night()?.addEventListener("change", () => void turn());
}

/** Makes something by day, whatever the screen is. */
export async function byDay<T>(make: () => T | Promise<T>): Promise<T> {
  if (!isDark()) return make();
  paper = true;
  try {
    await turn();
    return await make();
  } finally {
    paper = false;
    await turn();
  }
}
