//! What is measured of a series, as figures with limits and a status.

use super::figures::{Gap, Marked};
use super::{Counted, Series};
use crate::rate::funnel::Position;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Records of the month.
    Records,
    /// Of these, with a flag under review.
    Provisional,
    /// Of these, online.
    Online,
    /// Of these, without a place.
    NoPlace,
    /// Victims known by a pseudonym.
    Victims,
    /// Of these, with another record in twelve months.
    RepeatVictims,
    /// Records of the month per 1,000 residents, scaled to a year.
    Rate,
    /// Records of twelve months.
    Year,
    /// The same per 1,000 residents.
    YearRate,
    /// Change of the twelve months on the twelve before, in per cent.
    Change,
    /// Records of the same month a year before.
    LastYear,
    /// Share of London's records, in per cent.
    Share,
    /// Median rate of twelve months among the boroughs most like this one.
    Similar,
    /// Centre line of the control chart, with its limits.
    ControlChart,
    /// Where the borough's twelve months stand among boroughs.
    Funnel,
    /// How many records of the month there will be in the end.
    Nowcast,
}

impl Measure {
    /// All, in the order of the files.
    pub const ALL: [Self; 16] = [
        Self::Records,
        Self::Provisional,
        Self::Online,
        Self::NoPlace,
        Self::Victims,
        Self::RepeatVictims,
        Self::Rate,
        Self::Year,
        Self::YearRate,
        Self::Change,
        Self::LastYear,
        Self::Share,
        Self::Similar,
        Self::ControlChart,
        Self::Funnel,
        Self::Nowcast,
    ];

    /// Identifier in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Provisional => "provisional",
            Self::Online => "online",
            Self::NoPlace => "no_place",
            Self::Victims => "victims",
            Self::RepeatVictims => "repeat_victims",
            Self::Rate => "rate_per_1000_a_year",
            Self::Year => "twelve_months",
            Self::YearRate => "twelve_months_per_1000",
            Self::Change => "change_percent",
            Self::LastYear => "same_month_last_year",
            Self::Share => "share_of_london_percent",
            Self::Similar => "similar_boroughs_per_1000",
            Self::ControlChart => "control_chart",
            Self::Funnel => "funnel",
            Self::Nowcast => "nowcast",
        }
    }

    /// Unit and meaning, as the data dictionary says them.
    pub const fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Records => ("records", "Records of the month."),
            Self::Provisional => ("records", "Of these, records whose hate flag is still under review."),
            Self::Online => ("records", "Of these, records of what happened online."),
            Self::NoPlace => ("records", "Of these, records without a place."),
            Self::Victims => ("people", "Victims of the month who are known by a pseudonym, each once."),
            Self::RepeatVictims => {
                ("people", "Of these, victims with more than one record in the twelve months that end with the month, anywhere.")
            }
            Self::Rate => (
                "records per 1,000 residents a year",
                "Records of the month per 1,000 residents, times 12; 95% limits exact below 10, Byar's from 10 on.",
            ),
            Self::Year => ("records", "Records of the twelve months that end with the month."),
            Self::YearRate => (
                "records per 1,000 residents",
                "Records of twelve months per 1,000 residents; 95% limits exact below 10, Byar's from 10 on.",
            ),
            Self::Change => (
                "per cent",
                "Change of the twelve months on the twelve before; exact 95% limits of a Poisson ratio. [z] when the base is under 30.",
            ),
            Self::LastYear => ("records", "Records of the same month a year before."),
            Self::Share => ("per cent", "Share of London's records of the strand in the month; Wilson's 95% limits."),
            Self::Similar => (
                "records per 1,000 residents",
                "Median of the twelve-month rates of the boroughs most like this one: see the table similar.",
            ),
            Self::ControlChart => (
                "records",
                "Centre line of the control chart of months (value) and its limits (lower, upper): a month outside is a signal.",
            ),
            Self::Funnel => (
                "-2 to 2",
                "Where the borough's twelve months stand among boroughs by residents, with over-dispersion: -2 below the 99.8% limit, -1 below the 95% limit, 0 between, 1 above the 95% limit, 2 above the 99.8% limit.",
            ),
            Self::Nowcast => (
                "records",
                "How many records of the month of occurrence there will be in the end, reports of up to six months' delay; 95% limits.",
            ),
        }
    }
}

/// A figure with its limits, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// What is measured.
    pub measure: Measure,
    /// Figure.
    pub value: Marked<f64>,
    /// 95 % limits, or those of a control chart, where there are any; not finite where there is no limit.
    pub limits: Option<[f64; 2]>,
    /// Some of the records have a flag that is still under review: `[p]`.
    pub provisional: bool,
    /// It is another than in the edition before: `[r]`.
    pub revised: bool,
}

impl Observation {
    /// Marker of the figure; empty for a plain one.
    pub fn status(&self) -> &'static str {
        status(self.value.err(), self.provisional, self.revised)
    }
}

/// The shorthand of official statistics for what there is to say of a figure; empty for a plain one.
pub const fn status(gap: Option<Gap>, provisional: bool, revised: bool) -> &'static str {
    match (gap, provisional, revised) {
        (Some(Gap::Suppressed), _, true) => "[c] [r]",
        (Some(gap), ..) => gap.shorthand(),
        (None, true, true) => "[p] [r]",
        (None, true, false) => "[p]",
        (None, false, true) => "[r]",
        (None, false, false) => "",
    }
}

impl Series {
    /// Everything that is measured, in the order of [`Measure::ALL`].
    pub fn observations(&self) -> Vec<Observation> {
        Measure::ALL.into_iter().map(|measure| self.observation(measure)).collect()
    }

    /// One of them.
    pub fn observation(&self, measure: Measure) -> Observation {
        let f = &self.figures;
        let counted = |of: fn(&Counted) -> u32| f.count.map(|c| f64::from(of(&c)));
        let limited =
            |figure: Marked<[f64; 3]>, unit: f64| (figure.map(|r| r[0] * unit), figure.ok().map(|r| [r[1] * unit, r[2] * unit]));
        let (value, limits): (Marked<f64>, Option<[f64; 2]>) = match measure {
            Measure::Records => (counted(|c| c.recorded), None),
            Measure::Provisional => (counted(|c| c.provisional), None),
            Measure::Online => (counted(|c| c.online), None),
            Measure::NoPlace => (counted(|c| c.no_place), None),
            Measure::Victims => (counted(|c| c.victims), None),
            Measure::RepeatVictims => (counted(|c| c.repeat_victims), None),
            Measure::Rate => limited(f.rate, 1.0),
            Measure::Year => (f.year.map(|n| n as f64), None),
            Measure::YearRate => limited(f.year_rate, 1.0),
            // Percentages are not given on a small base.
            Measure::Change => match f.change {
                Ok(c) if !c.small_base => {
                    (c.change.map(|x| x * 100.0).ok_or(Gap::NotApplicable), Some([c.lower * 100.0, c.upper * 100.0]))
                }
                Ok(_) => (Err(Gap::NotApplicable), None),
                Err(gap) => (Err(gap), None),
            },
            Measure::LastYear => (f.last_year.map(f64::from), None),
            Measure::Share => limited(f.share, 100.0),
            Measure::Similar => (f.similar, None),
            Measure::ControlChart => match &f.chart {
                Ok(chart) => chart
                    .chart
                    .points
                    .last()
                    .map_or((Err(Gap::NotAvailable), None), |p| (Ok(p.center), Some([p.lower.max(0.0), p.upper]))),
                Err(gap) => (Err(*gap), None),
            },
            Measure::Funnel => (
                f.funnel.map(|position| match position {
                    Position::BelowOuter => -2.0,
                    Position::BelowInner => -1.0,
                    Position::Within => 0.0,
                    Position::AboveInner => 1.0,
                    Position::AboveOuter => 2.0,
                }),
                None,
            ),
            Measure::Nowcast => match f.nowcast.as_ref().map(|months| months.last().and_then(|m| m.estimate)) {
                Ok(Some(e)) => (Ok(e.median as f64), Some([e.lower as f64, e.upper as f64])),
                Ok(None) => (Err(Gap::NotAvailable), None),
                Err(gap) => (Err(*gap), None),
            },
        };
        let provisional = match measure {
            Measure::Records | Measure::Rate => f.count.is_ok_and(|c| c.provisional > 0),
            Measure::Year | Measure::YearRate => f.year_provisional,
            _ => false,
        };
        Observation { measure, value, limits, provisional, revised: measure == Measure::LastYear && f.last_year_revised }
    }
}
