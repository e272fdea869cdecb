/** What is given at the chosen hotspot beside what is needed there, kind by kind. */
import { h } from "./dom";
import type { ChallengedPlace } from "./api";

/** The address of the form that asks about a kind of resource here. */
export const raisePath = ({ release, strand, place }: { release: string; strand: string | null; place: string }, kind: string): string =>
  `/challenge/raise?${new URLSearchParams({ release, level: "hotspot", strand: strand ?? "all", kind, place })}`;

export function drawResources(node: HTMLElement, answer: ChallengedPlace | null): void {
  const title = h("h3", {}, "What is given here, and what is needed");
  if (answer === null) return node.replaceChildren(title, h("p", { class: "empty" }, "This server was given no table of resources."));
  const list = h("dl", { class: "resources" });
  for (const { kind, label, sentence, beside, place } of answer.kinds) {
    list.append(
      h("dt", {}, `${label}: `, h("strong", {}, place.verdict.replaceAll("_", " "))),
      h("dd", {}, sentence, beside ? ` ${beside}` : "", " ", h("a", { href: raisePath({ ...answer, place: place.id }, kind) }, "Ask about it", h("span", { class: "visually-hidden" }, ` (${label})`))),
    );
  }
  for (const { kind, why } of answer.unanswered) list.append(h("dt", {}, kind.replaceAll("_", " ")), h("dd", {}, why));
  node.replaceChildren(title, list, h("p", { class: "muted" }, answer.caveat));
}
