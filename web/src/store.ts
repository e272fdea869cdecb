/** The one state of the page, bound to the address: every change is a link, and Back takes it back. */
import { decode, encode, type State } from "./url-state";

/** Whether a change is a step that Back undoes, or only keeps the address true. */
export type Step = "push" | "replace";

export type Listener = (next: State, previous: State) => void;

export class Store {
  #state: State;
  readonly #listeners = new Set<Listener>();

  constructor(query: string) {
    this.#state = decode(query);
  }

  get state(): State {
    return this.#state;
  }

  /** Called after every change, in the order of subscription. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes the state and the address; nothing happens, and false comes back, when the address would stay the same. */
  set(patch: Partial<State>, step: Step): boolean {
    const next = { ...this.#state, ...patch };
    const query = encode(next);
    if (query === encode(this.#state)) return false;
    const address = query === "" ? location.pathname : `?${query}`;
    if (step === "push") history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    this.#apply(next);
    return true;
  }

  /** Tells the listeners once more: what the state means has changed. */
  again(): void {
    this.#apply(this.#state);
  }

  /** Follows Back and Forward. */
  followHistory(): void {
    addEventListener("popstate", () => this.#apply(decode(location.search.slice(1))));
  }

  #apply(next: State): void {
    const previous = this.#state;
    this.#state = next;
    for (const listener of this.#listeners) listener(next, previous);
  }
}
