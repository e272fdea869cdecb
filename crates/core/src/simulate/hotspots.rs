//! Planted places: town centres, stations, streets at night, places of worship, estates, schools, and the places of
//! trigger events. Each is born, grows, stays and fades.

use super::calendar::{Day, Trigger, day_of, triggers};
use super::density::Density;
use super::random::{Purpose, log_uniform, pick, poisson, running_sum, stream};
use super::shares::{LAYER, LAYERS};
use crate::incident::Setting;
use crate::month::Month;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// Places born in a month.
pub(super) const BIRTHS_PER_MONTH: f64 = 9.0;
/// Shortest and longest life in days, uniform in the logarithm.
const LIFE_DAYS: [f64; 2] = [180.0, 1460.0];
/// Months back in which a place that still lives may have been born.
pub(super) const MEMORY: u16 = 49;
/// Part of its life in which a place grows, and in which it fades.
const GROWS: f64 = 0.2;
const FADES: f64 = 0.3;
/// Classes of strength: expected events a year at full strength (repeats not counted), and how often they are born.
const STRENGTH: [([f64; 2], f64); 3] = [([8.0, 15.0], 0.45), ([15.0, 35.0], 0.37), ([35.0, 90.0], 0.18)];
/// Radius: two standard deviations of the kernel.
const RADIUS_M: [f64; 2] = [100.0, 300.0];
/// Where the kernel is cut, in standard deviations.
const CUT: f64 = 2.0;
/// Events at the place of a trigger.
const TRIGGER_EVENTS: [f64; 2] = [10.0, 35.0];

/// What kind of place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    TownCenter,
    Station,
    Nightlife,
    Mosque,
    Synagogue,
    Estate,
    School,
    Trigger(usize),
}

const KINDS: [(Kind, f64); 7] = [
    (Kind::TownCenter, 0.35),
    (Kind::Station, 0.20),
    (Kind::Nightlife, 0.08),
    (Kind::Mosque, 0.07),
    (Kind::Synagogue, 0.06),
    (Kind::Estate, 0.16),
    (Kind::School, 0.08),
];

impl Kind {
    /// Shares of the layers, in the order of [`LAYER`]: race, other faith, antisemitic, islamophobic, sexual orientation,
    /// transgender, disability.
    fn mix(self) -> [f64; LAYERS] {
        match self {
            Self::TownCenter => [0.74, 0.0, 0.05, 0.06, 0.15, 0.0, 0.0],
            Self::Station => [0.88, 0.0, 0.0, 0.0, 0.12, 0.0, 0.0],
            Self::Nightlife => [0.15, 0.0, 0.0, 0.0, 0.75, 0.10, 0.0],
            Self::Mosque => [0.25, 0.0, 0.0, 0.75, 0.0, 0.0, 0.0],
            Self::Synagogue => [0.15, 0.0, 0.85, 0.0, 0.0, 0.0, 0.0],
            Self::Estate => [0.75, 0.0, 0.0, 0.0, 0.10, 0.0, 0.15],
            Self::School => [0.85, 0.0, 0.0, 0.0, 0.15, 0.0, 0.0],
            Self::Trigger(layer) => std::array::from_fn(|l| f64::from(u8::from(l == layer))),
        }
    }

    pub(super) const fn settings(self) -> &'static [(Setting, f64)] {
        match self {
            Self::TownCenter => &[(Setting::Street, 0.47), (Setting::Business, 0.43), (Setting::Transport, 0.10)],
            Self::Station => &[(Setting::Transport, 0.80), (Setting::Street, 0.15), (Setting::Business, 0.05)],
            Self::Nightlife => &[(Setting::Street, 0.50), (Setting::Business, 0.50)],
            Self::Mosque | Self::Synagogue => &[(Setting::Worship, 0.50), (Setting::Street, 0.50)],
            Self::Estate => &[(Setting::Home, 0.75), (Setting::Street, 0.25)],
            Self::School => &[(Setting::Education, 0.85), (Setting::Street, 0.15)],
            Self::Trigger(_) => &[(Setting::Street, 0.70), (Setting::Worship, 0.15), (Setting::Business, 0.15)],
        }
    }

    /// How many sites are looked at for the most crowded one: what makes a place lie in a centre.
    const fn tries(self) -> usize {
        match self {
            Self::TownCenter | Self::Station | Self::Nightlife => 8,
            Self::Trigger(_) => 4,
            _ => 1,
        }
    }

    /// The layer whose geography the place follows.
    fn layer(self) -> Option<usize> {
        use crate::incident::Strand;
        let of = |strand| LAYER.iter().position(|l| l.strand == strand);
        match self {
            Self::Nightlife => of(Strand::SexualOrientation),
            Self::Mosque => of(Strand::Islamophobic),
            Self::Synagogue => of(Strand::Antisemitic),
            Self::Trigger(layer) => Some(layer),
            _ => None,
        }
    }
}

/// How the strength of a place goes over time.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Course {
    /// Grows, stays, fades, in straight lines.
    Life,
    /// Falls to 1/e in so many days.
    Decay(f64),
}

/// One planted place.
#[derive(Debug, Clone)]
pub(super) struct PlantedPlace {
    pub id: String,
    pub kind: Kind,
    /// First day, and the day after the last.
    pub born: Day,
    pub ends: Day,
    /// Events a day at full strength, before season, weekday and triggers; repeats not counted.
    full: f64,
    course: Course,
    pub mix: [f64; LAYERS],
    /// Sites with their running weight.
    pub sites: Vec<u32>,
    pub sums: Vec<f64>,
}

impl PlantedPlace {
    /// Events a day on an average day of an average year: zero outside its life.
    pub(super) fn strength(&self, day: Day) -> f64 {
        if day < self.born || day >= self.ends {
            return 0.0;
        }
        let age = f64::from(day - self.born) + 0.5;
        match self.course {
            Course::Decay(days) => self.full * (-age / days).exp(),
            Course::Life => {
                let life = f64::from(self.ends - self.born);
                self.full * (age / (GROWS * life)).min((life - age) / (FADES * life)).min(1.0)
            }
        }
    }

    /// Weight of each of its sites; they sum to 1.
    pub(super) fn weights(&self) -> impl Iterator<Item = (u32, f64)> {
        let total = *self.sums.last().expect("a place has at least the site at its centre");
        self.sites
            .iter()
            .zip(&self.sums)
            .scan(0.0, move |before, (site, sum)| Some((*site, (sum - std::mem::replace(before, *sum)) / total)))
    }
}

/// Expected events of a year at planted places with a life of their own, repeats not counted, by layer, in a steady state.
pub(super) fn expected_per_year() -> [f64; LAYERS] {
    let log_mean = |[low, high]: [f64; 2]| (high - low) / (high / low).ln();
    let strength: f64 = STRENGTH.iter().map(|(range, p)| p * log_mean(*range)).sum();
    // The area of a trapezium of height 1 and this base.
    let years = log_mean(LIFE_DAYS) * (1.0 - GROWS / 2.0 - FADES / 2.0) / 365.25;
    let total = BIRTHS_PER_MONTH * 12.0 * strength * years;
    let mut layers = [0.0; LAYERS];
    for (kind, p) in KINDS {
        for (sum, share) in layers.iter_mut().zip(kind.mix()) {
            *sum += total * p * share;
        }
    }
    layers
}

/// Places born in a month, and those of the month's local triggers.
pub(super) fn born_in(density: &Density, seed: u64, month: Month) -> Vec<PlantedPlace> {
    let mut rng = stream(seed, Purpose::Places, u64::from(month.index()), 0);
    let first = day_of(month.first_day());
    let days = i32::from(month.last_day().day());
    let mut places = Vec::new();
    for n in 0..poisson(&mut rng, BIRTHS_PER_MONTH) {
        let kind = pick(&mut rng, &KINDS);
        let [low, high] = pick(&mut rng, &STRENGTH);
        let born = first + rng.random_range(0..days);
        let life = log_uniform(&mut rng, LIFE_DAYS[0], LIFE_DAYS[1]).round() as Day;
        let full = log_uniform(&mut rng, low, high) / 365.25;
        let (sites, sums) = kernel(density, kind, &mut rng);
        let id = format!("{month}-{n}");
        places.push(PlantedPlace { id, kind, born, ends: born + life, full, course: Course::Life, mix: kind.mix(), sites, sums });
    }
    let local: Vec<Trigger> = triggers(seed, month).into_iter().filter(|t| t.local).collect();
    for (n, t) in local.iter().enumerate() {
        let mut rng = stream(seed, Purpose::Places, u64::from(month.index()), 1 + n as u64);
        let kind = Kind::Trigger(t.layer);
        let full = log_uniform(&mut rng, TRIGGER_EVENTS[0], TRIGGER_EVENTS[1]) / t.decay;
        let (sites, sums) = kernel(density, kind, &mut rng);
        places.push(PlantedPlace {
            id: format!("{month}-t{n}"),
            kind,
            born: t.day,
            ends: t.day + (5.0 * t.decay).ceil() as Day,
            full,
            course: Course::Decay(t.decay),
            mix: kind.mix(),
            sites,
            sums,
        });
    }
    places
}

/// Sites of a new place with the running sum of a Gaussian kernel round its centre.
fn kernel(density: &Density, kind: Kind, rng: &mut Pcg64Mcg) -> (Vec<u32>, Vec<f64>) {
    let center = (0..kind.tries())
        .map(|_| match kind.layer() {
            Some(layer) => density.draw(layer, rng),
            None => density.any(rng.random()),
        })
        .max_by_key(|site| (density.crowding(*site), *site))
        .expect("every kind of place looks at one site at least");
    let sd = log_uniform(rng, RADIUS_M[0], RADIUS_M[1]) / 2.0;
    let near = density.within(center, CUT * sd);
    let sums = running_sum(near.iter().map(|(_, d)| (-0.5 * (d / sd).powi(2)).exp()));
    (near.into_iter().map(|(site, _)| site).collect(), sums)
}

#[cfg(test)]
mod tests {
    use super::super::density::tests::town;
    use super::*;

    #[test]
    fn every_kind_has_a_mix_and_settings_that_add_to_one() {
        for (kind, _) in KINDS.into_iter().chain([(Kind::Trigger(3), 0.0)]) {
            assert!((kind.mix().iter().sum::<f64>() - 1.0).abs() < 1e-9, "{kind:?}");
            assert!((kind.settings().iter().map(|(_, w)| w).sum::<f64>() - 1.0).abs() < 1e-9, "{kind:?}");
        }
        assert!((KINDS.iter().map(|(_, w)| w).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_place_grows_stays_fades_and_is_gone() {
        let town = town();
        let place = (0..9).flat_map(|m| born_in(&town, 1, Month::new(2023, 1 + m).unwrap())).next().unwrap();
        let at = |share: f64| place.strength(place.born + (share * f64::from(place.ends - place.born)) as Day);
        assert!(at(0.05) < at(0.15) && at(0.15) < at(0.5));
        assert!((at(0.3) - at(0.6)).abs() < 1e-12, "a plateau");
        assert!(at(0.95) < at(0.8) && at(0.8) < at(0.5));
        assert_eq!((place.strength(place.born - 1), place.strength(place.ends)), (0.0, 0.0));
    }

    #[test]
    fn weights_of_a_place_sum_to_one_over_its_sites() {
        let town = town();
        for place in born_in(&town, 3, "2022-05".parse().unwrap()) {
            let weights: Vec<(u32, f64)> = place.weights().collect();
            assert!((weights.iter().map(|(_, w)| w).sum::<f64>() - 1.0).abs() < 1e-9);
            assert_eq!(weights.len(), place.sites.len());
        }
    }

    #[test]
    fn the_expected_strength_is_that_of_the_places_that_are_born() {
        let town = town();
        let months = 240;
        let start: Month = "1990-01".parse().unwrap();
        let mut yearly = 0.0;
        for m in 0..months {
            for place in born_in(&town, 11, start.plus(m)).iter().filter(|p| p.course == Course::Life) {
                yearly += (place.born..place.ends).map(|d| place.strength(d)).sum::<f64>();
                assert!(place.ends - place.born <= i32::from(MEMORY) * 30);
            }
        }
        yearly *= 12.0 / f64::from(months);
        let expected: f64 = expected_per_year().iter().sum();
        assert!((yearly / expected - 1.0).abs() < 0.1, "{yearly} for {expected}");
    }
}
