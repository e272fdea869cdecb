//! What is recorded of an event: when and where it is said to have happened, who reports it, how long that takes, and what
//! review makes of it later.

use super::Link;
use super::calendar::{Day, date_of, weekday};
use super::density::Density;
use super::events::{Event, reported_to_police};
use super::random::{Purpose, chance, geometric, hash, pick, stream};
use super::shares::{
    DUPLICATE, LAYER, MISRECORDED, NIGHT_OUT, OFFENCE, OFFENCE_ONLINE, OFFENCE_POLICE, OUTCOME, POLICE_GENERATED, SOURCE, UNLINKED,
    VICTIM_NAMED, hours,
};
use crate::incident::{
    AreaCode, FlagStatus, Incident, IncidentId, Occurred, Outcome, Place, PlaceKind, Precision, Pseudonym, Setting, Source, Strand,
    StrandSet, TimePrecision,
};
use crate::month::Month;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, ToSpan};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// How the point of a mapped record is geocoded: precision with its share.
const GEOCODED: [(Precision, f64); 4] =
    [(Precision::Address, 0.42), (Precision::Postcode, 0.23), (Precision::Street, 0.25), (Precision::Device, 0.10)];

/// Makes records of events.
#[derive(Debug)]
pub(super) struct Recorder<'a> {
    pub density: &'a Density,
    pub seed: u64,
    /// The last day on which a version may become known.
    pub until: Day,
    zone: TimeZone,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(density: &'a Density, seed: u64, until: Day) -> Self {
        // The bundled database: the same rules on every machine, and no file is read.
        let zone = TimeZoneDatabase::bundled().get("Europe/London").expect("the bundled time zones have Europe/London");
        Self { density, seed, until, zone }
    }

    /// Every version of the event's record, and of a duplicate, that is known by the last day.
    pub(super) fn record(&self, event: &Event) -> (Vec<Incident>, Option<Link>) {
        let mut rng = stream(self.seed, Purpose::Record, u64::from(event.stem.0.index()), u64::from(event.stem.1));
        let rng = &mut rng;
        let layer = &LAYER[event.layer];
        let mapped = event.place == PlaceKind::Mapped;

        let (occurred, last_day) = self.occurred(event, rng);
        let source = if mapped && chance(rng, POLICE_GENERATED) { Source::PoliceGenerated } else { pick(rng, &SOURCE) };
        let also = also(event.layer, rng);
        let strands: StrandSet = [layer.strand].into_iter().chain(also).collect();
        let first_strands = if chance(rng, MISRECORDED) { misrecorded(layer.strand, also, rng) } else { strands };
        let provisional = chance(rng, layer.provisional);
        let removed = provisional && chance(rng, layer.taken_off);
        let offence = match (event.place, source) {
            (PlaceKind::Online, _) => pick(rng, &OFFENCE_ONLINE),
            (_, Source::PoliceGenerated) => pick(rng, &OFFENCE_POLICE),
            _ => pick(rng, &OFFENCE),
        };
        let recorded = last_day + delay(source, rng);
        let named = source != Source::PoliceGenerated && chance(rng, VICTIM_NAMED);
        let has_premises =
            matches!(event.setting, Setting::Home | Setting::Business | Setting::Education | Setting::Worship) && mapped;

        let first = Incident {
            id: IncidentId(format!("SYN-{}-{:05}", event.stem.0, event.stem.1)),
            known_on: date_of(recorded + 1),
            place: self.place(event, rng),
            occurred,
            recorded_on: Some(date_of(recorded)),
            strands: first_strands,
            offence,
            source,
            status: if provisional { FlagStatus::Provisional } else { FlagStatus::Confirmed },
            setting: event.setting,
            outcome: Outcome::UnderInvestigation,
            victim: named.then(|| self.pseudonym('v', (event.victim.0.index(), event.victim.1), 0)),
            reporter: match source {
                Source::Victim => named.then(|| self.pseudonym('r', (event.victim.0.index(), event.victim.1), 0)),
                Source::Witness => Some(self.pseudonym('r', (event.stem.0.index(), event.stem.1), 1)),
                _ => None,
            },
            premises: has_premises.then(|| self.pseudonym('p', (event.setting.code().into(), event.site), event.address)),
        };

        let mut versions: Vec<(Day, Incident)> = vec![(recorded + 1, first)];
        let review = recorded + 1 + rng.random_range(7..60);
        let closes = recorded + 1 + 10 + geometric(rng, 1.0 / 70.0);
        let outcome = pick(rng, &OUTCOME);
        let closed = chance(rng, 0.95);
        let mut steps: Vec<(Day, bool)> = Vec::new();
        if provisional || first_strands != strands {
            steps.push((review, true));
        }
        if closed && !removed {
            steps.push((closes, false));
        }
        steps.sort_unstable();
        for (day, is_review) in steps {
            let (before, last) = versions.last().expect("the first version is there");
            let day = day.max(before + 1);
            let mut version = Incident { known_on: date_of(day), ..last.clone() };
            if is_review {
                version.strands = strands;
                version.status = if removed { FlagStatus::Removed } else { FlagStatus::Confirmed };
            } else {
                version.outcome = outcome;
            }
            versions.push((day, version));
        }

        let mut link = None;
        if mapped && !removed && reported_to_police(source) && chance(rng, DUPLICATE) {
            let (known, duplicate) = self.duplicate(event, occurred, last_day, layer.strand, &versions[0].1, rng);
            if !chance(rng, UNLINKED) && known <= self.until && recorded < self.until {
                link =
                    Some(Link { id: duplicate.id.clone(), same_as: versions[0].1.id.clone(), basis: "crime reference".to_owned() });
            }
            versions.push((known, duplicate));
        }
        (versions.into_iter().filter(|(known, _)| *known <= self.until).map(|(_, v)| v).collect(), link)
    }

    /// The record that a third-party centre or an app makes of the same event.
    fn duplicate(
        &self,
        event: &Event,
        occurred: Occurred,
        last_day: Day,
        leading: Strand,
        main: &Incident,
        rng: &mut Pcg64Mcg,
    ) -> (Day, Incident) {
        let (source, prefix) = if chance(rng, 0.6) { (Source::ThirdParty, "TPR") } else { (Source::App, "APP") };
        let recorded = last_day + delay(source, rng);
        let duplicate = Incident {
            id: IncidentId(format!("{prefix}-{}-{:05}", event.stem.0, event.stem.1)),
            known_on: date_of(recorded + 2),
            place: self.place(event, rng),
            occurred,
            recorded_on: Some(date_of(recorded)),
            strands: [leading].into_iter().collect(),
            offence: main.offence,
            source,
            status: FlagStatus::Confirmed,
            setting: event.setting,
            outcome: Outcome::Unknown,
            victim: None,
            reporter: None,
            premises: None,
        };
        (recorded + 2, duplicate)
    }

    fn place(&self, event: &Event, rng: &mut Pcg64Mcg) -> Place {
        match event.place {
            PlaceKind::Online => Place::Online,
            PlaceKind::NoPlace => Place::Unknown,
            PlaceKind::AreaOnly => Place::Area(AreaCode(self.density.borough_code(event.site).to_owned())),
            PlaceKind::Mapped => {
                let k = match pick(rng, &GEOCODED) {
                    Precision::Address => 1 + event.address as usize % 4,
                    Precision::Street => rng.random_range(5..7),
                    Precision::Device => 7,
                    _ => 0,
                };
                let (location, precision) = self.density.point(event.site, k);
                Place::Point { location, precision }
            }
        }
    }

    /// When it is said to have happened, and the last local day on which it may have.
    fn occurred(&self, event: &Event, rng: &mut Pcg64Mcg) -> (Occurred, Day) {
        let date = date_of(event.day);
        let month = Month::of(date).expect("days of a simulation lie in 1900 to 2199");
        let kind = rng.random::<f64>();
        if kind < 0.08 {
            let midnight =
                |date: jiff::civil::Date| self.zone.to_timestamp(date.at(0, 0, 0, 0)).expect("days of 1900 to 2199 are timestamps");
            let to = midnight(date_of(event.day + 1)) - 1.second();
            let occurred =
                Occurred { from: midnight(date), to, precision: TimePrecision::Day, month, hour_of_week: None, ambiguous: false };
            return (occurred, event.day);
        }
        let hour = Self::hour(event, rng);
        let minute = if chance(rng, 0.4) { [0, 30, 15, 45][rng.random_range(0..4)] } else { rng.random_range(0..60) };
        let wall = date.at(hour, minute, 0, 0);
        let instant = self.zone.to_ambiguous_timestamp(wall);
        let ambiguous = matches!(instant.offset(), AmbiguousOffset::Fold { .. });
        // A wall time that summer time skips is moved on by the hour that was skipped.
        let from = instant.compatible().expect("days of 1900 to 2199 are timestamps");
        let local: DateTime = self.zone.to_datetime(from);
        if kind < 0.15 {
            let to = from + SignedDuration::from_hours(rng.random_range(1..48));
            let last = event.day + self.zone.to_datetime(to).date().duration_since(date).as_hours() as Day / 24;
            let occurred = Occurred { from, to, precision: TimePrecision::Interval, month, hour_of_week: None, ambiguous };
            return (occurred, last);
        }
        let hour_of_week = Some(weekday(event.day) as u8 * 24 + local.hour() as u8);
        (Occurred { from, to: from, precision: TimePrecision::Minute, month, hour_of_week, ambiguous }, event.day)
    }

    fn hour(event: &Event, rng: &mut Pcg64Mcg) -> i8 {
        let day = weekday(event.day);
        let table = hours(event.setting);
        let out = !matches!(event.setting, Setting::Home | Setting::Education | Setting::Online);
        let weights: [(i8, f64); 24] = std::array::from_fn(|h| {
            let night = out && ((matches!(day, 4 | 5) && h >= 22) || (matches!(day, 5 | 6) && h < 4));
            (h as i8, table[h] * if night { NIGHT_OUT } else { 1.0 })
        });
        pick(rng, &weights)
    }

    fn pseudonym(&self, kind: char, key: (u16, u32), address: u32) -> Pseudonym {
        let a = (u64::from(kind) << 32) | u64::from(key.0);
        let b = (u64::from(address) << 32) | u64::from(key.1);
        Pseudonym(format!("{kind}{:016x}", hash(self.seed, Purpose::Pseudonym, a, b)))
    }
}

/// A second strand, in the published shares.
fn also(layer: usize, rng: &mut Pcg64Mcg) -> Option<Strand> {
    let mut left = rng.random::<f64>();
    for (strand, share) in LAYER[layer].also {
        if left < *share {
            return Some(*strand);
        }
        left -= share;
    }
    None
}

/// What the first version says where review later finds `leading` and `also`.
fn misrecorded(leading: Strand, also: Option<Strand>, rng: &mut Pcg64Mcg) -> StrandSet {
    if also.is_some() {
        return [leading].into_iter().collect();
    }
    let first = match leading {
        Strand::Antisemitic | Strand::Islamophobic => {
            if chance(rng, 0.7) {
                Strand::Religion
            } else {
                Strand::Race
            }
        }
        Strand::Transgender => Strand::SexualOrientation,
        Strand::SexualOrientation => Strand::Transgender,
        Strand::Disability => Strand::Race,
        _ => Strand::RaceOrReligion,
    };
    [first].into_iter().collect()
}

/// Days from the event to the record: most on the day or the next, a tail of weeks, a few after half a year.
fn delay(source: Source, rng: &mut Pcg64Mcg) -> Day {
    let slow = matches!(source, Source::ThirdParty);
    let u = rng.random::<f64>();
    let same_day = match source {
        Source::PoliceGenerated => 1.0,
        Source::ThirdParty => 0.10,
        _ => 0.50,
    };
    if u < same_day {
        0
    } else if u < same_day + 0.22 {
        1
    } else if chance(rng, 0.08) {
        30 + rng.random_range(0..200)
    } else {
        1 + geometric(rng, if slow { 1.0 / 14.0 } else { 1.0 / 7.0 })
    }
}
