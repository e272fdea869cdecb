//! [`Feedback`] as JSON of the manifest.

use crate::as_text;
use hotspot_core::hotspot::feedback::{Feedback, FeedbackCase};
use hotspot_core::hotspot::lock_in::Figure;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Urn {
    records: u64,
    stated: u64,
    on_map: u64,
    top_units: u32,
    #[serde(with = "as_text")]
    need_share: f64,
    #[serde(with = "as_text")]
    start_share: f64,
    rounds: u16,
    memory: u16,
    #[serde(with = "as_text")]
    margin: f64,
    runs: u16,
    cases: [Case; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Case {
    #[serde(with = "as_text")]
    discovery: f64,
    #[serde(with = "as_text")]
    by_the_loop: f64,
    /// Of all records, corrected, of reported ones.
    maps: [Course; 3],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Course {
    #[serde(with = "as_text")]
    excess_min: f64,
    #[serde(with = "as_text")]
    excess: f64,
    #[serde(with = "as_text")]
    excess_max: f64,
    locked: u16,
    rounds: Option<u16>,
}

impl From<&Feedback> for Urn {
    fn from(feedback: &Feedback) -> Self {
        let course = |Figure { excess: [excess_min, excess, excess_max], locked, rounds }| Course {
            excess_min,
            excess,
            excess_max,
            locked,
            rounds,
        };
        let case = |FeedbackCase { discovery, by_the_loop, maps }| Case { discovery, by_the_loop, maps: maps.map(course) };
        let Feedback { records, stated, on_map, top_units, need_share, start_share, rounds, memory, margin, runs, cases } =
            *feedback;
        let cases = cases.map(case);
        Self { records, stated, on_map, top_units, need_share, start_share, rounds, memory, margin, runs, cases }
    }
}

impl From<&Urn> for Feedback {
    fn from(urn: &Urn) -> Self {
        let course = |c: Course| Figure { excess: [c.excess_min, c.excess, c.excess_max], locked: c.locked, rounds: c.rounds };
        let case = |c: Case| FeedbackCase { discovery: c.discovery, by_the_loop: c.by_the_loop, maps: c.maps.map(course) };
        let Urn { records, stated, on_map, top_units, need_share, start_share, rounds, memory, margin, runs, cases } = urn.clone();
        let cases = cases.map(case);
        Self { records, stated, on_map, top_units, need_share, start_share, rounds, memory, margin, runs, cases }
    }
}
