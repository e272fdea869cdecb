/** What is on the screen: the answers as they came last, and what of them is shown. */
import type * as api from "./api";
import { store } from "./frame";
import { periodOf } from "./headline";
import type { HotspotMap } from "./map";
import type { CellFigures } from "./readout";
import { chosenFrom } from "./selection";
import type { State } from "./url-state";

interface OnScreen {
  releases: api.Release[];
  layers: api.LayerEntry[];
  /** Identifier of the release whose figures are on the screen. */
  release: string | null;
  map: HotspotMap | null;
  /** The hotspots of the strand. */
  found: api.HotspotsAnswer | null;
  /** Of these the ones of the chosen borough. */
  hotspots: api.HotspotsAnswer | null;
  cells: api.CellsAnswer | null;
  /** The figures of each cell that is drawn. */
  figures: Map<string, CellFigures>;
  /** Two periods, while they are compared. */
  compared: api.Comparison | null;
  /** Places to engage that are drawn; null when they are not. */
  places: api.SilenceAnswer | null;
  events: api.EventsAnswer | null;
  /** The table of boroughs as it was asked for last. */
  boroughs: api.BoroughsAnswer | null;
}

export const onScreen: OnScreen = { releases: [], layers: [], release: null, map: null, found: null, hotspots: null, cells: null, figures: new Map(), compared: null, places: null, events: null, boroughs: null };

/** The release of the state; a link to one that is gone falls back to the newest and says so. */
export const currentRelease = (state: State = store.state): api.Release | undefined => onScreen.releases.find((r) => r.id === state.release) ?? onScreen.releases[0];

/** The hotspots that are listed and outlined. */
export const listed = (): api.HotspotsAnswer | null => onScreen.hotspots && chosenFrom(onScreen.hotspots, store.state);

export const chosenFeature = (): api.HotspotFeature | undefined => listed()?.features.find((f) => f.properties.id === store.state.hotspot);

/** What is counted under a state. */
export function countOf(state: State, release: api.Release): api.CountQuery {
  const { strand, source, borough, offence, setting, outcome, days, hours } = state;
  return { release: release.id, strand, source, borough: borough ?? "all", offence, setting, outcome, days, hours, ...periodOf(state, release) };
}
