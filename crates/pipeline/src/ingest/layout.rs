//! Which field of a row is which column: a mapping met with a header.

use super::fields::Fields;
use super::mapping::{Mapping, Origin};
use super::rule::Rule;
use crate::batch::Format;
use crate::error::{Error, Result, Stage};
use crate::schema::input::{self, Column};
use hotspot_core::release::DataClass;
use std::borrow::Cow;
use std::path::Path;

/// The fields of every column.
#[derive(Debug)]
pub(crate) struct Layout {
    /// By [`Column`] code.
    fields: Vec<Vec<usize>>,
    labels: Vec<String>,
    /// A column named as ours that says how rows are classed, in a format that has none.
    foreign_class: Option<usize>,
    unused: usize,
}

impl Layout {
    /// Finds the columns of a mapping in a header.
    pub(crate) fn new(path: &Path, header: &[String], mapping: &Mapping) -> Result<Self> {
        let broken = |rule, name: &str| Error::rule(Stage::Ingest, path, rule).at_column(name);
        let find = |name: &str| -> Result<Option<usize>> {
            let mut at = header.iter().enumerate().filter(|(_, h)| h.trim().eq_ignore_ascii_case(name)).map(|(i, _)| i);
            match (at.next(), at.next()) {
                (Some(_), Some(_)) => Err(broken(Rule::DuplicateColumn, name)),
                (found, _) => Ok(found),
            }
        };
        let mut layout = Self {
            fields: vec![Vec::new(); Column::ALL.len()],
            labels: Column::ALL.iter().map(|c| c.name().to_owned()).collect(),
            foreign_class: None,
            unused: 0,
        };
        for (column, origin) in &mapping.columns {
            let slot = *column as usize;
            match origin {
                Origin::First(names) => {
                    for name in names {
                        if let Some(at) = find(name)? {
                            layout.fields[slot] = vec![at];
                            layout.labels[slot].clone_from(name);
                            break;
                        }
                    }
                    if layout.fields[slot].is_empty() && mapping.needed.contains(column) {
                        return Err(broken(Rule::MissingColumn, &names[0]));
                    }
                }
                Origin::Joined(names) => {
                    for name in names {
                        let at = find(name)?.ok_or_else(|| broken(Rule::MissingColumn, name))?;
                        layout.fields[slot].push(at);
                    }
                    layout.labels[slot] = names.join("+");
                }
            }
        }
        if !mapping.columns.contains_key(&Column::Class) {
            layout.foreign_class = find(Column::Class.name())?;
        }
        layout.unused = header.len() - layout.needed().len().min(header.len());
        Ok(layout)
    }

    /// Indexes of the fields that are read.
    pub(crate) fn needed(&self) -> Vec<usize> {
        let mut needed = self.fields.concat();
        needed.extend(self.foreign_class);
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    /// Number of columns of the file that are not read.
    pub(crate) const fn unused(&self) -> usize {
        self.unused
    }

    /// The text of a column; empty when it is blank or missing. Several fields are joined by `:`.
    pub(crate) fn text<'a>(&self, column: Column, fields: &'a Fields) -> Cow<'a, str> {
        match self.fields[column as usize].as_slice() {
            [] => Cow::Borrowed(""),
            [one] => Cow::Borrowed(fields.get(*one)),
            several if several.iter().all(|i| fields.get(*i).is_empty()) => Cow::Borrowed(""),
            several => Cow::Owned(several.iter().map(|i| fields.get(*i)).collect::<Vec<_>>().join(":")),
        }
    }

    /// What a row says of its own class, in any format: another publisher's column of that name counts where it uses our words.
    pub(crate) fn class<'a>(&self, fields: &'a Fields) -> Cow<'a, str> {
        match self.foreign_class.map(|at| fields.get(at)) {
            Some(word) if word.parse::<DataClass>().is_ok() => Cow::Borrowed(word),
            Some(_) => Cow::Borrowed(""),
            None => self.text(Column::Class, fields),
        }
    }

    /// The name of a column as the format or mapping gives it.
    pub(crate) fn label(&self, column: Column) -> &str {
        &self.labels[column as usize]
    }
}

/// The format of a header and its mapping.
pub(crate) fn recognise(path: &Path, header: &[String], wanted: Option<Format>) -> Result<(Format, Mapping)> {
    let has = |name: &str| header.iter().any(|h| h.trim().eq_ignore_ascii_case(name));
    let police = |layout: &[(Column, &str)]| layout.iter().filter(|(c, _)| *c != Column::Place).all(|(_, name)| has(name));
    let ours = || input::NEEDED.iter().all(|c| c.names().iter().any(|n| has(n)));
    let counts = || {
        Mapping::area_counts(header)
            .filter(|_| has(input::COUNT_MONTH) && Column::Count.names().iter().any(|n| has(n)) && !has(Column::Id.name()))
    };
    let found = match wanted {
        Some(format) => format,
        None if police(input::POLICE_UK) || police(input::POLICE_UK_TABLE) => Format::PoliceUk,
        None if ours() => Format::Hotspot,
        None if counts().is_some() => Format::AreaCounts,
        None => return Err(Error::rule(Stage::Ingest, path, Rule::UnknownHeader)),
    };
    let mapping = match found {
        Format::Hotspot => Mapping::hotspot(),
        Format::PoliceUk if police(input::POLICE_UK_TABLE) => Mapping::police_uk(input::POLICE_UK_TABLE),
        Format::PoliceUk => Mapping::police_uk(input::POLICE_UK),
        Format::AreaCounts => Mapping::area_counts(header).ok_or_else(|| {
            Error::rule(Stage::Ingest, path, Rule::MissingColumn)
                .at_column(input::AREAS.iter().map(|a| a.0).collect::<Vec<_>>().join(" or "))
        })?,
        Format::Mapped => return Err(Error::rule(Stage::Ingest, path, Rule::MappingNeeded)),
    };
    Ok((found, mapping))
}
