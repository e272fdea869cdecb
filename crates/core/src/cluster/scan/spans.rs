//! The windows in time: runs of whole steps.

use crate::error::{Error, Result};

/// When a cluster may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    /// At any step: was there a cluster?
    #[default]
    Retrospective,
    /// At the last step: is there one now? For a watch that is repeated as time goes on.
    Prospective {
        /// The step (from 0) since which the watch has been kept: replicas are then scanned for windows that end at that step or
        /// later, so that p allows for all analyses since (SaTScan: *adjust for earlier analyses*). `None`: this analysis alone,
        /// with a recurrence interval.
        since: Option<u32>,
    },
}

/// The longest a cluster may last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxDuration {
    /// A share of all steps, from 0 to 1, rounded down to whole steps. Default 0.5.
    Share(f64),
    /// A number of steps.
    Steps(u32),
}

impl Default for MaxDuration {
    fn default() -> Self {
        Self::Share(0.5)
    }
}

/// Windows in time by their start; steps and ends count from 0, an end is the step after the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spans {
    /// Start, smallest and largest end.
    pub groups: Vec<(usize, usize, usize)>,
}

impl Spans {
    /// Windows of `steps` steps with an end from `first_end` on, no longer than `longest`.
    fn new(steps: usize, first_end: usize, longest: usize) -> Self {
        let group = |start: usize| {
            let (low, high) = ((start + 1).max(first_end), (start + longest).min(steps));
            (low <= high).then_some((start, low, high))
        };
        Self { groups: (0..steps).filter_map(group).collect() }
    }

    /// Those of the data, and those of the replicas.
    pub(super) fn of(steps: usize, period: Period, duration: MaxDuration) -> Result<[Self; 2]> {
        let longest = match duration {
            // One step is all of time: nothing is to be chosen.
            _ if steps <= 1 => 1,
            MaxDuration::Share(share) => {
                if !(share > 0.0 && share <= 1.0) {
                    return Err(Error::OutOfRange { what: "longest duration", must: "a share above 0 and up to 1" });
                }
                (share * steps as f64 * (1.0 + 1e-12)).floor() as usize
            }
            MaxDuration::Steps(longest) => (longest as usize).min(steps),
        };
        if longest == 0 {
            return Err(Error::OutOfRange { what: "longest duration", must: "one step or more" });
        }
        match period {
            Period::Retrospective => {
                let spans = Self::new(steps, 1, longest);
                Ok([spans.clone(), spans])
            }
            Period::Prospective { since } => {
                let since = since.map_or(steps.saturating_sub(1), |s| s as usize);
                if since >= steps.max(1) {
                    return Err(Error::OutOfRange { what: "start of the watch", must: "a step of the data" });
                }
                Ok([Self::new(steps, steps, longest), Self::new(steps, since + 1, longest)])
            }
        }
    }

    /// Number of windows.
    pub(super) fn len(&self) -> usize {
        self.groups.iter().map(|(_, low, high)| high + 1 - low).sum()
    }

    /// The first step of any window; windows of a prospective scan reach back only so far.
    pub(super) fn first(&self) -> usize {
        self.groups.first().map_or(0, |g| g.0)
    }

    /// Number of steps from the first to the last of any window.
    pub(super) fn rows(&self) -> usize {
        self.groups.iter().map(|g| g.2).max().unwrap_or(0) - self.first()
    }

    /// Start and end of each window, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        self.groups.iter().flat_map(|(start, low, high)| (*low..=*high).map(move |end| (*start, end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_three_years_of_months_has_495_windows() {
        let [data, replicas] = Spans::of(36, Period::Retrospective, MaxDuration::default()).unwrap();
        assert_eq!((data.len(), data.first()), (495, 0));
        assert_eq!(data, replicas);
        assert!(data.iter().all(|(s, e)| s < e && e <= 36 && e - s <= 18));
        assert_eq!(data.iter().count(), 495);
    }

    #[test]
    fn a_prospective_window_reaches_the_last_step() {
        let [data, replicas] = Spans::of(36, Period::Prospective { since: None }, MaxDuration::Steps(6)).unwrap();
        assert_eq!(data.iter().collect::<Vec<_>>(), [(30, 36), (31, 36), (32, 36), (33, 36), (34, 36), (35, 36)]);
        assert_eq!((data.first(), &data), (30, &replicas));
        let [data, replicas] = Spans::of(36, Period::Prospective { since: Some(34) }, MaxDuration::Steps(2)).unwrap();
        assert_eq!(data.iter().collect::<Vec<_>>(), [(34, 36), (35, 36)]);
        assert_eq!(replicas.iter().collect::<Vec<_>>(), [(33, 35), (34, 35), (34, 36), (35, 36)]);
    }

    #[test]
    fn one_step_is_a_scan_in_space_only() {
        for duration in [MaxDuration::Share(0.5), MaxDuration::Steps(7)] {
            let [data, _] = Spans::of(1, Period::Retrospective, duration).unwrap();
            assert_eq!(data.iter().collect::<Vec<_>>(), [(0, 1)]);
        }
    }

    #[test]
    fn durations_without_a_window_are_refused() {
        for duration in [MaxDuration::Share(0.0), MaxDuration::Share(f64::NAN), MaxDuration::Share(0.4), MaxDuration::Steps(0)] {
            assert!(Spans::of(2, Period::Retrospective, duration).is_err(), "{duration:?}");
        }
        assert!(Spans::of(2, Period::Prospective { since: Some(2) }, MaxDuration::Steps(1)).is_err());
    }
}
