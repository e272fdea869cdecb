/** Places to engage: the list, and their outlines on the map. */
import * as api from "./api";
import { load, node } from "./frame";
import { onScreen } from "./on-screen";
import { drawSilence } from "./silence";

/** Draws the places to engage on the map, or takes them off. */
export function drawPlaces(answer: api.SilenceAnswer | null): void {
  onScreen.places = answer;
  onScreen.map?.showPlaces(answer);
}

export const loadSilence = (release: api.Release): Promise<void> =>
  load(
    "silence",
    (signal) => api.silence(release.id, signal),
    (answer) => {
      if (!answer) return node.silence.replaceChildren();
      drawSilence(node.silence, answer, {
        draw: (shown) => drawPlaces(shown ? answer : null),
        goTo: (unit) => {
          drawPlaces(answer);
          const place = answer.features.find((f) => f.properties.unit === unit);
          if (place) onScreen.map?.goTo(place);
        },
      });
    },
    () => void loadSilence(release),
  );
