/** Who is signed in, the sign-out, and another role where no issuer says who somebody is. */
import * as api from "./api";
import { h } from "./dom";

/** The roles that may be tried, with what a person reads. */
const ROLES = [
  ["analyst", "analyst"],
  ["oversight", "oversight"],
  ["partner", "partner"],
  ["public", "public"],
  ["batch", "program"],
  ["admin", "administrator"],
] as const;

/** A form of the server's own; it carries the token of the session. */
function form(action: string, label: string, token: string, ...fields: Node[]): HTMLElement {
  return h("form", { method: "post", action, "aria-label": label }, h("input", { type: "hidden", name: "token", value: token }), ...fields);
}

/** Where nobody signs in, everybody is an analyst and may try what the others are shown. */
export async function drawWho(node: HTMLElement): Promise<void> {
  const { sign_in, name, role, token } = await api.me();
  const parts: Node[] = [];
  if (name !== null) {
    const who = h("span", {}, "Signed in as ", h("a", { href: "/sign-in" }, `${name}, ${role ?? ""}`));
    parts.push(form("/sign-out", "Signed in", token, who, h("button", { class: "small" }, "Sign out")));
  }
  if (sign_in !== "issuer") {
    const options = ROLES.map(([id, label]) => h("option", { value: id, selected: id === (role ?? "analyst") }, label));
    const choice = h("select", { id: "try-role", name: "role" }, ...options);
    parts.push(form("/role", "Another role", token, h("label", { for: "try-role" }, "Try it as"), choice, h("button", { class: "small" }, "Change role")));
  }
  node.replaceChildren(...parts);
  node.hidden = false;
}
