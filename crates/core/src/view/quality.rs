//! The quality of the records as it may be shown.

use crate::Strand;
use crate::quality::QualityTable;
use crate::release::{DataClass, PersonCheck, Reconciliation, Release};

/// The quality of the records of a release, in its window. Exact: for those who see records.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityView {
    /// Identifier of the release.
    pub release: String,
    /// Its class.
    pub class: DataClass,
    /// State of the store, `YYYY-MM-DD`.
    pub as_known_on: String,
    /// Account of every row that the store holds.
    pub reconciliation: Reconciliation,
    /// Mapped, but outside the study area.
    pub outside: u64,
    /// What was withheld because a hotspot depended on one person.
    pub person_check: PersonCheck,
    /// Code and name of the reporting areas, as `table.areas` has them.
    pub areas: Vec<[String; 2]>,
    /// The figures.
    pub table: QualityTable,
}

impl QualityView {
    /// The quality of the records of a release.
    pub fn of(release: &Release) -> Self {
        let strands: Vec<Strand> = release.analyses.iter().filter_map(|a| a.strand).collect();
        Self {
            release: release.id.clone(),
            class: release.class,
            as_known_on: release.as_known_on.to_string(),
            reconciliation: release.reconciliation,
            outside: release.outside,
            person_check: release.person_check,
            areas: release.areas.iter().map(|a| [a.code.clone(), a.name.clone()]).collect(),
            table: QualityTable::of(&release.facts, release.window, release.areas.len(), &strands),
        }
    }
}
