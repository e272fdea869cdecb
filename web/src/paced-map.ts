/** A map that begins a frame when the graphics card has done the one before, until it has drawn everything once. */
import { Map as MapLibre, type MapOptions } from "maplibre-gl";

/** Milliseconds between two looks at whether a frame is done. */
const LOOK = 4;

/**
 * A frame that uses something for the first time makes programs for it, and asks for each whether it came about: the answer waits for all that is still to
 * be drawn, and the page with it. Where the processor draws instead of a card that is a third of a second and more. So at first no frame is drawn behind
 * another.
 */
export class PacedMap extends MapLibre {
  /** False when everything has been drawn once: frames then follow each other as fast as they come. */
  paced = true;
  /** The end of what was drawn last, while it is awaited. */
  #awaited: WebGLSync | null = null;
  /** Whether a frame is wanted after it. */
  #wanted = false;
  /** Who waits for the end of the frame. */
  readonly #waiting: (() => void)[] = [];

  constructor(options: MapOptions) {
    super(options);
    this.on("render", () => {
      if (this.paced) this.#await();
    });
  }

  override triggerRepaint(): void {
    if (this.#awaited) this.#wanted = true;
    else super.triggerRepaint();
  }

  /** Draws a frame; resolves when the graphics card has done it. For as long as the map is paced. */
  async drawn(): Promise<void> {
    const drawn = new Promise<void>((resolve) => this.once("render", () => this.#waiting.push(resolve)));
    this.triggerRepaint();
    await drawn;
  }

  #await(): void {
    const gl = this.getCanvas().getContext("webgl2");
    const end = gl?.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0) ?? null;
    this.#awaited = end;
    if (!gl || !end) return;
    gl.flush();
    const look = (): void => {
      if (this.#awaited !== end) return gl.deleteSync(end);
      // A context that was lost has nothing left to do.
      if (!gl.isContextLost() && gl.getSyncParameter(end, gl.SYNC_STATUS) !== gl.SIGNALED) return void setTimeout(look, LOOK);
      gl.deleteSync(end);
      this.#awaited = null;
      for (const told of this.#waiting.splice(0)) told();
      if (!this.#wanted) return;
      this.#wanted = false;
      super.triggerRepaint();
    };
    setTimeout(look, LOOK);
  }
}
