// A Chromium without a GPU and without a word to the network: the one way the scripts and tests open the page.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const KNOWN = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of the browser: HOTSPOT_CHROMIUM, or the first known place that has one. */
export function browserPath() {
  const path = process.env.HOTSPOT_CHROMIUM ?? KNOWN.find((p) => existsSync(p));
  if (!path) throw new Error("no Chromium found: install it (Debian: apt-get install chromium) or set HOTSPOT_CHROMIUM to its path");
  return path;
}

/** Opens a browser with a fresh profile; `close` removes the profile too. */
export async function openBrowser({ width = 1280, height = 800, flags = [], ...context } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "hotspot-chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath(),
    args: [...FLAGS, ...flags],
    viewport: { width, height },
    ...context,
  });
  // Software WebGL on a busy machine is slow; a test that hangs still ends.
  browser.setDefaultTimeout(300_000);
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Waits until the page says that everything asked for has been drawn. */
export const ready = (page) => page.waitForSelector("html[data-ready]", { state: "attached" });
