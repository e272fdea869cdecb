/** The lines above the map: one of each kind at a time. */
import { ApiError } from "./api";
import { h } from "./dom";

export class Notices {
  readonly #node: HTMLElement;
  /** Told when something was not there: a newer release may have taken its place; set by the one who looks for releases. */
  gone: () => void = () => undefined;

  constructor(node: HTMLElement) {
    this.#node = node;
  }

  /** A line; null takes the one of this kind away. */
  show(kind: string, content: (Node | string)[] | null, level: "warning" | "error" = "warning"): void {
    this.#node.querySelector(`[data-kind="${kind}"]`)?.remove();
    if (content === null) return;
    this.#node.append(h("div", { class: `notice notice-${level}`, "data-kind": kind, role: level === "error" ? "alert" : null }, ...content));
  }

  /** What went wrong, with the way to ask again. */
  failure(kind: string, error: unknown, again: () => void): void {
    const known = error instanceof ApiError ? error : null;
    let retry: HTMLElement = h("button", { type: "button", class: "small" }, "Try again");
    retry.addEventListener("click", () => {
      this.show(kind, null);
      again();
    });
    // A session that ended: the same page comes back after the sign-in.
    if (known?.status === 401) retry = h("a", { href: `/sign-in?${new URLSearchParams({ next: location.pathname + location.search })}` }, "Sign in again");
    const title = known?.title ?? "Something went wrong";
    const detail = error instanceof Error ? error.message : String(error);
    const id = known && known.requestId !== null ? [" To report it, give the number ", h("code", {}, known.requestId), "."] : [];
    this.show(kind, [h("p", {}, h("strong", {}, `${title}. `), detail, ...id), retry], "error");
    if (known?.status === 404 || known?.status === 410) this.gone();
  }
}
