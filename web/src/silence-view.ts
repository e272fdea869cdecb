/** Places to engage: the list, and their outlines on the map. */
import * as api from "./api";
import { node, notices, pending } from "./frame";
import { onScreen } from "./on-screen";
import { gaveWay } from "./pending";
import { drawSilence } from "./silence";

/** Draws the places to engage on the map, or takes them off. */
export function drawPlaces(answer: api.SilenceAnswer | null): void {
  onScreen.places = answer;
  onScreen.map?.showPlaces(answer);
}

export async function loadSilence(release: api.Release): Promise<void> {
  await pending.run("silence", async (signal) => {
    try {
      const answer = await api.silence(release.id, signal);
      if (gaveWay(signal)) return;
      notices.show("silence-error", null);
      drawSilence(node.silence, answer, {
        draw: (shown) => drawPlaces(shown ? answer : null),
        goTo: (unit) => {
          drawPlaces(answer);
          const place = answer.features.find((f) => f.properties.unit === unit);
          if (place) onScreen.map?.goTo(place);
        },
      });
    } catch (error) {
      if (gaveWay(signal)) return;
      node.silence.replaceChildren();
      notices.failure("silence-error", error, () => void loadSilence(release));
    }
  });
}
