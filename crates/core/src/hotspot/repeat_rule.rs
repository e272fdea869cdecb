//! When repeated incidents against one person call for more than a record: a versioned rule.
//!
//! # Definition
//! Over the 365 days that end with the last day of the window, [`VERSION`] asks:
//!
//! - **count**: three records or more;
//! - **harm**: two records or more, one of them violence, a sexual offence, robbery, burglary, arson or criminal damage, or possession of a
//!   weapon;
//! - **shortening gap**: three records or more, and the last gap is at most half of the median of the gaps before it (records of one day
//!   are one).
//!
//! A case reaches the **referral threshold** of a multi-agency risk assessment conference (MARAC) when the count holds together with harm
//! or with a shortening gap, or when there are five records or more.
//!
//! # Source
//! Three incidents in twelve months is the usual sign of escalation in domestic-abuse referral; harm and acceleration are the other two
//! that the College of Policing's risk guidance names. None is validated for hate crime: the rule ranks cases for a person to read, and
//! decides nothing. A change of the rule is a new version.
//!
//! ```
//! use hotspot_core::Offence;
//! use hotspot_core::hotspot::repeat_rule::{Record, assess};
//! let records = [(0, Offence::Harassment), (120, Offence::PublicOrder), (200, Offence::Violence), (210, Offence::Harassment)];
//! let found = assess(&records.map(|(day, offence)| Record { day, offence }), 300);
//! assert_eq!((found.records, found.count, found.harm, found.shortening_gap, found.referral()), (4, true, true, true, true));
//! ```

use crate::incident::Offence;

/// Version of the rule.
pub const VERSION: &str = "repeat-1";

/// Days that are looked back.
pub const DAYS: i64 = 365;

/// Records from which a victim is a repeat one, wherever they were: harm asks for as many.
pub const REPEAT: u32 = 2;

/// One record of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Day on which it happened, in any count of days.
    pub day: i64,
    /// What it was.
    pub offence: Offence,
}

/// What the rule says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Assessment {
    /// Records in the days looked at.
    pub records: u32,
    /// Day of the first of them.
    pub first: Option<i64>,
    /// Day of the last.
    pub last: Option<i64>,
    /// Fewest days between two days with a record.
    pub shortest_gap: Option<i64>,
    /// Three records or more.
    pub count: bool,
    /// Two records or more, one of them of harm.
    pub harm: bool,
    /// The last gap is at most half of the median of those before.
    pub shortening_gap: bool,
}

impl Assessment {
    /// Whether the referral threshold is reached.
    pub const fn referral(&self) -> bool {
        self.count && (self.harm || self.shortening_gap) || self.records >= 5
    }
}

/// Asks the rule of a person's records, in any order, up to a last day.
pub fn assess(records: &[Record], last_day: i64) -> Assessment {
    let looked_at = || records.iter().filter(|r| r.day > last_day - DAYS && r.day <= last_day);
    let mut days: Vec<i64> = looked_at().map(|r| r.day).collect();
    let number = days.len() as u32;
    days.sort_unstable();
    days.dedup();
    let gaps: Vec<i64> = days.windows(2).map(|w| w[1] - w[0]).collect();
    let count = number >= 3;
    let harm = number >= REPEAT && looked_at().any(|r| is_harm(r.offence));
    let shortening_gap = count && gaps.split_last().is_some_and(|(last, before)| halves(*last, before));
    Assessment {
        records: number,
        first: days.first().copied(),
        last: days.last().copied(),
        shortest_gap: gaps.iter().min().copied(),
        count,
        harm,
        shortening_gap,
    }
}

/// Whether the gap is at most half of the median of the others; false without others.
fn halves(gap: i64, others: &[i64]) -> bool {
    let mut sorted = others.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    // Twice the median, so that it is whole.
    let double = match sorted.len() {
        0 => return false,
        n if n % 2 == 1 => 2 * sorted[middle],
        _ => sorted[middle - 1] + sorted[middle],
    };
    4 * gap <= double
}

const fn is_harm(offence: Offence) -> bool {
    matches!(
        offence,
        Offence::Violence | Offence::Sexual | Offence::Robbery | Offence::Burglary | Offence::CriminalDamage | Offence::Weapons
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(records: &[(i64, Offence)], last_day: i64) -> Assessment {
        let records: Vec<Record> = records.iter().map(|(day, offence)| Record { day: *day, offence: *offence }).collect();
        assess(&records, last_day)
    }

    #[test]
    fn each_sign_stands_alone_and_the_threshold_needs_two_or_five() {
        use Offence::{Harassment, Violence};
        let count = of(&[(0, Harassment), (50, Harassment), (100, Harassment)], 100);
        assert_eq!((count.count, count.harm, count.shortening_gap, count.referral()), (true, false, false, false));
        let harm = of(&[(0, Harassment), (50, Violence)], 100);
        assert_eq!((harm.count, harm.harm, harm.referral(), harm.shortest_gap), (false, true, false, Some(50)));
        let shortening = of(&[(0, Harassment), (60, Harassment), (90, Harassment)], 100);
        assert!(shortening.shortening_gap && shortening.referral());
        assert!(!of(&[(0, Harassment), (60, Harassment), (91, Harassment)], 100).shortening_gap);
        let five = of(&[(0, Harassment), (20, Harassment), (40, Harassment), (60, Harassment), (80, Harassment)], 100);
        assert!(five.referral() && !five.harm && !five.shortening_gap);
    }

    #[test]
    fn the_window_ends_with_the_last_day_and_a_day_is_one_gap() {
        use Offence::Harassment;
        let records = [(-300, Harassment), (0, Harassment), (0, Harassment), (101, Harassment)];
        let found = of(&records, 100);
        assert_eq!((found.records, found.first, found.last, found.shortest_gap), (2, Some(0), Some(0), None));
        assert_eq!(of(&records, -300 + DAYS - 1).records, 3);
        assert_eq!(of(&[], 100), Assessment::default());
    }
}
