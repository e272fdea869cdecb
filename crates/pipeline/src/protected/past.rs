//! What the next release is made from, and the proof. Restricted.

use super::STAGE;
use super::shown::{figure_of, figure_text, places_to_text, rows, strand_of, strand_text, to_csv};
use crate::error::{Error, Result};
use crate::schema::protected as column;
use hotspot_core::disclosure::certificate::{Certificate, Witness};
use hotspot_core::disclosure::protected::{
    Base, BasePlace, Counted, CountedHotspot, Finest, Partition, ProtectedArea, Rules, STRANDS, Told,
};
use hotspot_core::disclosure::table::{CellId, Protection};
use hotspot_core::{Month, MonthRange, Strand};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

pub(super) fn base_to_csv(base: &Base) -> Vec<u8> {
    let header: Vec<&str> =
        [column::AREA, column::UNIT, column::MONTH, column::INCIDENTS].into_iter().chain(STRANDS.map(Strand::id)).collect();
    // A month without any incident is a month all the same.
    let months = base.months.iter().map(|month| vec![String::new(), String::new(), month.to_string()]);
    let counts = base.counts.iter().map(|((place, month), counted)| {
        let numbers = std::iter::once(counted.n).chain(counted.strands).map(|n| n.to_string());
        [place.area.clone(), place.unit.clone(), month.to_string()].into_iter().chain(numbers).collect()
    });
    let padded = months.map(|mut row: Vec<String>| {
        row.resize(header.len(), "0".to_owned());
        row
    });
    to_csv(&header, padded.chain(counts))
}

pub(super) fn base_of(path: &Path, bytes: &[u8]) -> Result<Base> {
    let mut base = Base::default();
    let mut months: BTreeSet<Month> = BTreeSet::new();
    for (row, fields) in rows(path, bytes, 4 + STRANDS.len())? {
        let bad = || Error::refused(STAGE, path, "it is damaged").at_row(row);
        let month: Month = fields[2].parse().map_err(|_| bad())?;
        let mut numbers = fields[3..].iter().map(|n| n.parse::<u32>().map_err(|_| bad()));
        let n = numbers.next().ok_or_else(bad)??;
        let mut strands = [0; STRANDS.len()];
        for (strand, n) in strands.iter_mut().zip(numbers) {
            *strand = n?;
        }
        months.insert(month);
        let counted = Counted { n, strands };
        if counted != Counted::default() {
            base.counts.insert((BasePlace { area: fields[0].clone(), unit: fields[1].clone() }, month), counted);
        }
    }
    base.months = months.into_iter().collect();
    Ok(base)
}

pub(super) fn partitions_to_csv(partitions: &[Partition]) -> Vec<u8> {
    let of = |p: &Partition| {
        let year = p.year;
        let places = p.areas.iter().flat_map(|area| area.places.iter().map(move |place| (area, place)));
        places
            .map(|(area, place)| vec![year.to_string(), area.code.clone(), place.area.clone(), place.unit.clone()])
            .collect::<Vec<_>>()
    };
    to_csv(&[column::YEAR, column::CODE, column::AREA, column::UNIT], partitions.iter().flat_map(of))
}

pub(super) fn partitions_of(
    path: &Path,
    bytes: &[u8],
    outlines: Vec<(i16, ProtectedArea)>,
    mut told: BTreeMap<i16, Told>,
) -> Result<Vec<Partition>> {
    let mut places: HashMap<(i16, String), Vec<BasePlace>> = HashMap::new();
    for (row, mut fields) in rows(path, bytes, 4)? {
        let year = fields[0].parse().map_err(|_| Error::refused(STAGE, path, "it is damaged").at_row(row))?;
        let (unit, area) = (fields.pop().unwrap_or_default(), fields.pop().unwrap_or_default());
        places.entry((year, fields.pop().unwrap_or_default())).or_default().push(BasePlace { area, unit });
    }
    let mut partitions: BTreeMap<i16, Vec<ProtectedArea>> = BTreeMap::new();
    for (year, mut area) in outlines {
        area.places = places.remove(&(year, area.code.clone())).ok_or_else(|| Error::refused(STAGE, path, "it is damaged"))?;
        partitions.entry(year).or_default().push(area);
    }
    let of = |(year, areas)| Partition { year, areas, told: told.remove(&year).unwrap_or_default() };
    Ok(partitions.into_iter().map(of).collect())
}

/// The shortest periods of strands, of those that have months or quarters.
pub(super) fn told_to_csv(partitions: &[Partition]) -> Vec<u8> {
    let of = |p: &Partition| {
        let year = p.year;
        let row = move |((strand, borough), finest): (&(u8, String), &Finest)| {
            vec![year.to_string(), strand_text(Some(*strand)).to_owned(), borough.clone(), finest_text(*finest).to_owned()]
        };
        p.told.iter().map(row).collect::<Vec<_>>()
    };
    to_csv(&[column::YEAR, column::STRAND, column::BOROUGH, column::SHORTEST], partitions.iter().flat_map(of))
}

const fn finest_text(finest: Finest) -> &'static str {
    match finest {
        Finest::Quarter => "quarter",
        Finest::Month => "month",
    }
}

pub(super) fn told_of(path: &Path, bytes: &[u8]) -> Result<BTreeMap<i16, Told>> {
    let mut told: BTreeMap<i16, Told> = BTreeMap::new();
    for (row, fields) in rows(path, bytes, 4)? {
        let bad = || Error::refused(STAGE, path, "it is damaged").at_row(row);
        let year = fields[0].parse().map_err(|_| bad())?;
        let strand = strand_of(&fields[1]).ok().flatten().ok_or_else(bad)?;
        let finest = [Finest::Quarter, Finest::Month].into_iter().find(|f| finest_text(*f) == fields[3]).ok_or_else(bad)?;
        told.entry(year).or_default().insert((strand, fields[2].clone()), finest);
    }
    Ok(told)
}

pub(super) fn hotspots_to_csv(hotspots: &[CountedHotspot]) -> Vec<u8> {
    let header = [
        column::RELEASE,
        column::STRAND,
        column::FROM,
        column::TO,
        column::PIECES,
        column::AREAS,
        column::COVERED,
        column::INCIDENTS,
    ];
    let of = |h: &CountedHotspot| {
        let pieces: Vec<String> = h.pieces.iter().map(|(area, n)| format!("{area}={n}")).collect();
        vec![
            h.release.clone(),
            strand_text(h.strand).to_owned(),
            h.window.map_or_else(String::new, |w| w.from().to_string()),
            h.window.map_or_else(String::new, |w| w.to().to_string()),
            pieces.join(" "),
            places_to_text(&h.areas),
            places_to_text(&h.covered),
            h.n.map_or_else(String::new, figure_text),
        ]
    };
    to_csv(&header, hotspots.iter().map(of))
}

pub(super) fn hotspots_of(path: &Path, bytes: &[u8]) -> Result<Vec<CountedHotspot>> {
    let mut all = Vec::new();
    for (row, fields) in rows(path, bytes, 8)? {
        let bad = || Error::refused(STAGE, path, "it is damaged").at_row(row);
        let month = |text: &String| text.parse::<Month>().map_err(|_| bad());
        let piece = |text: &str| {
            let (area, n) = text.split_once('=')?;
            Some((area.to_owned(), n.parse().ok()?))
        };
        all.push(CountedHotspot {
            release: fields[0].clone(),
            strand: strand_of(&fields[1]).map_err(|_| bad())?,
            window: match fields[2].as_str() {
                "" => None,
                _ => Some(MonthRange::new(month(&fields[2])?, month(&fields[3])?).ok_or_else(bad)?),
            },
            pieces: fields[4].split_whitespace().map(piece).collect::<Option<_>>().ok_or_else(bad)?,
            areas: fields[5].split_whitespace().map(str::to_owned).collect(),
            covered: fields[6].split_whitespace().map(str::to_owned).collect(),
            n: Some(figure_of(&fields[7]).ok_or_else(bad)?),
        });
    }
    Ok(all)
}

/// One witness a line: `cell+change`, `cell-change`, with spaces between.
pub(super) fn certificate_to_text(certificate: &Certificate) -> Vec<u8> {
    let mut text = String::new();
    for witness in &certificate.witnesses {
        let changes: Vec<String> = witness.changes.iter().map(|(cell, change)| format!("{}{change:+}", cell.row())).collect();
        text += &changes.join(" ");
        text.push('\n');
    }
    text.into_bytes()
}

pub(super) fn certificate_of(path: &Path, bytes: &[u8], rules: Rules) -> Result<Certificate> {
    let damaged = || Error::refused(STAGE, path, "the proof is damaged");
    let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
    let change = |text: &str| {
        let at = text.find(['+', '-'])?;
        Some((CellId::at(text[..at].parse().ok()?), text[at..].parse().ok()?))
    };
    let witness = |line: &str| Some(Witness { changes: line.split(' ').map(change).collect::<Option<_>>()? });
    let witnesses = text.lines().map(witness).collect::<Option<_>>().ok_or_else(damaged)?;
    Ok(Certificate { protection: Protection::of(rules.threshold), knowledge: rules.knowledge, witnesses })
}
