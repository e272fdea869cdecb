/** Makes a WebGL context away from the page, and says when it is done, whatever has come of it. */
try {
  new OffscreenCanvas(1, 1).getContext("webgl2");
} catch {
  // A browser that has none in a worker: the page makes its own first.
}
postMessage(null);
