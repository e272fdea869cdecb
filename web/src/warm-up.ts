/** Starts what draws before the map needs it. */
import WarmUp from "./warm-up-worker?worker";

/**
 * The first WebGL context of a browser waits for what draws, a third of a second where it is software, and a page that makes it does not answer
 * meanwhile: a worker makes one. `started` resolves when it has, or cannot; what was started stays until `end`, when the map has its own.
 */
export function warmUp(): { started: Promise<void>; end(): void } {
  const worker = new WarmUp();
  const started = new Promise<void>((resolve) => {
    worker.onmessage = worker.onerror = () => resolve();
  });
  return { started, end: () => worker.terminate() };
}
