//! One figure of one place, strand and month.

use super::Publication;
use hotspot_core::Strand;
use hotspot_core::summary::{Gap, Marked, Series};
use std::fmt::Write;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// Median rate of twelve months among the five boroughs most like this one.
    Similar,
}

impl Measure {
    /// All, in the order of the files.
    pub const ALL: [Self; 13] = [
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
    /// 95 % limits, where there are any.
    pub limits: Option<[f64; 2]>,
}

impl Observation {
    /// Marker of the figure; empty for a plain one.
    pub fn status(&self, provisional: bool) -> &'static str {
        match self.value {
            Err(gap) => gap.shorthand(),
            Ok(_) if provisional && self.measure == Measure::Records => "[p]",
            Ok(_) => "",
        }
    }
}

/// Everything that is measured of a series.
pub(crate) fn observations(series: &Series) -> Vec<Observation> {
    let f = &series.figures;
    let counted = |of: fn(&hotspot_core::summary::Counted) -> u32| f.count.map(|c| f64::from(of(&c)));
    let of = |measure| {
        let (value, limits): (Marked<f64>, Option<[f64; 2]>) = match measure {
            Measure::Records => (counted(|c| c.recorded), None),
            Measure::Provisional => (counted(|c| c.provisional), None),
            Measure::Online => (counted(|c| c.online), None),
            Measure::NoPlace => (counted(|c| c.no_place), None),
            Measure::Victims => (counted(|c| c.victims), None),
            Measure::RepeatVictims => (counted(|c| c.repeat_victims), None),
            Measure::Rate => (f.rate.map(|r| r[0]), f.rate.ok().map(|r| [r[1], r[2]])),
            Measure::Year => (f.year.map(|n| n as f64), None),
            Measure::YearRate => (f.year_rate.map(|r| r[0]), f.year_rate.ok().map(|r| [r[1], r[2]])),
            // Percentages are not given on a small base.
            Measure::Change => match f.change {
                Ok(c) if !c.small_base => {
                    (c.change.map(|x| x * 100.0).ok_or(Gap::NotApplicable), Some([c.lower * 100.0, c.upper * 100.0]))
                }
                Ok(_) => (Err(Gap::NotApplicable), None),
                Err(gap) => (Err(gap), None),
            },
            Measure::LastYear => (f.last_year.map(f64::from), None),
            Measure::Share => (f.share.map(|s| s * 100.0), None),
            Measure::Similar => (f.similar.map(|(median, _)| median), None),
        };
        Observation { measure, value, limits }
    };
    Measure::ALL.map(of).to_vec()
}

/// A number as files have it: whole numbers whole, others to four decimals.
pub(crate) fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value:.4}") }
}

impl Publication<'_> {
    /// Tidy CSV: `month,basis,level,code,place,strand,measure,value,lower,upper,status`. Numbers stay numbers: a marker stands in `status`.
    pub fn csv(&self) -> String {
        let mut text = String::from("month,basis,level,code,place,strand,measure,value,lower,upper,status,class\n");
        let quoted = |field: &str| {
            if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
        };
        for series in &self.summary.series {
            let place = &self.cube.places()[usize::from(series.place)];
            let provisional = series.figures.count.is_ok_and(|c| c.provisional > 0);
            for o in observations(series) {
                let value = o.value.map(number).unwrap_or_default();
                let [lower, upper] = o
                    .limits
                    .map_or([String::new(), String::new()], |l| l.map(|v| if v.is_finite() { number(v) } else { String::new() }));
                writeln!(
                    text,
                    "{},{},{},{},{},{},{},{value},{lower},{upper},{},{}",
                    self.summary.month,
                    self.summary.basis.id(),
                    place.level.id(),
                    quoted(&place.code),
                    quoted(&place.name),
                    series.strand.map_or("all", Strand::id),
                    o.measure.id(),
                    o.status(provisional),
                    self.class,
                )
                .expect("text takes what is written");
            }
        }
        text
    }
}
