//! How fast patrols that follow the map would make it come true.

use super::rounded;
use hotspot_core::hotspot::feedback::{Feedback, FeedbackCase};
use hotspot_core::hotspot::lock_in::{Figure, Map};
use hotspot_core::view::ReleaseView;
use serde::Serialize;
use utoipa::ToSchema;

/// Patrols that follow a map of all records, simulated on the units of the release. Shares are of all patrols or of all need.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeedbackEntry {
    /// Records of the window, police-generated ones in.
    records: u64,
    /// Of these, with a stated source.
    stated: u64,
    /// Of these, in units: what the simulation starts with.
    on_map: u64,
    /// Units with the most records at the start: what follows is of them together.
    top_units: u32,
    /// Their share of the need, as the release estimates it from reported records.
    need_share: f64,
    /// Their share of the patrols at the start.
    start_share: f64,
    /// Months followed.
    rounds: u16,
    /// Months after which a record falls off the map.
    memory: u16,
    /// A map is locked in when their share of the patrols is so much above that of the need.
    margin: f64,
    /// Runs of the simulation.
    runs: u16,
    /// The share of police-generated records that there is, and a what-if.
    cases: Vec<FeedbackCaseEntry>,
    sentence: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct FeedbackCaseEntry {
    /// Share of records that come about by police presence.
    discovery: f64,
    /// What the loop alone adds to the share of the patrols: the map of all records less that of reported ones, mean of the runs.
    by_the_loop: f64,
    maps: Vec<CourseEntry>,
}

/// The course of one map.
#[derive(Debug, Serialize, ToSchema)]
struct CourseEntry {
    /// all records, corrected (found ones weighted by the inverse of attention), or reported ones alone.
    map: &'static str,
    /// Share of the patrols over that of the need after the last month: the lowest, the median and the highest of the runs.
    excess_min: f64,
    excess: f64,
    excess_max: f64,
    /// Runs in which the map was locked in at some time.
    locked: u16,
    /// Median of the months until then; null when half of the runs or more never were.
    rounds: Option<u16>,
}

pub(super) fn feedback(view: &ReleaseView) -> Option<FeedbackEntry> {
    let feedback: &Feedback = view.feedback.as_ref()?;
    let course = |(map, figure): (Map, Figure)| CourseEntry {
        map: map.id(),
        excess_min: rounded(figure.excess[0]),
        excess: rounded(figure.excess[1]),
        excess_max: rounded(figure.excess[2]),
        locked: figure.locked,
        rounds: figure.rounds,
    };
    let case = |case: &FeedbackCase| FeedbackCaseEntry {
        discovery: rounded(case.discovery),
        by_the_loop: rounded(case.by_the_loop),
        maps: Map::ALL.into_iter().zip(case.maps).map(course).collect(),
    };
    Some(FeedbackEntry {
        records: feedback.records,
        stated: feedback.stated,
        on_map: feedback.on_map,
        top_units: feedback.top_units,
        need_share: rounded(feedback.need_share),
        start_share: rounded(feedback.start_share),
        rounds: feedback.rounds,
        memory: feedback.memory,
        margin: feedback.margin,
        runs: feedback.runs,
        cases: feedback.cases.iter().map(case).collect(),
        sentence: feedback.sentence(view.window, view.resolution),
    })
}
