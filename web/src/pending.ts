/** What is still under way. When nothing is, and the map has come to rest, the page says that it is ready. */
export class Pending {
  readonly #open = new Map<string, AbortController | null>();
  readonly #report: (ready: boolean) => void;
  #turn = 0;
  /** Resolves when the map has drawn what it was given; set by the one who opens the map. */
  settled: () => Promise<void> = () => Promise.resolve();

  constructor(report: (ready: boolean) => void) {
    this.#report = report;
  }

  /** Runs a task; a task of the same name that is still under way is told to stop. */
  async run(name: string, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#open.get(name)?.abort();
    const controller = new AbortController();
    this.#begin(name, controller);
    try {
      await task(controller.signal);
    } finally {
      if (this.#open.get(name) === controller) this.#end(name);
    }
  }

  /** Opens or closes a task that somebody else runs. */
  mark(name: string, open: boolean): void {
    if (open) this.#begin(name, null);
    else this.#end(name);
  }

  #begin(name: string, controller: AbortController | null): void {
    this.#turn += 1;
    this.#open.set(name, controller);
    this.#report(false);
  }

  #end(name: string): void {
    this.#open.delete(name);
    if (this.#open.size > 0) return;
    const turn = ++this.#turn;
    void this.settled().then(() => {
      if (this.#turn === turn) this.#report(true);
    });
  }
}
