/** The lines above the map: one of each kind at a time. */
import { ApiError } from "./api";
import { h } from "./dom";

interface Failure {
  error: unknown;
  again: () => void;
}

const title = (error: unknown): string => (error instanceof ApiError ? error.title : "Something went wrong");
const detail = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class Notices {
  readonly #node: HTMLElement;
  /** What failed, by kind, whether it has a line or shares one. */
  readonly #failed = new Map<string, Failure>();
  /** Told when something was not there: a newer release may have taken its place; set by the one who looks for releases. */
  gone: () => void = () => undefined;

  constructor(node: HTMLElement) {
    this.#node = node;
  }

  /** A line; null takes the one of this kind away. */
  show(kind: string, content: (Node | string)[] | null, level: "warning" | "error" = "warning"): void {
    this.#take(kind);
    if (content !== null) this.#append(kind, content, level);
  }

  /** What went wrong, with the way to ask again. What failed in the same way is said once, and asked again together. */
  failure(kind: string, error: unknown, again: () => void): void {
    this.#take(kind);
    const said = this.#alike(error).length > 0;
    this.#failed.set(kind, { error, again });
    if (!said) this.#tell(kind, error);
    if (error instanceof ApiError && (error.status === 404 || error.status === 410)) this.gone();
  }

  #take(kind: string): void {
    const failed = this.#failed.get(kind);
    this.#failed.delete(kind);
    const box = this.#node.querySelector(`[data-kind="${kind}"]`);
    box?.remove();
    const [other] = box && failed ? this.#alike(failed.error) : [];
    if (other) this.#tell(other[0], other[1].error);
  }

  #alike(error: unknown): [string, Failure][] {
    return [...this.#failed].filter(([, failed]) => title(failed.error) === title(error) && detail(failed.error) === detail(error));
  }

  #tell(kind: string, error: unknown): void {
    const known = error instanceof ApiError ? error : null;
    let retry: HTMLElement = h("button", { type: "button", class: "small" }, "Try again");
    retry.addEventListener("click", () => {
      const alike = this.#alike(error);
      for (const [one] of alike) this.#failed.delete(one);
      this.show(kind, null);
      for (const [, { again }] of alike) again();
    });
    // A session that ended: the same page comes back after the sign-in.
    if (known?.status === 401) retry = h("a", { href: `/sign-in?${new URLSearchParams({ next: location.pathname + location.search })}` }, "Sign in again");
    const id = known && known.requestId !== null ? [" To report it, give the number ", h("code", {}, known.requestId), "."] : [];
    this.#append(kind, [h("p", {}, h("strong", {}, `${title(error)}. `), detail(error), ...id), retry], "error");
  }

  #append(kind: string, content: (Node | string)[], level: "warning" | "error"): void {
    this.#node.append(h("div", { class: `notice notice-${level}`, "data-kind": kind, role: level === "error" ? "alert" : null }, ...content));
  }
}
