//! A data-sharing agreement as code: who is given which products of where, and until when they may keep them. What it does not name is not given.

use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A fixed product of the partner tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Product {
    /// Areas of adaptive size by quarter and year.
    Areas,
    /// Boroughs by quarter and year.
    Boroughs,
    /// Hotspots as objects.
    Hotspots,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Areas, Self::Boroughs, Self::Hotspots];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Boroughs => "boroughs",
            Self::Hotspots => "hotspots",
        }
    }
}

/// What of the products is given, beside codes, names and periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Incidents, all strands together.
    Incidents,
    /// Incidents of each strand that the policy tells; hotspots of these strands.
    Strands,
    /// Outlines of areas.
    Outlines,
    /// How sure a hotspot is, in a word.
    Evidence,
    /// What became of a hotspot since the release before, in a word.
    Change,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Incidents, Self::Strands, Self::Outlines, Self::Evidence, Self::Change];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Strands => "strands",
            Self::Outlines => "outlines",
            Self::Evidence => "evidence",
            Self::Change => "change",
        }
    }
}

/// What is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Products.
    pub products: BTreeSet<Product>,
    /// Fields.
    pub fields: BTreeSet<Field>,
    /// Names or codes of boroughs; `None` for everywhere.
    pub boroughs: Option<Vec<String>>,
    /// Counts below this are not given; the policy may ask for more.
    pub least: u32,
}

/// Until when the recipient may keep what he was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// So many days after it was given.
    Days(u16),
    /// Until a day, itself included.
    Until(Date),
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Identifier.
    pub id: String,
    /// Who is given something.
    pub recipient: String,
    /// For what.
    pub purpose: String,
    /// What.
    pub terms: Terms,
    /// Until when it may be kept.
    pub retention: Retention,
    /// First day on which something is given.
    pub start: Date,
    /// Last day on which something is given.
    pub end: Date,
}

/// Why nothing is given on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// Before it begins.
    #[error("the agreement begins on {start}: nothing is given before")]
    Early {
        /// Its first day.
        start: Date,
    },
    /// After its end.
    #[error("the agreement ended on {end}: nothing is given any more")]
    Ended {
        /// Its last day.
        end: Date,
    },
}

/// What may not be done with what is given: stands in every file and answer.
pub const CONDITION: &str = "For the purpose of the agreement only. Not to be passed on, not to be matched with other data to find a person \
                             or a single incident, not to be kept after the day stated.";

impl Agreement {
    /// Whether something may be given on a day.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn gives_on(&self, day: Date) -> Result<(), NotNow> {
        if day < self.start {
            Err(NotNow::Early { start: self.start })
        } else if day > self.end {
            Err(NotNow::Ended { end: self.end })
        } else {
            Ok(())
        }
    }

    /// The last day on which what is given on a day may be kept.
    ///
    /// ```
    /// # use hotspot_core::disclosure::agreement::{Agreement, Retention, Terms};
    /// # let terms = Terms { products: [].into(), fields: [].into(), boroughs: None, least: 10 };
    /// # let day = |text: &str| text.parse().unwrap();
    /// # let agreement = Agreement { id: "A-1".into(), recipient: "Council".into(), purpose: "Planning".into(), terms, retention: Retention::Days(90), start: day("2026-01-01"), end: day("2026-12-31") };
    /// assert_eq!(agreement.keep_until(day("2026-11-26")), day("2027-02-24"));
    /// ```
    pub fn keep_until(&self, given: Date) -> Date {
        match self.retention {
            Retention::Days(days) => given.saturating_add(i64::from(days).days()),
            Retention::Until(day) => day,
        }
    }
}
