//! Regression to the mean: hotspots are chosen because they ran high, and round the cells that did. Who knows their counts alone would take the
//! next period for as high.
//!
//! Published is, for hotspots of a class of counts together, how many incidents are to be expected in as many months for each one counted, by
//! the model of all cells ([`crate::resource::need`]), in twentieths: a class, as every statistic is below the analyst. One incident
//! more or less in one of at least [`LEAST`] hotspots moves it by much less than a step.

use super::figures::Figure;
use super::hotspots::ProtectedHotspot;
use crate::error::Result;
use crate::month::MonthRange;
use crate::release::Release;
use crate::resource::challenge::expected_of_hotspots;
use crate::{Error, Strand};

/// Where classes of counts begin, after the first.
const FROM: [u32; 3] = [10, 20, 40];
/// Fewest hotspots of a class that has a number of its own; with fewer it has that of all.
const LEAST: usize = 10;

/// Expected incidents for each one counted, by class: below 10, below 20, below 40, more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regression(pub [f64; FROM.len() + 1]);

impl Regression {
    /// Nothing is known of it.
    pub const NONE: Self = Self([1.0; FROM.len() + 1]);

    /// Of a hotspot with a count.
    pub fn of(&self, n: u32) -> f64 {
        self.0[class(n)]
    }

    /// By the hotspots that are told, in the months in which they are counted; few hotspots of a strand are taken for such as those of all records.
    pub(super) fn measured(
        release: &Release,
        strand: Option<Strand>,
        counted: Option<MonthRange>,
        hotspots: &[ProtectedHotspot],
        of_all_records: Option<Self>,
    ) -> Result<Self> {
        let none = of_all_records.unwrap_or(Self::NONE);
        // A release may hold fewer months than were published.
        let Some(counted) = counted.filter(|c| release.months.contains(c.from())) else { return Ok(none) };
        let expected = match expected_of_hotspots(release, strand, counted) {
            // Without a measure of the ground nothing is expected anywhere.
            Err(Error::NoReference) => return Ok(none),
            other => other?,
        };
        let mut sums = [(0usize, 0u32, 0.0); FROM.len() + 1];
        for hotspot in hotspots {
            let (Figure::Count(n), Some(mean)) = (hotspot.n, expected.get(&hotspot.id)) else { continue };
            let (hotspots, counted, expected) = &mut sums[class(n)];
            (*hotspots, *counted, *expected) = (*hotspots + 1, *counted + n, *expected + mean);
        }
        let all = sums.iter().fold((0, 0, 0.0), |all, of| (all.0 + of.0, all.1 + of.1, all.2 + of.2));
        let in_twentieths =
            |(_, counted, expected): (usize, u32, f64)| (20.0 * expected / f64::from(counted.max(1))).round() / 20.0;
        if all.0 < LEAST {
            return Ok(none);
        }
        let of_all = in_twentieths(all);
        Ok(Self(sums.map(|of| if of.0 < LEAST { of_all } else { in_twentieths(of) })))
    }
}

fn class(n: u32) -> usize {
    FROM.iter().filter(|from| n >= **from).count()
}
