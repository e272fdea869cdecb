/** Makes a WebGL context away from the page, waits until what draws has nothing else to do, and says so, whatever has come of it. */

/** Milliseconds in which what draws answers when it is free. */
const FREE = 5;
/** Milliseconds after which the page waits no longer. */
const PATIENCE = 1000;

try {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  const pixel = new Uint8Array(4);
  for (const end = performance.now() + PATIENCE; gl && performance.now() < end; ) {
    const asked = performance.now();
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    if (performance.now() - asked < FREE) break;
  }
} catch {
  // A browser that has none in a worker: the page makes its own first.
}
postMessage(null);
