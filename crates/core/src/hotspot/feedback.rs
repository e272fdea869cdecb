//! What every release says of feedback: the figure of the urn ([`lock_in`](super::lock_in)) on its own units.
//!
//! The records are those of the window with police-generated ones in, by the units of the hotspots. The need is what the release estimates of
//! the others: the posterior mean of each unit's rate, times its area. Rounds are months, and the memory of the map is the window. Two cases
//! are followed: the share of police-generated records that there is, and one stated what-if ([`WHAT_IF`]), so that a release without such
//! records shows what would come of them.
//!
//! # Parameters
//! [`RUNS`] runs of each case. The maps of one run have the same reports, so that what the loop adds hardly differs between runs: in the
//! synthetic London five seeds gave the same 2.1 points at a share of 3 %, and 40.5 to 40.7 points for the what-if.

use super::analysis::Analysis;
use super::detect::RelativeRates;
use super::lock_in::{Figure, LockInParams, Map, discovery_share, lock_in};
use crate::cube::Filter;
use crate::error::Result;
use crate::incident::{Source, SourceSet};
use crate::month::MonthRange;

/// The discovery weight of the what-if: half of all records come about by police presence. The sentence says so in words.
pub const WHAT_IF: f64 = 0.5;
/// Runs of each case.
pub const RUNS: u16 = 10;

/// How fast patrols that follow the map would make it come true.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// Records of the window, police-generated ones in, wherever they lie.
    pub records: u64,
    /// Of these, with a stated source: of the others nobody knows how they came about.
    pub stated: u64,
    /// Of these, in units: what the urn starts with.
    pub on_map: u64,
    /// Units with the most records at the start.
    pub top_units: u32,
    /// Their share of the need.
    pub need_share: f64,
    /// Their share of the patrols at the start.
    pub start_share: f64,
    /// Months followed.
    pub rounds: u16,
    /// Months after which a record falls off the map.
    pub memory: u16,
    /// Excess of the share of patrols over the share of need from which a map is locked in.
    pub margin: f64,
    /// Runs of each case.
    pub runs: u16,
    /// The share that there is, and the what-if.
    pub cases: [FeedbackCase; 2],
}

/// What comes of one discovery weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeedbackCase {
    /// Share of records that come about by police presence.
    pub discovery: f64,
    /// Share of the patrols that the top units get by the loop alone, after the last round: mean of the runs.
    pub by_the_loop: f64,
    /// Each map, in the order of [`Map::ALL`].
    pub maps: [Figure; 3],
}

impl Analysis<'_> {
    /// Follows the release's own map; `None` when fewer incidents were reported than the hotspot rule needs, so that there is no map.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for a resolution that the units have not got.
    pub fn feedback(&self, seed: u64) -> Result<Option<Feedback>> {
        let level = self.level()?;
        let reported = level.counts(self.facts, &Filter::over(self.window));
        let everything = Filter { sources: SourceSet::ALL, ..Filter::over(self.window) };
        let Some(discovery) =
            discovery_share(self.facts, &everything).filter(|_| reported.iter().sum::<u32>() >= self.rule.minimum.max(1))
        else {
            return Ok(None);
        };
        let rates = RelativeRates::fit(&reported, level.area_km2)?;
        let need = |(unit, area): (usize, &f64)| rates.posterior(unit, reported[unit]).mean() * area;
        let need: Vec<f64> = level.area_km2.iter().enumerate().map(need).collect();
        let records = level.counts(self.facts, &everything);
        let memory = self.window.len() as u16;
        let follow = |discovery: f64| {
            let params =
                LockInParams { memory: Some(memory), start_rounds: memory, runs: RUNS, seed, ..LockInParams::new(discovery) };
            lock_in(&records, &need, &params)
        };
        let [actual, what_if] = [follow(discovery)?, follow(WHAT_IF)?];
        let case = |found: &super::lock_in::LockIn| FeedbackCase {
            discovery: found.params.discovery,
            by_the_loop: found.by_the_loop().expect("there are runs"),
            maps: Map::ALL.map(|map| found.figure(map).expect("there are runs")),
        };
        Ok(Some(Feedback {
            records: self.facts.total(&everything),
            stated: self.facts.total(&Filter { sources: stated_sources(), ..everything }),
            on_map: records.iter().map(|n| u64::from(*n)).sum(),
            top_units: actual.top_units as u32,
            need_share: actual.need_share,
            start_share: actual.start_share,
            rounds: actual.params.rounds,
            memory,
            margin: actual.params.margin,
            runs: RUNS,
            cases: [case(&actual), case(&what_if)],
        }))
    }
}

/// Every source but the one that is not stated.
fn stated_sources() -> SourceSet {
    let stated = SourceSet::ALL.iter().filter(|s| *s != Source::Recorded);
    stated.fold(SourceSet::default(), |set, s| set.union(SourceSet::only(s)))
}

impl Feedback {
    /// What it says, in plain words with its n, period and unit.
    pub fn sentence(&self, window: MonthRange, resolution: u8) -> String {
        let [actual, what_if] = &self.cases;
        let unit = if resolution == 0 { "area" } else { "cell" };
        let top = if self.top_units == 1 {
            format!("the {unit} with the most records")
        } else {
            format!("the {} {unit}s with the most records", self.top_units)
        };
        let records = if self.records == 1 { "record".to_owned() } else { format!("{} records", self.records) };
        let points = |case: &FeedbackCase| {
            let points = case.by_the_loop * 100.0;
            if points < 10.0 { format!("{points:.1} percentage points") } else { format!("{points:.0} percentage points") }
        };
        if self.stated == 0 {
            return format!(
                "Whether any of the {records} of {window} came about by police presence alone cannot be told: no source is stated. If half did, {top} would after {} months get {} more of the patrols by that loop alone.",
                self.rounds,
                points(what_if),
            );
        }
        if actual.discovery == 0.0 {
            return format!(
                "Of the {records} of {window} none came about by police presence alone, so patrols sent by this map would have nothing to feed on. If half did, {top} would after {} months get {} more of the patrols by that loop alone.",
                self.rounds,
                points(what_if),
            );
        }
        format!(
            "{:.1} % of the {records} of {window} came about by police presence alone. If patrols followed a map with those in and nothing else, {top} would after {} months get {} more of them by that loop alone; if half came about so, {}. This map leaves such records out.",
            actual.discovery * 100.0,
            self.rounds,
            points(actual),
            points(what_if),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Record, Town, day, months, on};
    use super::*;

    fn town(found: usize) -> Town {
        let mut town = Town::new(months("2025-07", "2026-06"));
        for i in 0..160 {
            town.add(Record { source: if i < found { Source::PoliceGenerated } else { Source::Victim }, ..on(day("2026-01-10")) });
        }
        town
    }

    #[test]
    fn without_police_generated_records_the_loop_has_nothing_to_feed_on() {
        let town = town(0);
        let found = town.analysis().feedback(1).unwrap().unwrap();
        assert_eq!((found.records, found.on_map, found.cases[0].discovery, found.cases[0].by_the_loop), (160, 160, 0.0, 0.0));
        assert!(found.cases[1].by_the_loop >= 0.0 && found.cases[1].discovery == WHAT_IF);
        let words = found.sentence(town.months, 9);
        assert!(words.starts_with("Of the 160 records of ") && words.contains("nothing to feed on"), "{words}");
    }

    #[test]
    fn where_no_source_is_stated_nothing_is_claimed_and_few_records_make_no_map() {
        let mut town = Town::new(months("2025-07", "2026-06"));
        for i in 0..120 {
            town.add(Record { source: if i < 119 { Source::Recorded } else { Source::Victim }, ..on(day("2026-01-10")) });
        }
        assert_eq!(town.analysis().feedback(1).unwrap().unwrap().stated, 1);
        let mut unknown = Town::new(months("2025-07", "2026-06"));
        for _ in 0..100 {
            unknown.add(Record { source: Source::Recorded, ..on(day("2026-01-10")) });
        }
        let found = unknown.analysis().feedback(1).unwrap().unwrap();
        let words = found.sentence(unknown.months, 9);
        assert!(found.stated == 0 && words.contains("cannot be told: no source is stated"), "{words}");
        let mut few = Town::new(months("2025-07", "2026-06"));
        for _ in 0..99 {
            few.add(on(day("2026-01-10")));
        }
        assert!(few.analysis().feedback(1).unwrap().is_none());
    }

    #[test]
    fn the_share_of_the_window_feeds_the_loop_and_the_need_is_that_of_the_others() {
        let some = town(40);
        let found = some.analysis().feedback(1).unwrap().unwrap();
        assert_eq!((found.records, found.cases[0].discovery), (160, 0.25));
        assert_eq!((found.rounds, found.memory), (24, 12));
        assert!(found.cases[0].maps[Map::All as usize].excess[1] >= found.cases[0].maps[Map::Reported as usize].excess[1]);
        assert_eq!(found, some.analysis().feedback(1).unwrap().unwrap(), "the same seed, the same figure");
        // Nobody reported anything: there is no map to follow.
        assert!(town(160).analysis().feedback(1).unwrap().is_none());
    }
}
