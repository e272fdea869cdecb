/** What is still under way. When nothing is, and the map has come to rest, the page says that it is ready. */

/** Milliseconds after which the reader is told that something takes long. */
const SLOW = 5000;

type Task = (signal: AbortSignal) => Promise<void>;

/** Why a task gives way. */
const NEWER = "asked anew";

/** Whether a task has given way to a newer one of its name: it then leaves the page alone. */
export const gaveWay = (signal: AbortSignal): boolean => signal.aborted && signal.reason === NEWER;

/** Lets the page answer its reader, and draw, before the next part of a long piece of work. */
export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

export class Pending {
  readonly #open = new Map<string, AbortController | null>();
  readonly #slow = new Set<string>();
  readonly #report: (ready: boolean) => void;
  #turn = 0;
  /** Resolves when the map has drawn what it was given; set by the one who opens the map. */
  settled: () => Promise<void> = () => Promise.resolve();

  /** Called with the tasks that take long whenever they change; set by the one who tells the reader. */
  slow: (names: readonly string[]) => void = () => undefined;

  constructor(report: (ready: boolean) => void) {
    this.#report = report;
  }

  /** Runs a task; a task of the same name that is still under way is told to stop. */
  async run(name: string, task: Task): Promise<void> {
    this.#open.get(name)?.abort(NEWER);
    const controller = new AbortController();
    this.#begin(name, controller);
    const timer = setTimeout(() => this.markSlow(name), SLOW);
    try {
      await task(controller.signal);
    } finally {
      clearTimeout(timer);
      if (this.#open.get(name) === controller) {
        this.#mark(name, false);
        this.#end(name);
      }
    }
  }

  /** Counts a task as one that takes long; its own clock does so too. */
  markSlow(name: string): void {
    this.#mark(name, true);
  }

  /** Stops the tasks that take long: they fail with the reason given, where one that gives way to a newer one just ends. */
  stop(reason: Error): void {
    for (const name of this.#slow) this.#open.get(name)?.abort(reason);
  }

  /** Resolves when a task that is under way has ended; at once when there is none. */
  ended(name: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => (this.#open.has(name) ? void setTimeout(look, 50) : resolve());
      look();
    });
  }

  #mark(name: string, slow: boolean): void {
    if (this.#slow.has(name) === slow) return;
    if (slow) this.#slow.add(name);
    else this.#slow.delete(name);
    this.slow([...this.#slow]);
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
