//! What a release says of itself, and the digest that names it.

use super::feedback::Urn;
use super::silence::AskedOfSilence;
use crate::as_text;
use crate::commit::{self, sha256_hex};
use crate::error::{Error, Result, Stage};
use hotspot_core::cube::FactKind;
use hotspot_core::hotspot::denominator::Denominator;
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::hotspot::evidence::{Evidence, EvidencePolicy, Quantity, Threshold};
use hotspot_core::hotspot::feedback::Feedback;
use hotspot_core::projection::{LonLat, Projection};
use hotspot_core::provenance::Provenance;
use hotspot_core::release::{DataClass, PersonCheck, Reconciliation, Release, RobustnessSettings};
use hotspot_core::{BreakRegistry, Month, MonthRange, SeriesBreak};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the file.
pub(crate) const NAME: &str = "manifest.json";
/// Layout of a release. Another number means another program.
const FORMAT: u32 = 3;
/// Hex digits of the digest in the identifier.
const DIGITS: usize = 12;

/// What stands in the file.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    format: u32,
    id: String,
    sha256: String,
    release: Manifest,
}

#[derive(Debug, Deserialize)]
struct FormatOnly {
    format: u32,
}

/// Everything of a release that is not a table, and the digests of the tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// `SYNTHETIC` when it is about nobody.
    label: Option<String>,
    #[serde(with = "as_text")]
    month: Month,
    window: Months,
    months: Months,
    #[serde(with = "as_text")]
    as_known_on: Date,
    #[serde(with = "as_text")]
    class: DataClass,
    licence: Option<String>,
    study_area: String,
    reference: String,
    rule: Rule,
    resolution: u8,
    reconciliation: Account,
    outside: u64,
    person_check: Persons,
    robustness: Asked,
    evidence: Words,
    denominators: Vec<Measure>,
    pub(super) silence: AskedOfSilence,
    /// Null when no unit has a reported record.
    feedback: Option<Urn>,
    breaks: Vec<Break>,
    provenance: Made,
    facts: Kind,
    pub(crate) units: Units,
    /// SHA-256 of every other file of the release, by name.
    pub(crate) files: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Units {
    Cells { finest: u8, coarsest: u8, cells: u64, name: String, plane: Plane },
    Areas { areas: u64, name: String },
}

/// [`Projection`] as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Plane {
    BritishNationalGrid,
    Local {
        #[serde(with = "as_text")]
        lon: f64,
        #[serde(with = "as_text")]
        lat: f64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Events,
    Counts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Months {
    #[serde(with = "as_text")]
    from: Month,
    #[serde(with = "as_text")]
    to: Month,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rule {
    #[serde(with = "as_text")]
    threshold: f64,
    #[serde(with = "as_text")]
    fdr: f64,
    #[serde(with = "as_text")]
    join_radius_m: f64,
    #[serde(with = "as_text")]
    max_area_km2: f64,
    minimum: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Account {
    rows: u64,
    mapped: u64,
    area_only: u64,
    online: u64,
    no_place: u64,
    rejected: u64,
}

/// [`RobustnessSettings`] as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    version: String,
    settings: Vec<String>,
}

/// [`EvidencePolicy`] as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Words {
    version: String,
    thresholds: Vec<Asks>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Asks {
    word: String,
    quantity: String,
    #[serde(with = "as_text")]
    least: f64,
}

/// [`Denominator`] as JSON, but for its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Measure {
    id: String,
    name: String,
    unit: String,
    #[serde(with = "as_text")]
    per: f64,
    #[serde(with = "as_text")]
    least: f64,
}

/// [`PersonCheck`] as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Persons {
    mapped: u64,
    victim: u64,
    reporter: u64,
    premises: u64,
    withheld: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Break {
    id: String,
    #[serde(with = "as_text")]
    from: Date,
    areas: Vec<String>,
    what: String,
    source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    version: String,
    inputs: Vec<(String, String)>,
    settings: Vec<(String, String)>,
    seed: u64,
}

impl From<MonthRange> for Months {
    fn from(range: MonthRange) -> Self {
        Self { from: range.from(), to: range.to() }
    }
}

impl From<Projection> for Plane {
    fn from(projection: Projection) -> Self {
        match projection {
            Projection::BritishNationalGrid => Self::BritishNationalGrid,
            Projection::Local { origin: LonLat { lon, lat } } => Self::Local { lon, lat },
        }
    }
}

impl From<&Plane> for Projection {
    fn from(plane: &Plane) -> Self {
        match *plane {
            Plane::BritishNationalGrid => Self::BritishNationalGrid,
            Plane::Local { lon, lat } => Self::Local { origin: LonLat { lon, lat } },
        }
    }
}

/// The parts of a release that the manifest holds.
pub(crate) struct Stated {
    pub(crate) month: Month,
    pub(crate) window: MonthRange,
    pub(crate) months: MonthRange,
    pub(crate) as_known_on: Date,
    pub(crate) class: DataClass,
    pub(crate) licence: Option<String>,
    pub(crate) study_area: String,
    pub(crate) reference: String,
    pub(crate) rule: DetectParams,
    pub(crate) resolution: u8,
    pub(crate) reconciliation: Reconciliation,
    pub(crate) outside: u64,
    pub(crate) person_check: PersonCheck,
    pub(crate) robustness: RobustnessSettings,
    pub(crate) evidence: EvidencePolicy,
    /// Without their values, which a table holds.
    pub(crate) denominators: Vec<Denominator>,
    pub(crate) feedback: Option<Feedback>,
    pub(crate) breaks: BreakRegistry,
    pub(crate) provenance: Provenance,
    pub(crate) facts: FactKind,
}

impl Manifest {
    pub(crate) fn of(release: &Release, units: Units, files: BTreeMap<String, String>) -> Self {
        let DetectParams { threshold, fdr, join_radius_m, max_area_km2, minimum } = release.rule;
        let Reconciliation { rows, mapped, area_only, online, no_place, rejected } = release.reconciliation;
        let PersonCheck { mapped: in_units, known: [victim, reporter, premises], withheld } = release.person_check;
        let Provenance { version, inputs, settings, seed } = release.provenance.clone();
        let breaks = release.breaks.all().iter().map(|b| {
            let SeriesBreak { id, from, areas, what, source } = b.clone();
            Break { id, from, areas, what, source }
        });
        Self {
            label: (release.class == DataClass::Synthetic).then(|| "SYNTHETIC".to_owned()),
            month: release.month,
            window: release.window.into(),
            months: release.months.into(),
            as_known_on: release.as_known_on,
            class: release.class,
            licence: release.licence.clone(),
            study_area: release.study_area.clone(),
            reference: release.reference.clone(),
            rule: Rule { threshold, fdr, join_radius_m, max_area_km2, minimum },
            resolution: release.resolution,
            reconciliation: Account { rows, mapped, area_only, online, no_place, rejected },
            outside: release.outside,
            person_check: Persons { mapped: in_units, victim, reporter, premises, withheld },
            robustness: Asked { version: release.robustness.version.clone(), settings: release.robustness.settings.clone() },
            evidence: Words {
                version: release.evidence.version.clone(),
                thresholds: release
                    .evidence
                    .thresholds
                    .iter()
                    .map(|t| Asks { word: t.word.id().to_owned(), quantity: t.quantity.id().to_owned(), least: t.least })
                    .collect(),
            },
            denominators: release
                .denominators
                .iter()
                .map(|d| Measure { id: d.id.clone(), name: d.name.clone(), unit: d.unit.clone(), per: d.per, least: d.least })
                .collect(),
            silence: (&release.silence).into(),
            feedback: release.feedback.as_ref().map(Urn::from),
            breaks: breaks.collect(),
            provenance: Made { version, inputs, settings, seed },
            facts: match release.facts.kind() {
                FactKind::Events => Kind::Events,
                FactKind::Counts => Kind::Counts,
            },
            units,
            files,
        }
    }

    /// What it says, in the types of the core; `None` when a range of months ends before it starts, or a word is none of ours.
    pub(crate) fn stated(&self) -> Option<Stated> {
        let Rule { threshold, fdr, join_radius_m, max_area_km2, minimum } = self.rule;
        let Account { rows, mapped, area_only, online, no_place, rejected } = self.reconciliation;
        let Persons { mapped: in_units, victim, reporter, premises, withheld } = self.person_check;
        let Made { version, inputs, settings, seed } = self.provenance.clone();
        let breaks = self.breaks.iter().cloned().map(|b| {
            let Break { id, from, areas, what, source } = b;
            SeriesBreak { id, from, areas, what, source }
        });
        Some(Stated {
            month: self.month,
            window: MonthRange::new(self.window.from, self.window.to)?,
            months: MonthRange::new(self.months.from, self.months.to)?,
            as_known_on: self.as_known_on,
            class: self.class,
            licence: self.licence.clone(),
            study_area: self.study_area.clone(),
            reference: self.reference.clone(),
            rule: DetectParams { threshold, fdr, join_radius_m, max_area_km2, minimum },
            resolution: self.resolution,
            reconciliation: Reconciliation { rows, mapped, area_only, online, no_place, rejected },
            outside: self.outside,
            person_check: PersonCheck { mapped: in_units, known: [victim, reporter, premises], withheld },
            robustness: RobustnessSettings { version: self.robustness.version.clone(), settings: self.robustness.settings.clone() },
            evidence: EvidencePolicy {
                version: self.evidence.version.clone(),
                thresholds: self
                    .evidence
                    .thresholds
                    .iter()
                    .map(|t| {
                        Some(Threshold {
                            word: Evidence::from_id(&t.word)?,
                            quantity: Quantity::from_id(&t.quantity)?,
                            least: t.least,
                        })
                    })
                    .collect::<Option<_>>()?,
            },
            denominators: self
                .denominators
                .iter()
                .cloned()
                .map(|Measure { id, name, unit, per, least }| Denominator { id, name, unit, per, least, values: Vec::new() })
                .collect(),
            feedback: self.feedback.as_ref().map(Feedback::from),
            breaks: BreakRegistry::new(breaks.collect()),
            provenance: Provenance { version, inputs, settings, seed },
            facts: match self.facts {
                Kind::Events => FactKind::Events,
                Kind::Counts => FactKind::Counts,
            },
        })
    }

    /// What releases are sorted by: the newest last.
    pub(crate) fn age(&self) -> (Month, Date) {
        (self.month, self.as_known_on)
    }

    fn digest(&self) -> String {
        sha256_hex(&serde_json::to_vec(self).expect("a manifest has string keys only"))
    }

    /// `2026-10-` and the first digits of the digest of everything in the release.
    pub(crate) fn id(&self) -> String {
        format!("{}-{}", self.month, &self.digest()[..DIGITS])
    }

    /// The file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let sealed = Sealed { format: FORMAT, id: self.id(), sha256: self.digest(), release: self.clone() };
        let mut text = serde_json::to_vec_pretty(&sealed).expect("a manifest has string keys only");
        text.push(b'\n');
        text
    }

    /// The manifest of the release in this folder; `None` when the folder has none.
    pub(crate) fn load(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(NAME);
        let Some(bytes) = commit::read_optional(Stage::Release, &path)? else { return Ok(None) };
        let damaged = |e: serde_json::Error| {
            Error::refused(Stage::Release, &path, format!("the manifest is damaged at line {}, column {}", e.line(), e.column()))
        };
        let FormatOnly { format } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if format != FORMAT {
            let what = format!("the release has layout {format}; this program reads {FORMAT}");
            return Err(Error::refused(Stage::Release, &path, what));
        }
        let sealed: Sealed = serde_json::from_slice(&bytes).map_err(damaged)?;
        let manifest = sealed.release;
        if sealed.sha256 != manifest.digest() || sealed.id != manifest.id() {
            let what = "the manifest is damaged: its content does not have the SHA-256 that it states";
            return Err(Error::refused(Stage::Release, &path, what));
        }
        Ok(Some(manifest))
    }
}
