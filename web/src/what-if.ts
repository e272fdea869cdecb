/** What if, answered while one types: the same page is asked for, and its answer put in the place of the old one. */

/** A pause of typing, in ms. */
const PAUSE = 600;

export function answerAtOnce(): void {
  const form = document.querySelector<HTMLFormElement>("#wish");
  const said = document.querySelector<HTMLElement>("#played-said");
  const played = document.querySelector<HTMLElement>("#played");
  if (!form || !said || !played) return;
  let pause = 0;
  let asking = new AbortController();

  const ask = async (): Promise<void> => {
    asking.abort();
    asking = new AbortController();
    const query = new URLSearchParams(location.search);
    for (const [name, value] of new FormData(form)) query.set(name, String(value));
    for (const [name, value] of [...query]) if (value === "") query.delete(name);
    query.set("play", "yes");
    let page: Document;
    try {
      const answer = await fetch(`/challenge?${query}`, { signal: asking.signal, headers: { accept: "text/html" } });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch (error) {
      if ((error as Error).name !== "AbortError") said.textContent = "The server does not answer. Try the button in a moment.";
      return;
    }
    const faults = [...page.querySelectorAll(".errors li")].map((fault) => fault.textContent?.trim() ?? "");
    said.textContent = faults.length > 0 ? faults.join(" ") : (page.querySelector("#played-said")?.textContent ?? "");
    played.replaceChildren(...(page.querySelector("#played")?.childNodes ?? []));
    for (const field of form.querySelectorAll<HTMLInputElement>(".field input")) {
      const wrong = page.getElementById(field.id)?.getAttribute("aria-invalid") === "true";
      field.toggleAttribute("aria-invalid", false);
      if (wrong) field.setAttribute("aria-invalid", "true");
      field.closest(".field")?.classList.toggle("wrong", wrong);
    }
    history.replaceState(history.state, "", `?${query}#what-if`);
  };

  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = window.setTimeout(() => void ask(), PAUSE);
  });
}
