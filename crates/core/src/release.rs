//! Everything computed at one time from one state of the store.

use crate::atlas::Atlas;
use crate::cube::{Facts, Filter};
use crate::hotspot::denominator::{Denominator, UnitRates};
use crate::hotspot::detect::DetectParams;
use crate::hotspot::engagement::SilenceMap;
use crate::hotspot::evidence::EvidencePolicy;
use crate::hotspot::feedback::Feedback;
use crate::hotspot::over_time::OverTime;
use crate::hotspot::{Hotspot, StrandAnalysis};
use crate::incident::{PlaceKind, SourceSet, UnknownName};
use crate::month::{BreakRegistry, Month, MonthRange};
use crate::provenance::Provenance;
use crate::strands::Strands;
pub use crate::units::Units;
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// What kind of records a store holds: set once, at the first ingest, and inherited by every release of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataClass {
    /// Made by `hotspot simulate`: about nobody.
    Synthetic,
    /// Published under an open licence.
    Open,
    /// About real people: the default.
    Restricted,
}

impl DataClass {
    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Synthetic => "synthetic",
            Self::Open => "open",
            Self::Restricted => "restricted",
        }
    }
}

impl fmt::Display for DataClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for DataClass {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Synthetic, Self::Open, Self::Restricted]
            .into_iter()
            .find(|c| c.id() == text)
            .ok_or(UnknownName { what: "class", allowed: "synthetic, open, restricted" })
    }
}

/// How every row that came in is accounted for: `rows = mapped + area_only + online + no_place + rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciliation {
    /// Rows read.
    pub rows: u64,
    /// On the map.
    pub mapped: u64,
    /// Known to an area only.
    pub area_only: u64,
    /// Online.
    pub online: u64,
    /// Without a place.
    pub no_place: u64,
    /// Refused by a named rule.
    pub rejected: u64,
}

impl Reconciliation {
    /// Counts one accepted row, of weight `n`.
    pub fn accept(&mut self, place: PlaceKind, n: u64) {
        self.rows += n;
        match place {
            PlaceKind::Mapped => self.mapped += n,
            PlaceKind::AreaOnly => self.area_only += n,
            PlaceKind::Online => self.online += n,
            PlaceKind::NoPlace => self.no_place += n,
        }
    }

    /// Counts one refused row.
    pub fn reject(&mut self) {
        self.rows += 1;
        self.rejected += 1;
    }

    /// Whether it adds up.
    pub const fn adds_up(&self) -> bool {
        self.rows == self.mapped + self.area_only + self.online + self.no_place + self.rejected
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            mapped: self.mapped + other.mapped,
            area_only: self.area_only + other.area_only,
            online: self.online + other.online,
            no_place: self.no_place + other.no_place,
            rejected: self.rejected + other.rejected,
        }
    }
}

impl Reconciliation {
    /// The account as a sum, its numbers written by `number`.
    pub fn sum_in_words(&self, number: impl Fn(u64) -> String) -> String {
        let [rows, mapped, area, online, none, rejected] =
            [self.rows, self.mapped, self.area_only, self.online, self.no_place, self.rejected].map(number);
        format!("{rows} rows = {mapped} mapped + {area} area only + {online} online + {none} no place + {rejected} rejected")
    }
}

impl fmt::Display for Reconciliation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sum_in_words(|n| n.to_string()))
    }
}

/// A reporting area (borough) of a release: what [`crate::cube::Fact::area`] points at.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportingArea {
    /// Code, such as a GSS code; empty for a non-geographic one.
    pub code: String,
    /// Name.
    pub name: String,
    /// Residents, if a denominator is fit for rates.
    pub residents: Option<u32>,
}

/// Whether hotspots were asked for dependence on one person, and what that took off the map: see
/// [`protection`](crate::hotspot::protection).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PersonCheck {
    /// Records in units before the check.
    pub mapped: u64,
    /// Of these, with a pseudonym of victim, reporter and premises.
    pub known: [u64; 3],
    /// Of these, withheld: they count for their borough and in no unit.
    pub withheld: u64,
}

impl PersonCheck {
    /// Whether it could be made at all: some record in a unit has a victim's pseudonym.
    pub const fn possible(&self) -> bool {
        self.known[0] > 0
    }
}

/// Under what hotspots were asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RobustnessSettings {
    /// Version of the design; empty when nothing was asked.
    pub version: String,
    /// Each setting in words, the published one first.
    pub settings: Vec<String>,
}

/// One immutable release.
#[derive(Debug)]
pub struct Release {
    /// `2026-10-` and the first 12 hex digits of the digest of everything in it.
    pub id: String,
    /// Last month of the window.
    pub month: Month,
    /// Months of the hotspot analysis.
    pub window: MonthRange,
    /// Months that the facts cover.
    pub months: MonthRange,
    /// State of the store.
    pub as_known_on: Date,
    /// Class of the store.
    pub class: DataClass,
    /// Licence or source statement, shown on every page.
    pub licence: Option<String>,
    /// Name of the study area.
    pub study_area: String,
    /// Name of the reference measure of the hotspot rule, such as `area inside the study area, km²`.
    pub reference: String,
    /// Settings of the hotspot rule.
    pub rule: DetectParams,
    /// Resolution of the hotspots (0 for areas).
    pub resolution: u8,
    /// Account of every row that the store holds as known then.
    pub reconciliation: Reconciliation,
    /// Mapped records outside the study area, which no unit holds.
    pub outside: u64,
    /// What was withheld because a hotspot depended on one person.
    pub person_check: PersonCheck,
    /// Version and settings, in words, under which every hotspot was asked for again: what [`Hotspot::robustness`](crate::hotspot::Hotspot)
    /// answers, in this order.
    pub robustness: RobustnessSettings,
    /// Thresholds of the words for evidence.
    pub evidence: EvidencePolicy,
    /// Measures of what is at risk; the first is the reference measure of the rule.
    pub denominators: Vec<Denominator>,
    /// Rates of every unit for all records, one for each denominator; none where there is no answer.
    pub unit_rates: Vec<UnitRates>,
    /// Units.
    pub units: Units,
    /// Reporting areas.
    pub areas: Vec<ReportingArea>,
    /// Facts.
    pub facts: Facts,
    /// One analysis for all records and one for each strand.
    pub analyses: Vec<StrandAnalysis>,
    /// Places to engage.
    pub silence: SilenceMap,
    /// How fast patrols by this map would make it come true; `None` when there is no reported record in a unit.
    pub feedback: Option<Feedback>,
    /// The story of every hotspot over the months, and what the events of a supplied calendar set off; aligned with the analyses.
    pub over_time: OverTime,
    /// Breaks of recording that concern the study area.
    pub breaks: BreakRegistry,
    /// What made it.
    pub provenance: Provenance,
}

/// Part of the mean of all boroughs below which a borough is as good as not recorded: far below what differs between boroughs of one city.
const BARELY: f64 = 0.05;

impl Release {
    /// The analysis of a strand, or of all records.
    pub fn analysis(&self, strand: Option<crate::Strand>) -> Option<&StrandAnalysis> {
        self.analyses.iter().find(|a| a.strand == strand)
    }

    /// The analysis whose hotspots stand beside a count: that of the strand where just one is asked for and analysed, else that of all records.
    pub fn analysis_beside(&self, strands: Strands) -> Option<&StrandAnalysis> {
        strands.one().and_then(|strand| self.analysis(Some(strand))).or_else(|| self.analysis(None))
    }

    /// Row of the area with this code or name.
    pub fn area_row(&self, text: &str) -> Option<u16> {
        let is = |area: &ReportingArea| !area.code.is_empty() && (area.code == text || area.name.eq_ignore_ascii_case(text));
        self.areas.iter().position(is).map(|row| row as u16)
    }

    /// The analyses that say something: that of all records, and those of strands that a record carries. Another is not recorded here, which is no zero.
    pub fn recorded_analyses(&self) -> impl Iterator<Item = &StrandAnalysis> {
        self.analyses.iter().filter(|analysis| analysis.strand.is_none_or(|strand| self.facts.all_strands().contains(strand)))
    }

    /// Whether every record carries a strand; a store may hold crimes of every kind, some of them flagged.
    pub fn is_hate_crime(&self) -> bool {
        self.facts.all_have_strands()
    }

    /// Boroughs of London with fewer than a twentieth of what a borough has in the mean, with their records of the window, the fewest first:
    /// too little was given of them for the map to say anything there.
    pub fn barely_recorded(&self) -> Vec<(&ReportingArea, u64)> {
        let boroughs = Atlas::london().boroughs();
        let mut of_area = vec![0_u64; self.areas.len()];
        let filter = Filter { sources: SourceSet::ALL, ..Filter::over(self.window) };
        for fact in self.facts.rows(&filter).filter_map(|row| self.facts.get(row)) {
            if let Some(n) = of_area.get_mut(usize::from(fact.area)) {
                *n += u64::from(fact.count);
            }
        }
        let mut found: Vec<(&ReportingArea, u64)> =
            self.areas.iter().zip(of_area).filter(|(area, _)| boroughs.iter().any(|b| b.code == area.code)).collect();
        let all: u64 = found.iter().map(|(_, n)| n).sum();
        let mean = all as f64 / found.len().max(1) as f64;
        found.retain(|(_, n)| (*n as f64) < BARELY * mean);
        found.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.name.cmp(&b.0.name)));
        found
    }

    /// What has to stand beside every figure of this release, in plain words; nothing where nothing has.
    pub fn cautions(&self) -> Vec<String> {
        let mut said = Vec::new();
        let barely = self.barely_recorded();
        if !barely.is_empty() {
            let named: Vec<String> = barely.iter().map(|(area, n)| format!("{} ({n})", area.name)).collect();
            said.push(format!(
                "Of {} boroughs {} {} none or hardly any records from {} to {}: {}. That is what was given, and no sign of safety: the map can say nothing \
                 there, and what is expected elsewhere is too low.",
                self.areas.iter().filter(|a| !a.code.is_empty()).count(),
                barely.len(),
                if barely.len() == 1 { "has" } else { "have" },
                self.window.from().in_words(),
                self.window.to().in_words(),
                named.join(", ")
            ));
        }
        if self.facts.adds_strands() {
            said.push(
                "The publisher gives counts by strand and none of all records: what is said of all is their sum, in which an incident of two \
                 strands is counted twice."
                    .to_owned(),
            );
        }
        said
    }

    /// Why a place of this release is a hotspot and how sure that is, in plain words.
    pub fn sentence(&self, hotspot: &Hotspot) -> String {
        self.evidence.sentence(hotspot, self.window, &self.reference, self.class)
    }
}
