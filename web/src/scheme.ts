/** Day or night: what the reader asks of his screen. */

const night = (): MediaQueryList | null => globalThis.matchMedia?.("screen and (prefers-color-scheme: dark)") ?? null;

export const isDark = (): boolean => night()?.matches ?? false;

/** Calls back when day becomes night or night day. */
export const onScheme = (then: () => void): void => night()?.addEventListener("change", then);
