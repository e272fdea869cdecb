//! What each measure is: read from a table of the project, never from what is supplied.

use std::fmt;
use std::sync::LazyLock;

/// The table of definitions.
pub const DEFINITIONS: &str = include_str!("../../../../data/policy/success-factors-1.csv");
/// Its version: the name of its file.
pub const DEFINITIONS_VERSION: &str = "success-factors-1";

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither way is better by itself.
    Neither,
}

impl Direction {
    const ALL: [Self; 3] = [Self::Higher, Self::Lower, Self::Neither];

    /// Identifier in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Neither => "neither",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Higher => "higher is better",
            Self::Lower => "lower is better",
            Self::Neither => "neither way is better by itself",
        })
    }
}

/// What figures a measure has, and with that its interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A count of events in the period; Poisson limits.
    Count,
    /// A part of a whole of the period; exact binomial limits.
    Proportion,
    /// A weighted share of a sample; Wilson's limits on the effective sample.
    Survey,
    /// A part of what was recorded in the period, as it stands now; exact binomial limits.
    Cohort,
    /// A median of so many cases; limits as supplied.
    Median,
    /// All that there are, no sample: no limits.
    Complete,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Count, Self::Proportion, Self::Survey, Self::Cohort, Self::Median, Self::Complete];

    /// Identifier in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Proportion => "proportion",
            Self::Survey => "survey",
            Self::Cohort => "cohort",
            Self::Median => "median",
            Self::Complete => "complete",
        }
    }

    /// How the interval is made.
    pub const fn interval(self) -> &'static str {
        match self {
            Self::Count => "95% limits of a Poisson count: exact below 10, Byar's from 10 on",
            Self::Proportion | Self::Cohort => "exact 95% limits of a share (Clopper and Pearson)",
            Self::Survey => "Wilson's 95% limits on the effective number of respondents",
            Self::Median => "limits as supplied, where they are",
            Self::Complete => "no limits: all are counted, none is a sample",
        }
    }

    /// What n counts.
    pub const fn n(self) -> &'static str {
        match self {
            Self::Count => "events",
            Self::Proportion | Self::Median => "cases",
            Self::Survey => "respondents",
            Self::Cohort => "recorded",
            Self::Complete => "posts",
        }
    }
}

/// A measure of success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Identifier in files.
    pub id: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it counts.
    pub definition: &'static str,
    /// Unit of its value.
    pub unit: &'static str,
    /// Which way is better.
    pub direction: Direction,
    /// Who answers for it.
    pub owner: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What figures it has.
    pub kind: Kind,
    /// Measures with which it shares a denominator; empty for none.
    pub family: &'static str,
    /// The stage of its family before it; empty for none. A family without stages is of parts of one whole.
    pub after: &'static str,
    /// Actions of the strategy.
    pub action: &'static str,
}

impl Definition {
    /// Every measure, in the order of the table.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Definition>> = LazyLock::new(|| DEFINITIONS.lines().skip(1).map(Definition::read).collect());
        &ALL
    }

    /// The measure of an identifier.
    ///
    /// ```
    /// use hotspot_core::success::{Definition, Direction};
    ///
    /// // More reports may be more trust.
    /// assert_eq!(Definition::of("recorded_hate_crime").map(|d| d.direction), Some(Direction::Neither));
    /// ```
    pub fn of(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|d| d.id == id)
    }

    /// The stage before it.
    pub fn before(&self) -> Option<&'static Self> {
        Self::of(self.after)
    }

    fn read(line: &'static str) -> Self {
        let fields: Vec<&'static str> = line.split(',').collect();
        let [id, title, definition, unit, direction, owner, source, kind, family, after, action] = fields[..] else {
            panic!("the table of measures has eleven fields a row, without commas: a test reads it");
        };
        Self {
            id,
            title,
            definition,
            unit,
            direction: Direction::ALL.into_iter().find(|d| d.id() == direction).expect("a direction: a test reads it"),
            owner,
            source,
            kind: Kind::ALL.into_iter().find(|k| k.id() == kind).expect("a kind: a test reads it"),
            family,
            after,
            action,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_whole_and_its_families_hold_together() {
        let all = Definition::all();
        let ids: BTreeSet<&str> = all.iter().map(|d| d.id).collect();
        assert_eq!((ids.len(), all.len()), (DEFINITIONS.lines().count() - 1, DEFINITIONS.lines().count() - 1));
        for d in all {
            assert!(![d.id, d.title, d.definition, d.unit, d.owner, d.source, d.action].contains(&""), "{}", d.id);
            assert!(d.definition.ends_with('.') && !d.definition.contains('"'), "{}", d.id);
            if let Some(before) = d.before() {
                assert_eq!((before.family, before.kind), (d.family, d.kind), "{}", d.id);
            } else {
                assert_eq!(d.after, "", "{}", d.id);
            }
            let share = matches!(d.kind, Kind::Proportion | Kind::Survey | Kind::Cohort | Kind::Complete);
            assert_eq!(d.unit == "per cent", share, "{}", d.id);
            // A family shares a denominator, which a count, a survey and a median have not.
            assert!(d.family.is_empty() || matches!(d.kind, Kind::Proportion | Kind::Cohort), "{}", d.id);
        }
        let recorded: Vec<_> = all.iter().filter(|d| d.kind == Kind::Count).map(|d| d.direction).collect();
        assert_eq!(recorded, [Direction::Neither], "more records may be more trust");
    }
}
