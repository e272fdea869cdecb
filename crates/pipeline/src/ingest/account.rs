//! The account of a file: every row goes in once or is refused once, and the sums say so.

use super::area::Fence;
use super::layout::Layout;
use super::mapping::{IdPolicy, Kind};
use super::records::Refusal;
use super::rule::Rule;
use super::source::Input;
use crate::batch::{AreaCount, Batch, Format, Records, Reject, StudyAreaChoice};
use crate::error::{Error, Result, Stage};
use crate::schema::input::Column;
use hotspot_core::release::{DataClass, Reconciliation};
use hotspot_core::{Incident, Place, PlaceKind};
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

/// What was accepted and what was refused so far.
#[derive(Debug)]
pub(crate) struct Account<'a> {
    path: PathBuf,
    file: String,
    sha256: String,
    layout: &'a Layout,
    repeated: IdPolicy,
    class: Option<DataClass>,
    /// The first row was seen, so its class stands for all.
    classed: bool,
    records: Records,
    /// The row of each accepted record.
    rows: Vec<u64>,
    /// From the hash of a key to the accepted record that has it; a collision of hashes goes to the next hash.
    keys: HashMap<u64, u32>,
    /// How often an identifier was numbered.
    numbers: HashMap<String, u32>,
    rejects: Vec<Reject>,
}

impl<'a> Account<'a> {
    pub(crate) fn new(input: &Input, layout: &'a Layout, kind: Kind, repeated: IdPolicy) -> Self {
        Self {
            path: input.path.clone(),
            file: input.file_name(),
            sha256: input.sha256.clone(),
            layout,
            repeated,
            class: None,
            classed: false,
            records: match kind {
                Kind::Incidents => Records::Incidents(Vec::new()),
                Kind::Counts => Records::Counts(Vec::new()),
            },
            rows: Vec::new(),
            keys: HashMap::new(),
            numbers: HashMap::new(),
            rejects: Vec::new(),
        }
    }

    /// Number of rows so far.
    pub(crate) fn seen(&self) -> u64 {
        (self.rows.len() + self.rejects.len()) as u64
    }

    /// Takes what a row says of its class: all rows must say the same.
    pub(crate) fn declare(&mut self, row: u64, text: &str) -> Result<()> {
        if self.classed && self.class.map_or("", DataClass::id) == text {
            return Ok(());
        }
        let broken = |rule| Err(Error::rule(Stage::Ingest, &self.path, rule).at_row(row).at_column(Column::Class.name()));
        let class = if text.is_empty() {
            None
        } else {
            match text.parse() {
                Ok(class) => Some(class),
                Err(_) => return broken(Rule::UnknownClass),
            }
        };
        if self.classed && class != self.class {
            return broken(Rule::MixedClass);
        }
        self.class = class;
        self.classed = true;
        Ok(())
    }

    pub(crate) fn refuse(&mut self, row: u64, (column, rule): Refusal) {
        let column = column.map(|c| self.layout.label(c).to_owned());
        self.rejects.push(Reject { file: self.file.clone(), row, column, rule });
    }

    pub(crate) fn incident(&mut self, row: u64, read: std::result::Result<Incident, Refusal>) {
        let mut incident = match read {
            Ok(incident) => incident,
            Err(refusal) => return self.refuse(row, refusal),
        };
        let Records::Incidents(records) = &mut self.records else { return };
        let mut read_as: Option<String> = None;
        loop {
            let same = |i: u32| {
                let other = &records[i as usize];
                other.id == incident.id && other.known_on == incident.known_on
            };
            let Some(first) = claim(&mut self.keys, &(&incident.id, incident.known_on), records.len() as u32, same) else { break };
            if self.repeated == IdPolicy::Number {
                // The next number of this identifier that no other row has taken for its own.
                let read_as = read_as.get_or_insert_with(|| incident.id.0.clone());
                let number = self.numbers.entry(read_as.clone()).or_insert(1);
                *number += 1;
                incident.id.0 = format!("{read_as}#{number}");
                continue;
            }
            let rule = if records[first as usize] == incident { Rule::IdDuplicateSame } else { Rule::IdDuplicateConflicting };
            return self.refuse(row, (Some(Column::Id), rule));
        }
        records.push(incident);
        self.rows.push(row);
    }

    pub(crate) fn count(&mut self, row: u64, read: std::result::Result<AreaCount, Refusal>) {
        fn key(c: &AreaCount) -> impl Hash + PartialEq + '_ {
            // Rows without a code are told apart by their name.
            let name = if c.area.is_none() { c.area_name.as_deref() } else { None };
            (c.area.as_ref(), name, c.month, c.strand, c.known_on)
        }
        let count = match read {
            Ok(count) => count,
            Err(refusal) => return self.refuse(row, refusal),
        };
        let Records::Counts(records) = &mut self.records else { return };
        let same = |i: u32| key(&records[i as usize]) == key(&count);
        if let Some(first) = claim(&mut self.keys, &key(&count), records.len() as u32, same) {
            let rule =
                if records[first as usize].figure == count.figure { Rule::IdDuplicateSame } else { Rule::IdDuplicateConflicting };
            return self.refuse(row, (Some(Column::AreaCode), rule));
        }
        records.push(count);
        self.rows.push(row);
    }

    /// Whether any accepted record is a point, or a point was refused for lying outside.
    pub(crate) fn has_points(&self) -> bool {
        let Records::Incidents(records) = &self.records else { return false };
        records.iter().any(|i| matches!(i.place, Place::Point { .. }))
            || self.rejects.iter().any(|r| r.rule == Rule::OutsideStudyArea)
    }

    /// Decides between London and no study area, by where the points lie, and refuses those outside.
    pub(crate) fn choose_area(&mut self, london: &Fence) -> (StudyAreaChoice, String) {
        let Records::Incidents(records) = &mut self.records else { return (StudyAreaChoice::Any, String::new()) };
        let points =
            || records.iter().filter_map(|i| if let Place::Point { location, .. } = i.place { Some(location) } else { None });
        let placed = points().count();
        let inside = points().filter(|p| london.bounds_contain(*p)).count();
        if 2 * inside < placed || placed == 0 {
            let note =
                "study area: any, since most points lie outside London; name one with --study-area to refuse points outside it";
            return (StudyAreaChoice::Any, note.to_owned());
        }
        let mut outside = Vec::new();
        let mut row = self.rows.iter();
        records.retain(|i| {
            let row = *row.next().expect("every record has its row");
            let fits = !matches!(i.place, Place::Point { location, .. } if !london.contains(location));
            if !fits {
                outside.push(row);
            }
            fits
        });
        let mut gone = outside.iter().copied().peekable();
        self.rows.retain(|row| gone.next_if_eq(row).is_none());
        for row in outside {
            self.refuse(row, (Some(Column::Lon), Rule::OutsideStudyArea));
        }
        let note = "study area: London, since most points lie in its bounds; name another with --study-area, or any";
        (StudyAreaChoice::London, note.to_owned())
    }

    pub(crate) fn finish(mut self, format: Format, study_area: StudyAreaChoice, notes: Vec<String>) -> Batch {
        self.rejects.sort_by_key(|r| r.row);
        let mut reconciliation = Reconciliation::default();
        let mut by_rule = BTreeMap::new();
        for reject in &self.rejects {
            reconciliation.reject();
            *by_rule.entry(reject.rule).or_default() += 1;
        }
        match &self.records {
            Records::Incidents(records) => records.iter().for_each(|i| reconciliation.accept(i.place.kind(), 1)),
            Records::Counts(records) => records.iter().for_each(|c| {
                reconciliation.accept(if c.area.is_some() { PlaceKind::AreaOnly } else { PlaceKind::NoPlace }, 1);
            }),
        }
        Batch {
            format,
            file: self.file,
            sha256: self.sha256,
            records: self.records,
            reconciliation,
            by_rule,
            rejects: self.rejects,
            notes,
            study_area,
            declared_class: self.class,
            pseudonym_key: None,
        }
    }
}

/// Claims a key for the record `index`, or says which record has it.
fn claim(keys: &mut HashMap<u64, u32>, key: &impl Hash, index: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let mut hash = hasher.finish();
    loop {
        match keys.entry(hash) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(index);
                return None;
            }
            std::collections::hash_map::Entry::Occupied(slot) if same(*slot.get()) => return Some(*slot.get()),
            std::collections::hash_map::Entry::Occupied(_) => hash = hash.wrapping_add(1),
        }
    }
}
