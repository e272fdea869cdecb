//! How the columns and values of a publisher become ours: a mapping, from a TOML file or built in.
//!
//! ```toml
//! records = "incidents"            # or "counts"
//! encoding = "auto"                # or "utf-8", "windows-1252"
//! crs = "EPSG:4326"                # or "EPSG:27700": what the columns x and y hold
//!
//! [columns]                        # our column = theirs; several are joined with ":" (identifiers)
//! id = ["Complaint", "Arrest"]
//! occurred_from = "Date"
//! x = "X"
//! y = "Y"
//! offence = "Category"
//! strands = "Bias"
//!
//! [dates]
//! formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]    # strftime; without them ISO 8601
//! time_precision = "month"         # say less than the file does
//! midnight = "missing"             # 00:00:00 stands for a missing time (default "real")
//!
//! [constants]                      # what a missing or blank field means
//! source = "recorded"
//!
//! [prefixes]                       # written before their codes
//! area_code = "NYPD-"
//!
//! [values.strands]                 # their value = ours; strands may be a list
//! "ANTI-JEWISH" = "antisemitic"
//! "ANTI-FEMALE" = []
//!
//! [unmapped]                       # what any other value means; without it the row is refused
//! offence = "other"
//!
//! [ids]
//! missing = "reject"               # or "number": made from what the row says, and how often it came before
//! repeated = "reject"              # or "number": every row is a record of its own
//! ```

use super::rule::Rule;
use super::source::Encoding;
use crate::error::{Error, Result, Stage};
use crate::schema::input::{self, Column};
use hotspot_core::{FlagStatus, Offence, Outcome, Precision, Setting, Source, Strand, StrandSet, TimePrecision};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::str::FromStr;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Incidents,
    Counts,
}

/// What to do with an identifier that is missing, or that stands in several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum IdPolicy {
    #[default]
    Reject,
    Number,
}

/// What 00:00:00 means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Midnight {
    #[default]
    Real,
    Missing,
}

/// Where a column of ours comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The first of these columns that the file has.
    First(Vec<String>),
    /// These columns together.
    Joined(Vec<String>),
}

/// The words of `place`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceWord {
    /// A point with coordinates, an area with a code, else unknown: what a blank means.
    AsGiven,
    Point,
    Area,
    Online,
    Unknown,
}

/// From a publisher's values to ours.
#[derive(Debug, Clone)]
pub(crate) struct Table<T> {
    values: HashMap<String, T>,
    unmapped: Option<T>,
    rule: Rule,
}

impl<T: Copy> Table<T> {
    /// Our own identifiers.
    fn own(names: impl IntoIterator<Item = (&'static str, T)>, rule: Rule) -> Self {
        Self { values: names.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(), unmapped: None, rule }
    }

    /// What a value means; case does not matter, nor the difference between blank, hyphen and underscore.
    pub(crate) fn get(&self, text: &str) -> std::result::Result<T, Rule> {
        if let Some(value) = self.values.get(text) {
            return Ok(*value);
        }
        self.values.get(&key(text)).copied().or(self.unmapped).ok_or(self.rule)
    }
}

fn key(text: &str) -> String {
    text.trim().chars().map(|c| if matches!(c, '-' | ' ') { '_' } else { c }).flat_map(char::to_lowercase).collect()
}

/// Every table.
#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    pub strands: Table<StrandSet>,
    pub offence: Table<Offence>,
    pub source: Table<Source>,
    pub status: Table<FlagStatus>,
    pub setting: Table<Setting>,
    pub outcome: Table<Outcome>,
    pub precision: Table<Precision>,
    pub time_precision: Table<TimePrecision>,
    pub place: Table<PlaceWord>,
}

impl Vocabulary {
    /// Our own words.
    pub(crate) fn own() -> Self {
        Self {
            strands: Table::own(Strand::ALL.iter().map(|s| (s.id(), StrandSet::from_iter([*s]))), Rule::UnknownStrand),
            offence: Table::own(Offence::ALL.iter().map(|v| (v.id(), *v)), Rule::UnknownOffence),
            source: Table::own(Source::ALL.iter().map(|v| (v.id(), *v)), Rule::UnknownSource),
            status: Table::own(FlagStatus::ALL.iter().map(|v| (v.id(), *v)), Rule::UnknownStatus),
            setting: Table::own(Setting::ALL.iter().map(|v| (v.id(), *v)), Rule::UnknownSetting),
            outcome: Table::own(Outcome::ALL.iter().map(|v| (v.id(), *v)), Rule::UnknownOutcome),
            precision: Table::own(Precision::ALL.iter().map(|v| (v.id(), *v)), Rule::UnknownPrecision),
            time_precision: Table::own(TimePrecision::ALL.iter().map(|v| (v.id(), *v)), Rule::UnknownTimePrecision),
            place: Table::own(
                [
                    ("point", PlaceWord::Point),
                    ("area", PlaceWord::Area),
                    ("online", PlaceWord::Online),
                    ("unknown", PlaceWord::Unknown),
                    ("as_given", PlaceWord::AsGiven),
                ],
                Rule::UnknownPlace,
            ),
        }
    }

    /// Takes entries for a column: theirs = ours. `None` for a column without a vocabulary, or a value that is not ours.
    pub(crate) fn set(&mut self, column: Column, entries: &BTreeMap<String, Words>, unmapped: Option<&Words>) -> Option<()> {
        fn fill<T: Copy>(
            table: &mut Table<T>,
            entries: &BTreeMap<String, Words>,
            unmapped: Option<&Words>,
            parse: impl Fn(&Words) -> Option<T>,
        ) -> Option<()> {
            if !entries.is_empty() {
                table.rule = Rule::UnmappedValue;
                table.values.clear();
            }
            for (theirs, ours) in entries {
                let value = parse(ours)?;
                table.values.insert(key(theirs), value);
                table.values.insert(theirs.trim().to_owned(), value);
            }
            if let Some(ours) = unmapped {
                table.unmapped = Some(parse(ours)?);
            }
            Some(())
        }
        fn one<T: FromStr>(words: &Words) -> Option<T> {
            match words {
                Words::One(word) => word.parse().ok(),
                Words::Several(_) => None,
            }
        }
        let places = self.place.clone();
        match column {
            Column::Strands => fill(&mut self.strands, entries, unmapped, strands),
            Column::Offence => fill(&mut self.offence, entries, unmapped, one),
            Column::Source => fill(&mut self.source, entries, unmapped, one),
            Column::Status => fill(&mut self.status, entries, unmapped, one),
            Column::Setting => fill(&mut self.setting, entries, unmapped, one),
            Column::Outcome => fill(&mut self.outcome, entries, unmapped, one),
            Column::Precision => fill(&mut self.precision, entries, unmapped, one),
            Column::TimePrecision => fill(&mut self.time_precision, entries, unmapped, one),
            Column::Place => fill(&mut self.place, entries, unmapped, |words| match words {
                Words::One(word) => places.get(word).ok(),
                Words::Several(_) => None,
            }),
            _ => None,
        }
    }
}

/// One of our words, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Words {
    One(String),
    Several(Vec<String>),
}

impl Words {
    fn list(&self) -> Vec<String> {
        match self {
            Self::One(word) => vec![word.clone()],
            Self::Several(words) => words.clone(),
        }
    }
}

fn strands(words: &Words) -> Option<StrandSet> {
    let words = words.list();
    words
        .iter()
        .flat_map(|w| w.split(';'))
        .map(str::trim)
        .filter(|w| !w.is_empty() && *w != "none")
        .map(|w| w.parse().ok())
        .collect::<Option<Vec<Strand>>>()
        .map(StrandSet::from_iter)
}

/// A compiled mapping.
#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    pub kind: Kind,
    pub encoding: Option<Encoding>,
    pub columns: BTreeMap<Column, Origin>,
    /// Columns that the header must have.
    pub needed: Vec<Column>,
    pub constants: BTreeMap<Column, String>,
    pub prefixes: BTreeMap<Column, String>,
    pub formats: Vec<String>,
    pub time_precision: Option<TimePrecision>,
    pub midnight: Midnight,
    pub missing_id: IdPolicy,
    pub repeated_id: IdPolicy,
    pub vocabulary: Vocabulary,
}

impl Mapping {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            encoding: None,
            columns: BTreeMap::new(),
            needed: Vec::new(),
            constants: BTreeMap::new(),
            prefixes: BTreeMap::new(),
            formats: Vec::new(),
            time_precision: None,
            midnight: Midnight::Real,
            missing_id: IdPolicy::Reject,
            repeated_id: IdPolicy::Reject,
            vocabulary: Vocabulary::own(),
        }
    }

    /// Reads a mapping file.
    pub(crate) fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::source(Stage::Mapping, path, e))?;
        let file: File = toml::from_str(&text).map_err(|e| {
            let error = Error::refused(Stage::Mapping, path, e.message());
            match e.span() {
                Some(span) => error.at_row(1 + text[..span.start].bytes().filter(|b| *b == b'\n').count() as u64),
                None => error,
            }
        })?;
        file.compile(path)
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    records: Kind,
    #[serde(default)]
    encoding: EncodingName,
    #[serde(default)]
    crs: Crs,
    columns: BTreeMap<String, Words>,
    #[serde(default)]
    dates: Dates,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    prefixes: BTreeMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, Words>>,
    #[serde(default)]
    unmapped: BTreeMap<String, Words>,
    #[serde(default)]
    ids: Ids,
}

#[derive(Debug, Default, Deserialize)]
enum EncodingName {
    #[default]
    #[serde(rename = "auto")]
    Auto,
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
enum Crs {
    #[default]
    #[serde(rename = "EPSG:4326")]
    Wgs84,
    #[serde(rename = "EPSG:27700")]
    NationalGrid,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Dates {
    formats: Vec<String>,
    time_precision: Option<String>,
    midnight: Midnight,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Ids {
    missing: IdPolicy,
    repeated: IdPolicy,
}

impl File {
    fn compile(self, path: &Path) -> Result<Mapping> {
        let refused = |what: String| Error::refused(Stage::Mapping, path, what);
        let column = |name: &str| match (name, self.crs) {
            ("x", Crs::Wgs84) => Ok(Column::Lon),
            ("y", Crs::Wgs84) => Ok(Column::Lat),
            ("x", Crs::NationalGrid) => Ok(Column::Easting),
            ("y", Crs::NationalGrid) => Ok(Column::Northing),
            _ => Column::ALL
                .iter()
                .copied()
                .find(|c| c.names().contains(&name))
                .ok_or_else(|| refused(format!("{name} is no column of ours; they are listed in the schema, beside x and y"))),
        };
        let mut mapping = Mapping::new(self.records);
        mapping.encoding = match self.encoding {
            EncodingName::Auto => None,
            EncodingName::Utf8 => Some(Encoding::Utf8),
            EncodingName::Windows1252 => Some(Encoding::Windows1252),
        };
        for (name, theirs) in &self.columns {
            let theirs = theirs.list();
            if theirs.is_empty() {
                return Err(refused(format!("columns.{name} names no column")));
            }
            let column = column(name)?;
            if mapping.columns.insert(column, Origin::Joined(theirs)).is_some() {
                return Err(refused(format!("columns.{name} is given twice")));
            }
            mapping.needed.push(column);
        }
        mapping.formats.clone_from(&self.dates.formats);
        mapping.midnight = self.dates.midnight;
        mapping.missing_id = self.ids.missing;
        mapping.repeated_id = self.ids.repeated;
        if let Some(name) = &self.dates.time_precision {
            mapping.time_precision = Some(name.parse().map_err(|e| refused(format!("dates.time_precision: {e}")))?);
        }
        for (name, prefix) in &self.prefixes {
            let column = column(name)?;
            if !matches!(column, Column::Id | Column::AreaCode) {
                return Err(refused(format!("prefixes.{name}: only id and area_code take a prefix")));
            }
            mapping.prefixes.insert(column, prefix.clone());
        }
        let none = BTreeMap::new();
        for name in self.values.keys().chain(self.unmapped.keys()) {
            let entries = self.values.get(name).unwrap_or(&none);
            mapping
                .vocabulary
                .set(column(name)?, entries, self.unmapped.get(name))
                .ok_or_else(|| refused(format!("values.{name} or unmapped.{name} names something that is not ours")))?;
        }
        for (name, text) in &self.constants {
            let column = column(name)?;
            let own = Vocabulary::own();
            let known = match column {
                Column::Strands => strands(&Words::One(text.clone())).is_some(),
                Column::Offence => own.offence.get(text).is_ok(),
                Column::Source => own.source.get(text).is_ok(),
                Column::Status => own.status.get(text).is_ok(),
                Column::Setting => own.setting.get(text).is_ok(),
                Column::Outcome => own.outcome.get(text).is_ok(),
                Column::Precision => own.precision.get(text).is_ok(),
                Column::Place => own.place.get(text).is_ok(),
                Column::Class | Column::AreaCode | Column::KnownOn => true,
                _ => false,
            };
            if !known {
                return Err(refused(format!("constants.{name} is not one of our words, or takes no constant")));
            }
            mapping.constants.insert(column, text.clone());
        }
        let has = |c: Column| mapping.columns.contains_key(&c);
        let both = |a, b| has(a) == has(b);
        match mapping.kind {
            Kind::Incidents if !has(Column::OccurredFrom) => Err(refused("columns.occurred_from is missing".to_owned())),
            Kind::Incidents if !has(Column::Id) && mapping.missing_id == IdPolicy::Reject => {
                Err(refused("columns.id is missing; without one set ids.missing = \"number\"".to_owned()))
            }
            Kind::Counts if !has(Column::OccurredFrom) || !has(Column::Count) => {
                Err(refused("columns.month or columns.count is missing".to_owned()))
            }
            _ if !both(Column::Lon, Column::Lat) || !both(Column::Easting, Column::Northing) => {
                Err(refused("columns gives one coordinate of a pair".to_owned()))
            }
            _ => Ok(mapping),
        }
    }
}

/// Mappings of the layouts that are known.
impl Mapping {
    /// Our own schema.
    pub(crate) fn hotspot() -> Self {
        let mut mapping = Self::new(Kind::Incidents);
        for column in input::INCIDENT.iter().chain(input::METRES) {
            let names = column.names().iter().map(|n| (*n).to_owned()).collect();
            mapping.columns.insert(*column, Origin::First(names));
        }
        mapping.needed = input::NEEDED.to_vec();
        mapping
    }

    /// Street files of data.police.uk, or the same records as one table.
    pub(crate) fn police_uk(layout: &[(Column, &str)]) -> Self {
        let mut mapping = Self::new(Kind::Incidents);
        for (column, name) in layout {
            mapping.columns.insert(*column, Origin::First(vec![(*name).to_owned()]));
            if !matches!(column, Column::Outcome | Column::Place) {
                mapping.needed.push(*column);
            }
        }
        mapping.missing_id = IdPolicy::Number;
        let constants = [(Column::Precision, Precision::Snapped.id()), (Column::Source, Source::Recorded.id())];
        mapping.constants = constants.map(|(c, v)| (c, v.to_owned())).into();
        mapping.vocabulary.offence = Table::own(CRIME_TYPES.iter().copied(), Rule::UnknownOffence);
        mapping.vocabulary.outcome = Table::own(OUTCOMES.iter().copied(), Rule::UnknownOutcome);
        mapping.vocabulary.outcome.unmapped = Some(Outcome::Unknown);
        // The location type (a street, a British Transport Police station) says nothing on whether a place is given.
        mapping.vocabulary.place.unmapped = Some(PlaceWord::AsGiven);
        mapping
    }

    /// Counts per area: the finest area that the header names.
    pub(crate) fn area_counts(header: &[String]) -> Option<Self> {
        let has = |name: &str| header.iter().any(|h| h.eq_ignore_ascii_case(name));
        let (code, names) = input::AREAS.iter().find(|(code, _)| has(code))?;
        let mut mapping = Self::new(Kind::Counts);
        let first = |names: &[&str]| Origin::First(names.iter().map(|n| (*n).to_owned()).collect());
        mapping.columns.insert(Column::AreaCode, first(&[code]));
        mapping.columns.insert(Column::AreaName, first(names));
        mapping.columns.insert(Column::OccurredFrom, first(&[input::COUNT_MONTH]));
        mapping.columns.insert(Column::Strands, first(&[input::COUNT_STRAND]));
        mapping.columns.insert(Column::Count, first(Column::Count.names()));
        mapping.columns.insert(Column::KnownOn, first(Column::KnownOn.names()));
        mapping.columns.insert(Column::Class, first(Column::Class.names()));
        mapping.needed = vec![Column::AreaCode, Column::OccurredFrom, Column::Count];
        for (name, strand) in PUBLISHED_STRANDS {
            mapping.vocabulary.strands.values.insert((*name).to_owned(), StrandSet::from_iter([*strand]));
        }
        for name in ["all", "total", "hate_crime", "all_hate_crime"] {
            mapping.vocabulary.strands.values.insert(name.to_owned(), StrandSet::EMPTY);
        }
        Some(mapping)
    }
}

/// Names that published tables give to strands.
const PUBLISHED_STRANDS: &[(&str, Strand)] = &[
    ("racist_and_religious", Strand::RaceOrReligion),
    ("race_and_religion", Strand::RaceOrReligion),
    ("racist", Strand::Race),
    ("faith", Strand::Religion),
    ("religious", Strand::Religion),
    ("anti_semitic", Strand::Antisemitic),
    ("antisemitism", Strand::Antisemitic),
    ("islamophobia", Strand::Islamophobic),
    ("homophobic", Strand::SexualOrientation),
    ("transphobic", Strand::Transgender),
    ("disability_hate", Strand::Disability),
];

/// Crime types of police.uk, past and present, as its files and its API write them.
const CRIME_TYPES: &[(&str, Offence)] = &[
    ("anti_social_behaviour", Offence::AntiSocialBehaviour),
    ("bicycle_theft", Offence::Theft),
    ("burglary", Offence::Burglary),
    ("criminal_damage_and_arson", Offence::CriminalDamage),
    ("criminal_damage_arson", Offence::CriminalDamage),
    ("drugs", Offence::Drugs),
    ("other_crime", Offence::Other),
    ("other_theft", Offence::Theft),
    ("possession_of_weapons", Offence::Weapons),
    ("public_disorder_and_weapons", Offence::PublicOrder),
    ("public_disorder_weapons", Offence::PublicOrder),
    ("public_order", Offence::PublicOrder),
    ("robbery", Offence::Robbery),
    ("shoplifting", Offence::Theft),
    ("theft_from_the_person", Offence::Theft),
    ("vehicle_crime", Offence::Theft),
    ("violence_and_sexual_offences", Offence::Violence),
    ("violent_crime", Offence::Violence),
];

/// Outcomes of police.uk; any other is not stated.
const OUTCOMES: &[(&str, Outcome)] = &[
    ("under_investigation", Outcome::UnderInvestigation),
    ("awaiting_court_outcome", Outcome::Charged),
    ("suspect_charged", Outcome::Charged),
    ("suspect_charged_as_part_of_another_case", Outcome::Charged),
    ("defendant_sent_to_crown_court", Outcome::Charged),
    ("defendant_found_not_guilty", Outcome::Charged),
    ("court_case_unable_to_proceed", Outcome::Charged),
    ("court_result_unavailable", Outcome::Charged),
    ("offender_sent_to_prison", Outcome::Charged),
    ("offender_given_suspended_prison_sentence", Outcome::Charged),
    ("offender_given_community_sentence", Outcome::Charged),
    ("offender_given_conditional_discharge", Outcome::Charged),
    ("offender_given_absolute_discharge", Outcome::Charged),
    ("offender_fined", Outcome::Charged),
    ("offender_otherwise_dealt_with", Outcome::Charged),
    ("offender_ordered_to_pay_compensation", Outcome::Charged),
    ("offender_deprived_of_property", Outcome::Charged),
    ("offender_given_a_caution", Outcome::Caution),
    ("offender_given_caution", Outcome::Caution),
    ("offender_given_a_drugs_possession_warning", Outcome::Caution),
    ("offender_given_drugs_possession_warning", Outcome::Caution),
    ("offender_given_penalty_notice", Outcome::Caution),
    ("local_resolution", Outcome::CommunityResolution),
    ("investigation_complete;_no_suspect_identified", Outcome::NoSuspect),
    ("investigation_complete_no_suspect_identified", Outcome::NoSuspect),
    ("unable_to_prosecute_suspect", Outcome::NoFurtherAction),
    ("formal_action_is_not_in_the_public_interest", Outcome::NoFurtherAction),
    ("formal_action_not_in_public_interest", Outcome::NoFurtherAction),
    ("further_investigation_is_not_in_the_public_interest", Outcome::NoFurtherAction),
    ("further_action_is_not_in_the_public_interest", Outcome::NoFurtherAction),
    ("action_to_be_taken_by_another_organisation", Outcome::NoFurtherAction),
    ("status_update_unavailable", Outcome::Unknown),
];
