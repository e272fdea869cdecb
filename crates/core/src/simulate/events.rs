//! What happens: new events by Poisson, each setting off repeats (a self-exciting process whose offspring stay at the site).

use super::calendar::{Calendar, Day};
use super::density::Density;
use super::hotspots::{MEMORY, PlantedPlace, born_in, expected_per_year};
use super::random::{Purpose, chance, geometric, pick, pick_by_sum, poisson, running_sum, stream};
use super::shares::{
    AREA_ONLY, AREA_ONLY_AT_PLACE, DUPLICATE, LAYER, LAYERS, NO_PLACE, PER_YEAR, POLICE_GENERATED, REPEAT_DAYS, REPEATS,
    SAME_VICTIM, SETTING, SOURCE, UNLINKED,
};
use crate::incident::{PlaceKind, Setting, Source};
use crate::month::Month;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// Addresses of a site.
const ADDRESSES: u32 = 12;

/// Everything that is fixed before the first event is drawn.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub calendar: Calendar,
    /// Places that live at any time from the warm-up on, by birth.
    pub places: Vec<PlantedPlace>,
    /// New events a day that are not at planted places, on an average day of an average year, by layer.
    pub background: [f64; LAYERS],
    /// Expected number of events that one event sets off.
    pub repeats: f64,
}

impl Plan {
    pub(super) fn new(density: &Density, seed: u64, start: Month, months: u16) -> Self {
        let calendar = Calendar::new(seed, start, months);
        let last = calendar.month(calendar.months() - 1);
        let places = (calendar.from.minus(MEMORY).index()..=last.index())
            .filter_map(Month::from_index)
            .flat_map(|month| born_in(density, seed, month))
            .filter(|place| place.ends > calendar.first)
            .collect();
        let planted = expected_per_year();
        let all = new_events_per_year(REPEATS);
        let background = std::array::from_fn(|l| (all[l] - planted[l]).max(0.0) / 365.25);
        Self { calendar, places, background, repeats: REPEATS }
    }

    /// Nothing planted: as many events as with places, all of them in the background.
    pub(super) fn without_places(seed: u64, start: Month, months: u16, repeats: f64) -> Self {
        let background = new_events_per_year(repeats).map(|n| n / 365.25);
        Self { calendar: Calendar::new(seed, start, months), places: Vec::new(), background, repeats }
    }

    /// New events on a day (a row of the calendar) that are not at planted places.
    pub(super) fn elsewhere(&self, layer: usize, row: usize) -> f64 {
        self.background[layer] * self.calendar.level[row][layer]
    }

    /// New events on a day at a planted place.
    pub(super) fn at_place(&self, place: &PlantedPlace, layer: usize, row: usize) -> f64 {
        let strength = place.strength(self.calendar.first + row as Day);
        if strength == 0.0 { 0.0 } else { strength * place.mix[layer] * self.calendar.level[row][layer] }
    }
}

/// New events of an average year by layer, of which the published number comes with repeats.
fn new_events_per_year(repeats: f64) -> [f64; LAYERS] {
    LAYER.map(|layer| PER_YEAR * layer.share / (1.0 - layer.removed()) * (1.0 - repeats))
}

/// Share of a layer's events elsewhere that the truth counts; see [`Truth`](super::Truth).
pub(super) fn counted_elsewhere(layer: usize) -> f64 {
    (1.0 - LAYER[layer].online - AREA_ONLY - NO_PLACE) * counted_of_mapped(layer)
}

/// Share of a layer's events at planted places that the truth counts.
pub(super) fn counted_at_place(layer: usize) -> f64 {
    (1.0 - AREA_ONLY_AT_PLACE) * counted_of_mapped(layer)
}

fn counted_of_mapped(layer: usize) -> f64 {
    let to_police: f64 = SOURCE.iter().filter(|(s, _)| reported_to_police(*s)).map(|(_, w)| w).sum();
    (1.0 - POLICE_GENERATED) * (1.0 - LAYER[layer].removed()) * (1.0 + to_police * DUPLICATE * UNLINKED)
}

/// Sources whose records a third-party centre or an app may repeat.
pub(super) const fn reported_to_police(source: Source) -> bool {
    matches!(source, Source::Victim | Source::Witness | Source::Recorded)
}

/// One event, before anybody has recorded it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Event {
    /// Month of the stream that made it, and its number there: its name for ever.
    pub stem: (Month, u32),
    pub day: Day,
    pub layer: usize,
    pub site: u32,
    pub place: PlaceKind,
    pub setting: Setting,
    /// The stem of the first event against the same victim.
    pub victim: (Month, u32),
    /// Which address of the site.
    pub address: u32,
}

/// New events of a month (a row of the calendar) and everything that they set off, in whatever month.
pub(super) fn events_of(density: &Density, plan: &Plan, seed: u64, month_row: usize) -> Vec<Event> {
    let month = plan.calendar.month(month_row);
    let mut rng = stream(seed, Purpose::Events, u64::from(month.index()), 0);
    let rng = &mut rng;
    let days = plan.calendar.days(month_row);
    let first = plan.calendar.first + days.start as Day;
    let mut events: Vec<Event> = Vec::new();
    for (layer, l) in LAYER.iter().enumerate() {
        let sums = running_sum(days.clone().map(|row| plan.elsewhere(layer, row)));
        let kinds = [
            (PlaceKind::Online, l.online),
            (PlaceKind::AreaOnly, AREA_ONLY),
            (PlaceKind::NoPlace, NO_PLACE),
            (PlaceKind::Mapped, 1.0 - l.online - AREA_ONLY - NO_PLACE),
        ];
        for _ in 0..poisson(rng, *sums.last().expect("a month has days")) {
            let day = first + pick_by_sum(rng, &sums) as Day;
            let site = density.draw(layer, rng);
            let place = pick(rng, &kinds);
            let setting = if place == PlaceKind::Online { Setting::Online } else { pick(rng, &SETTING) };
            add(&mut events, rng, plan.repeats, Event { day, layer, site, place, setting, ..blank(month) });
        }
    }
    let end = first + days.len() as Day;
    for planted in plan.places.iter().filter(|p| p.born < end && p.ends > first) {
        for layer in (0..LAYERS).filter(|l| planted.mix[*l] > 0.0) {
            let sums = running_sum(days.clone().map(|row| plan.at_place(planted, layer, row)));
            for _ in 0..poisson(rng, *sums.last().expect("a month has days")) {
                let day = first + pick_by_sum(rng, &sums) as Day;
                let site = planted.sites[pick_by_sum(rng, &planted.sums)];
                let place = if chance(rng, AREA_ONLY_AT_PLACE) { PlaceKind::AreaOnly } else { PlaceKind::Mapped };
                let setting = pick(rng, planted.kind.settings());
                add(&mut events, rng, plan.repeats, Event { day, layer, site, place, setting, ..blank(month) });
            }
        }
    }
    events
}

fn blank(month: Month) -> Event {
    Event {
        stem: (month, 0),
        day: 0,
        layer: 0,
        site: 0,
        place: PlaceKind::Mapped,
        setting: Setting::Other,
        victim: (month, 0),
        address: 0,
    }
}

/// Adds a new event and its repeats. Repeats stay at the site, so the place of a repeat is distributed as that of a new
/// event: the truth of a cell is the same mixture for both.
fn add(events: &mut Vec<Event>, rng: &mut Pcg64Mcg, repeats: f64, event: Event) {
    let month = event.stem.0;
    let number = |events: &[Event]| (month, events.len() as u32);
    let at = events.len();
    let stem = number(events);
    events.push(Event { stem, victim: stem, address: rng.random_range(0..ADDRESSES), ..event });
    let mut next = at;
    while next < events.len() {
        let parent = events[next];
        for _ in 0..poisson(rng, repeats) {
            let stem = number(events);
            let day = parent.day + geometric(rng, 1.0 / REPEAT_DAYS);
            let repeat = if chance(rng, SAME_VICTIM) {
                Event { stem, day, ..parent }
            } else {
                Event { stem, day, victim: stem, address: rng.random_range(0..ADDRESSES), ..parent }
            };
            events.push(repeat);
        }
        next += 1;
    }
}
