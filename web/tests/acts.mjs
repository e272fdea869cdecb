// What a test does, as its reader would.
import { readFileSync } from "node:fs";
import { ready } from "../scripts/browser.mjs";

/** Acts, and waits for what the page then asks for. */
export async function settle(page, act) {
  await act();
  await page.waitForTimeout(60);
  await ready(page);
}

/** Presses a button that makes a file, and reads it. */
export async function download(page, button) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** Follows a link or sends a form, and waits for the whole of the page that comes. */
export async function follow(page, link) {
  await Promise.all([page.waitForEvent("load"), link.click()]);
}
