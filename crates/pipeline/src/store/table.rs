//! Records as Parquet and back, and the digest by which two versions are told apart.

use super::versions::Version;
use crate::batch::{AreaCount, Figure};
use crate::error::{Result, Stage};
use crate::frame::{Table, TableWriter};
use crate::schema::store::{count, incident};
use hotspot_core::projection::LonLat;
use hotspot_core::{AreaCode, Incident, IncidentId, Occurred, Place, PlaceKind, Precision, Pseudonym};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

/// Parts of a record, each with its length, so that no two records run into the same bytes.
#[derive(Default)]
struct Parts(Vec<u8>);

impl Parts {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend((bytes.len() as u64).to_le_bytes());
        self.0.extend(bytes);
    }

    fn text(&mut self, text: Option<&str>) {
        match text {
            None => self.0.push(0),
            Some(text) => {
                self.0.push(1);
                self.bytes(text.as_bytes());
            }
        }
    }

    fn digest(&self) -> u64 {
        let digest = Sha256::digest(&self.0);
        u64::from_le_bytes(digest[..8].try_into().expect("SHA-256 has 32 bytes"))
    }
}

/// Digest of what an incident says, without its identifier and day of knowledge.
pub(crate) fn incident_content(incident: &Incident) -> u64 {
    // Every field is named here: a field added to the record does not compile until it is part of its content.
    let Incident {
        id: _,
        known_on: _,
        place,
        occurred,
        recorded_on,
        strands,
        offence,
        source,
        status,
        setting,
        outcome,
        victim,
        reporter,
        premises,
    } = incident;
    let Occurred { from, to, precision, month, hour_of_week, ambiguous } = occurred;
    let mut parts = Parts::default();
    parts.0.push(place.kind().code());
    match place {
        Place::Point { location: LonLat { lon, lat }, precision } => {
            parts.0.extend(lon.to_bits().to_le_bytes());
            parts.0.extend(lat.to_bits().to_le_bytes());
            parts.0.push(precision.code());
        }
        Place::Area(AreaCode(code)) => parts.bytes(code.as_bytes()),
        Place::Online | Place::Unknown => {}
    }
    parts.0.extend(from.as_microsecond().to_le_bytes());
    parts.0.extend(to.as_microsecond().to_le_bytes());
    parts.0.push(precision.code());
    parts.0.extend(month.index().to_le_bytes());
    parts.0.extend([hour_of_week.unwrap_or(u8::MAX), u8::from(*ambiguous)]);
    parts.text(recorded_on.map(|day| day.to_string()).as_deref());
    parts.0.extend([strands.bits(), offence.code(), source.code(), status.code(), setting.code(), outcome.code()]);
    parts.text(victim.as_ref().map(|p| p.0.as_str()));
    parts.text(reporter.as_ref().map(|p| p.0.as_str()));
    parts.text(premises.as_ref().map(|p| p.0.as_str()));
    parts.digest()
}

/// What each figure is of. A file may have several rows for one area, month and strand (a ward that two commands share);
/// they are told apart by their order.
pub(crate) fn count_keys(counts: &[AreaCount]) -> Vec<String> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    counts
        .iter()
        .map(|c| {
            let mut key = match (&c.area, &c.area_name) {
                (Some(AreaCode(code)), _) => format!("code:{}:{code}", code.len()),
                (None, Some(name)) => format!("name:{}:{name}", name.len()),
                (None, None) => "nowhere".to_owned(),
            };
            write!(key, "|{}|{}", c.month, c.strand.map_or("all", |s| s.id())).expect("a String takes any text");
            let nth = seen.entry(key.clone()).and_modify(|n| *n += 1).or_default();
            write!(key, "|{nth}").expect("a String takes any text");
            key
        })
        .collect()
}

/// Digest of what a count says, without its key and day of knowledge.
pub(crate) fn count_content(count: &AreaCount) -> u64 {
    let AreaCount { area: _, area_name, month: _, strand: _, figure, known_on: _ } = count;
    let mut parts = Parts::default();
    parts.text(area_name.as_deref());
    match figure {
        Figure::Count(n) => parts.0.extend(n.to_le_bytes()),
        // One byte, where a number has four.
        Figure::Withheld(why) => parts.0.push(why.code()),
    }
    parts.digest()
}

fn location(i: &Incident) -> Option<(&LonLat, &Precision)> {
    match &i.place {
        Place::Point { location, precision } => Some((location, precision)),
        _ => None,
    }
}

/// The Parquet file of these incidents with their digests.
pub(crate) fn incidents_to_parquet(rows: &[(&Incident, u64)], path: &Path) -> Result<Vec<u8>> {
    let all = || rows.iter().map(|(i, _)| *i);
    let kinds: Vec<PlaceKind> = all().map(|i| i.place.kind()).collect();
    TableWriter::new()
        .with(incident::ID, all().map(|i| &i.id.0))
        .with(incident::KNOWN_ON, all().map(|i| &i.known_on))
        .with(incident::CONTENT, rows.iter().map(|(_, content)| content))
        .with(incident::PLACE, kinds.iter())
        .with_optional(incident::LON, all().map(|i| location(i).map(|(l, _)| &l.lon)))
        .with_optional(incident::LAT, all().map(|i| location(i).map(|(l, _)| &l.lat)))
        .with_optional(incident::PRECISION, all().map(|i| location(i).map(|(_, p)| p)))
        .with_optional(
            incident::AREA_CODE,
            all().map(|i| match &i.place {
                Place::Area(AreaCode(code)) => Some(code),
                _ => None,
            }),
        )
        .with(incident::OCCURRED_FROM, all().map(|i| &i.occurred.from))
        .with(incident::OCCURRED_TO, all().map(|i| &i.occurred.to))
        .with(incident::TIME_PRECISION, all().map(|i| &i.occurred.precision))
        .with(incident::MONTH, all().map(|i| &i.occurred.month))
        .with_optional(incident::HOUR_OF_WEEK, all().map(|i| i.occurred.hour_of_week.as_ref()))
        .with(incident::AMBIGUOUS, all().map(|i| &i.occurred.ambiguous))
        .with_optional(incident::RECORDED_ON, all().map(|i| i.recorded_on.as_ref()))
        .with(incident::STRANDS, all().map(|i| &i.strands))
        .with(incident::OFFENCE, all().map(|i| &i.offence))
        .with(incident::SOURCE, all().map(|i| &i.source))
        .with(incident::STATUS, all().map(|i| &i.status))
        .with(incident::SETTING, all().map(|i| &i.setting))
        .with(incident::OUTCOME, all().map(|i| &i.outcome))
        .with_optional(incident::VICTIM, all().map(|i| i.victim.as_ref().map(|p| &p.0)))
        .with_optional(incident::REPORTER, all().map(|i| i.reporter.as_ref().map(|p| &p.0)))
        .with_optional(incident::PREMISES, all().map(|i| i.premises.as_ref().map(|p| &p.0)))
        .into_parquet(Stage::Store, path)
}

/// The rows to keep, back as incidents.
pub(crate) fn incidents_from_table(table: &Table, keep: &[bool]) -> Result<Vec<Incident>> {
    let mut ids = table.column(incident::ID)?;
    let known_on = table.column(incident::KNOWN_ON)?;
    let kinds = table.column(incident::PLACE)?;
    let lon = table.optional(incident::LON)?;
    let lat = table.optional(incident::LAT)?;
    let precision = table.optional(incident::PRECISION)?;
    let mut area_code = table.optional(incident::AREA_CODE)?;
    let from = table.column(incident::OCCURRED_FROM)?;
    let to = table.column(incident::OCCURRED_TO)?;
    let time_precision = table.column(incident::TIME_PRECISION)?;
    let month = table.column(incident::MONTH)?;
    let hour_of_week = table.optional(incident::HOUR_OF_WEEK)?;
    let ambiguous = table.column(incident::AMBIGUOUS)?;
    let recorded_on = table.optional(incident::RECORDED_ON)?;
    let strands = table.column(incident::STRANDS)?;
    let offence = table.column(incident::OFFENCE)?;
    let source = table.column(incident::SOURCE)?;
    let status = table.column(incident::STATUS)?;
    let setting = table.column(incident::SETTING)?;
    let outcome = table.column(incident::OUTCOME)?;
    let mut victim = table.optional(incident::VICTIM)?;
    let mut reporter = table.optional(incident::REPORTER)?;
    let mut premises = table.optional(incident::PREMISES)?;
    (0..table.len())
        .filter(|row| keep[*row])
        .map(|row| {
            let missing = |col: &str| table.error_at(row, col, "a value is missing");
            let place = match kinds[row] {
                PlaceKind::Mapped => Place::Point {
                    location: LonLat {
                        lon: lon[row].ok_or_else(|| missing(incident::LON.name))?,
                        lat: lat[row].ok_or_else(|| missing(incident::LAT.name))?,
                    },
                    precision: precision[row].ok_or_else(|| missing(incident::PRECISION.name))?,
                },
                PlaceKind::AreaOnly => {
                    Place::Area(AreaCode(area_code[row].take().ok_or_else(|| missing(incident::AREA_CODE.name))?))
                }
                PlaceKind::Online => Place::Online,
                PlaceKind::NoPlace => Place::Unknown,
            };
            Ok(Incident {
                id: IncidentId(std::mem::take(&mut ids[row])),
                known_on: known_on[row],
                place,
                occurred: Occurred {
                    from: from[row],
                    to: to[row],
                    precision: time_precision[row],
                    month: month[row],
                    hour_of_week: hour_of_week[row],
                    ambiguous: ambiguous[row],
                },
                recorded_on: recorded_on[row],
                strands: strands[row],
                offence: offence[row],
                source: source[row],
                status: status[row],
                setting: setting[row],
                outcome: outcome[row],
                victim: victim[row].take().map(Pseudonym),
                reporter: reporter[row].take().map(Pseudonym),
                premises: premises[row].take().map(Pseudonym),
            })
        })
        .collect()
}

/// The Parquet file of these counts with their keys and digests.
pub(crate) fn counts_to_parquet(rows: &[(&AreaCount, &String, u64)], path: &Path) -> Result<Vec<u8>> {
    let all = || rows.iter().map(|(c, ..)| *c);
    TableWriter::new()
        .with(count::KEY, rows.iter().map(|(_, key, _)| *key))
        .with(count::KNOWN_ON, all().map(|c| &c.known_on))
        .with(count::CONTENT, rows.iter().map(|(.., content)| content))
        .with_optional(count::AREA_CODE, all().map(|c| c.area.as_ref().map(|a| &a.0)))
        .with_optional(count::AREA_NAME, all().map(|c| c.area_name.as_ref()))
        .with(count::MONTH, all().map(|c| &c.month))
        .with_optional(count::STRAND, all().map(|c| c.strand.as_ref()))
        .with_optional(count::COUNT, all().map(|c| if let Figure::Count(n) = &c.figure { Some(n) } else { None }))
        .with_optional(count::WITHHELD, all().map(|c| if let Figure::Withheld(why) = &c.figure { Some(why) } else { None }))
        .into_parquet(Stage::Store, path)
}

/// The rows to keep, back as counts.
pub(crate) fn counts_from_table(table: &Table, keep: &[bool]) -> Result<Vec<AreaCount>> {
    let known_on = table.column(count::KNOWN_ON)?;
    let mut area = table.optional(count::AREA_CODE)?;
    let mut area_name = table.optional(count::AREA_NAME)?;
    let month = table.column(count::MONTH)?;
    let strand = table.optional(count::STRAND)?;
    let n = table.optional(count::COUNT)?;
    let withheld = table.added_later(count::WITHHELD)?;
    (0..table.len())
        .filter(|row| keep[*row])
        .map(|row| {
            let figure = match (n[row], withheld[row]) {
                (Some(n), None) => Figure::Count(n),
                (None, Some(why)) => Figure::Withheld(why),
                (None, None) => return Err(table.error_at(row, count::COUNT.name, "a value is missing")),
                (Some(_), Some(_)) => {
                    return Err(table.error_at(row, count::WITHHELD.name, "a figure that is withheld has a number"));
                }
            };
            Ok(AreaCount {
                area: area[row].take().map(AreaCode),
                area_name: area_name[row].take(),
                month: month[row],
                strand: strand[row],
                figure,
                known_on: known_on[row],
            })
        })
        .collect()
}

/// Adds the versions that a data file holds; `file` is its place in the order of ingest.
pub(crate) fn versions_of_incidents(table: &Table, file: usize, into: &mut Vec<Version>) -> Result<()> {
    let (keys, days, contents) = (table.column(incident::ID)?, table.column(incident::KNOWN_ON)?, table.column(incident::CONTENT)?);
    extend(&keys, &days, &contents, file, into);
    Ok(())
}

/// The same for counts.
pub(crate) fn versions_of_counts(table: &Table, file: usize, into: &mut Vec<Version>) -> Result<()> {
    let (keys, days, contents) = (table.column(count::KEY)?, table.column(count::KNOWN_ON)?, table.column(count::CONTENT)?);
    extend(&keys, &days, &contents, file, into);
    Ok(())
}

fn extend(keys: &[String], days: &[Date], contents: &[u64], file: usize, into: &mut Vec<Version>) {
    into.extend(
        keys.iter()
            .zip(days)
            .zip(contents)
            .enumerate()
            .map(|(row, ((key, day), content))| Version::new(key, *day, file, row, *content)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotspot_core::Withheld;

    fn figure(area_name: Option<&str>, figure: Figure) -> AreaCount {
        let (month, known_on) = ("2026-01".parse().expect("a month"), Date::constant(2026, 3, 1));
        AreaCount { area: None, area_name: area_name.map(str::to_owned), month, strand: None, figure, known_on }
    }

    #[test]
    fn a_number_has_the_digest_that_stores_hold_and_no_mark_has_one_like_it() {
        assert_eq!(count_content(&figure(None, Figure::Count(5))), 0xd7c1_df4e_2bf8_d21a);
        assert_eq!(count_content(&figure(Some("Lambeth"), Figure::Count(0))), 0x33f6_a8f3_586e_7578);
        let said = (0..4).map(Figure::Count).chain(Withheld::ALL.iter().map(|why| Figure::Withheld(*why)));
        let digests: std::collections::BTreeSet<u64> = said.map(|f| count_content(&figure(None, f))).collect();
        assert_eq!(digests.len(), 7);
    }

    #[test]
    fn a_file_from_before_marks_holds_numbers_only_and_one_that_says_both_or_nothing_is_refused() {
        let path = Path::new("t.parquet");
        let read = |n: Option<u32>, withheld: Option<Option<Withheld>>| {
            let row = figure(None, Figure::Count(0));
            let mut table = TableWriter::new()
                .with(count::KNOWN_ON, [row.known_on].iter())
                .with_optional(count::AREA_CODE, [None].into_iter())
                .with_optional(count::AREA_NAME, [None].into_iter())
                .with(count::MONTH, [row.month].iter())
                .with_optional(count::STRAND, [None].into_iter())
                .with_optional(count::COUNT, [n.as_ref()].into_iter());
            if let Some(withheld) = &withheld {
                table = table.with_optional(count::WITHHELD, [withheld.as_ref()].into_iter());
            }
            let bytes = table.into_parquet(Stage::Store, path).expect("a table");
            let table = Table::from_parquet(Stage::Store, path, bytes, &[]).expect("its own bytes");
            counts_from_table(&table, &[true]).map(|counts| counts[0].figure).map_err(|e| e.to_string())
        };
        assert_eq!(read(Some(7), None), Ok(Figure::Count(7)));
        assert_eq!(read(Some(7), Some(None)), Ok(Figure::Count(7)));
        assert_eq!(read(None, Some(Some(Withheld::NotAvailable))), Ok(Figure::Withheld(Withheld::NotAvailable)));
        for (damaged, column) in [
            (read(None, None), "count"),
            (read(None, Some(None)), "count"),
            (read(Some(7), Some(Some(Withheld::Suppressed))), "withheld"),
        ] {
            let message = damaged.expect_err("damaged");
            assert!(message.contains("t.parquet") && message.contains("row 1") && message.contains(column), "{message}");
        }
    }
}
