//! Resources and weights of harm, as supplied: tables of the user's own.

use crate::error::{Error, Result, Stage};
use crate::ingest::PlainTable;
use crate::schema::input::{candidates, harm, resources as column};
use hotspot_core::resource::challenge::{HarmWeights, Resource, Status, Target};
use hotspot_core::resource::sites::Candidate;
use hotspot_core::{LonLat, Offence};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most rows of a file of resources.
const MOST: usize = 100_000;
/// Longest text of a field, in characters.
const MOST_TEXT: usize = 200;
/// Largest amount, and largest reach in metres.
const MOST_AMOUNT: f64 = 1e12;
const MOST_REACH_M: f64 = 100_000.0;

/// A file of resources, read.
#[derive(Debug)]
pub struct ResourceFile {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// One a row, in the order of the file.
    pub resources: Vec<Resource>,
    path: std::path::PathBuf,
    table: PlainTable,
}

impl ResourceFile {
    /// An error at the row (from 0) of a resource: `rule` must not hold a value.
    pub fn refused(&self, row: u32, rule: &str) -> Error {
        self.table.refused(row as usize, column::PLACE, rule)
    }

    /// Where it was read.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads a CSV or Parquet table with the columns `kind`, `place_type` (`hotspot`, `area`, `bcu`, `point`, `all`), `place` (identifier of a hotspot,
/// code of an area, name of a command unit, or `lon lat reach_m` of a point; blank for `all`), `period_start` and `period_end` (`YYYY-MM-DD`, both
/// days included), `amount` (zero or more), `unit`, `status` (`planned`, `delivered`), `source`, and optionally `note`. Amounts are of places: no
/// track of a device, which would be an officer's personal data.
///
/// # Errors
/// When the file cannot be read, a column is missing, or a field breaks its rule; file, row, column and rule are named.
pub fn read_resources(path: &Path) -> Result<ResourceFile> {
    let table = PlainTable::read(path, &mut |_, _| {})?;
    if table.is_empty() || table.len() > MOST {
        return Err(Error::refused(Stage::Ingest, path, format!("1 to {MOST} rows of resources are needed")));
    }
    let text = |name: &str| -> Result<Vec<String>> {
        let texts = table.texts(name)?;
        match texts.iter().position(|t| t.chars().count() > MOST_TEXT || t.chars().any(char::is_control)) {
            Some(row) => Err(table.refused(row, name, "longer than 200 characters, or not plain text")),
            None => Ok(texts),
        }
    };
    let kinds: Vec<String> = text(column::KIND)?.into_iter().map(|k| k.trim().to_lowercase()).collect();
    let units: Vec<String> = text(column::UNIT)?.into_iter().map(|u| u.trim().to_lowercase()).collect();
    let sources = text(column::SOURCE)?;
    if table.has(column::NOTE) {
        table.fields(column::NOTE)?;
    }
    let targets = targets(&table)?;
    let (from, to) = (days(&table, column::PERIOD_START)?, days(&table, column::PERIOD_END)?);
    if let Some(row) = (0..table.len()).find(|row| to[*row] < from[*row]) {
        return Err(table.refused(row, column::PERIOD_END, "the period ends before it begins"));
    }
    let amounts = table.numbers(column::AMOUNT)?;
    if let Some(row) = amounts.iter().position(|a| !(0.0..=MOST_AMOUNT).contains(a)) {
        return Err(table.refused(row, column::AMOUNT, "zero or more, and 10¹² at most"));
    }
    let statuses: Vec<Status> = table
        .fields(column::STATUS)?
        .into_iter()
        .enumerate()
        .map(|(row, text)| {
            let known = Status::ALL.into_iter().find(|s| s.id() == text.trim().to_lowercase());
            known.ok_or_else(|| table.refused(row, column::STATUS, "planned or delivered"))
        })
        .collect::<Result<_>>()?;
    let mut resources = Vec::with_capacity(table.len());
    for (row, target) in targets.into_iter().enumerate() {
        resources.push(Resource {
            kind: kinds[row].clone(),
            target,
            from: from[row],
            to: to[row],
            amount: amounts[row],
            unit: units[row].clone(),
            status: statuses[row],
            source: sources[row].clone(),
        });
    }
    if let Some(row) = twice(&resources) {
        return Err(table.refused(
            row,
            column::PERIOD_START,
            "the period overlaps another of the same kind, place, unit, status and source",
        ));
    }
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(ResourceFile { file, sha256: table.sha256().to_owned(), resources, path: path.to_owned(), table })
}

/// The row of an amount that one source states twice for a day.
fn twice(resources: &[Resource]) -> Option<usize> {
    let key = |row: usize| {
        let r = &resources[row];
        (r.kind.as_str(), r.target.columns(), r.unit.as_str(), r.status, r.source.as_str())
    };
    let mut rows: Vec<usize> = (0..resources.len()).collect();
    rows.sort_by(|a, b| key(*a).cmp(&key(*b)).then(resources[*a].from.cmp(&resources[*b].from)).then(a.cmp(b)));
    let again = |w: &&[usize]| key(w[0]) == key(w[1]) && resources[w[1]].from <= resources[w[0]].to;
    rows.windows(2).filter(again).map(|w| w[0].max(w[1])).min()
}

/// Reads where sites could be: columns `id`, each once, and `lon` and `lat` in WGS84 degrees.
///
/// # Errors
/// When the file cannot be read, a column is missing, or a field breaks its rule; file, row, column and rule are named.
pub fn read_candidates(path: &Path) -> Result<Vec<Candidate>> {
    let table = PlainTable::read(path, &mut |_, _| {})?;
    if table.is_empty() || table.len() > MOST {
        return Err(Error::refused(Stage::Ingest, path, format!("1 to {MOST} rows of candidates are needed")));
    }
    let ids = table.texts(candidates::ID)?;
    let mut known = BTreeSet::new();
    for (row, id) in ids.iter().enumerate() {
        if id.trim().is_empty() || id.chars().count() > MOST_TEXT || id.chars().any(char::is_control) {
            return Err(table.refused(row, candidates::ID, "plain text of 1 to 200 characters"));
        }
        if !known.insert(id.as_str()) {
            return Err(table.refused(row, candidates::ID, "each identifier once"));
        }
    }
    let degrees = |column: &str, most: f64, rule: &str| -> Result<Vec<f64>> {
        let values = table.numbers(column)?;
        match values.iter().position(|v| v.abs() > most) {
            Some(row) => Err(table.refused(row, column, rule)),
            None => Ok(values),
        }
    };
    let lon = degrees(candidates::LON, 180.0, "degrees of WGS84, -180 to 180")?;
    let lat = degrees(candidates::LAT, 90.0, "degrees of WGS84, -90 to 90")?;
    let at = lon.into_iter().zip(lat).map(|(lon, lat)| LonLat { lon, lat });
    Ok(ids.iter().cloned().zip(at).map(|(id, at)| Candidate { id, at }).collect())
}

fn targets(table: &PlainTable) -> Result<Vec<Target>> {
    let places = table.fields(column::PLACE)?;
    let refused = |row, rule: &str| table.refused(row, column::PLACE, rule);
    let named = |row: usize| -> Result<String> {
        let place = places[row].trim();
        let sound = !place.is_empty() && place.chars().count() <= MOST_TEXT && !place.chars().any(char::is_control);
        if sound { Ok(place.to_owned()) } else { Err(refused(row, "a place is needed, of 200 characters at most")) }
    };
    let target = |(row, kind): (usize, &str)| match kind.trim().to_lowercase().as_str() {
        "hotspot" => named(row).map(Target::Hotspot),
        "area" => named(row).map(Target::Area),
        "bcu" => named(row).map(Target::CommandUnit),
        "all" if places[row].trim().is_empty() => Ok(Target::Everywhere),
        "all" => Err(refused(row, "blank where place_type is all")),
        "point" => {
            let rule = "lon lat reach_m of a point: degrees of WGS84 and metres, with blanks between, such as -0.1276 51.5072 800";
            let numbers: Vec<f64> = places[row].split_whitespace().filter_map(|n| n.parse().ok()).collect();
            match numbers.as_slice() {
                [lon, lat, reach_m]
                    if (-180.0..=180.0).contains(lon)
                        && (-90.0..=90.0).contains(lat)
                        && (0.0..=MOST_REACH_M).contains(reach_m)
                        && places[row].split_whitespace().count() == 3 =>
                {
                    Ok(Target::Point { at: LonLat { lon: *lon, lat: *lat }, reach_m: *reach_m })
                }
                _ => Err(refused(row, rule)),
            }
        }
        _ => Err(table.refused(row, column::PLACE_TYPE, "hotspot, area, bcu, point or all")),
    };
    table.fields(column::PLACE_TYPE)?.into_iter().enumerate().map(target).collect()
}

pub(crate) fn days(table: &PlainTable, name: &str) -> Result<Vec<Date>> {
    let day = |(row, text): (usize, &str)| {
        let date = (text.len() == "YYYY-MM-DD".len()).then(|| text.parse::<Date>().ok()).flatten();
        date.filter(|d| (1900..2200).contains(&d.year()))
            .ok_or_else(|| table.refused(row, name, "not a day of 1900 to 2199; write YYYY-MM-DD"))
    };
    table.fields(name)?.into_iter().enumerate().map(day).collect()
}

/// Reads weights of harm: columns `offence` (a group of offences) and `weight` (zero or more). The file's name is the version that is shown.
///
/// # Errors
/// When the file cannot be read, an offence group is none or stands there twice, a weight is negative, or all are 0.
pub fn read_harm(path: &Path) -> Result<HarmWeights> {
    let table = PlainTable::read(path, &mut |_, _| {})?;
    let numbers = table.numbers(harm::WEIGHT)?;
    let mut weights = BTreeMap::new();
    for (row, name) in table.names(harm::OFFENCE)?.into_iter().enumerate() {
        let offence: Offence = name
            .parse()
            .map_err(|_| table.refused(row, harm::OFFENCE, &format!("not a group of offences; there are {}", Offence::NAMES)))?;
        if !(0.0..=MOST_AMOUNT).contains(&numbers[row]) {
            return Err(table.refused(row, harm::WEIGHT, "zero or more, and 10¹² at most"));
        }
        weights.insert(offence, numbers[row]);
    }
    if weights.values().all(|w| *w == 0.0) {
        return Err(Error::refused(Stage::Ingest, path, "no offence has a weight"));
    }
    let version = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(HarmWeights { version, sha256: table.sha256().to_owned(), weights })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> Result<ResourceFile> {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        let head = "kind,place_type,place,period_start,period_end,amount,unit,status,source,note";
        std::fs::write(file.path(), format!("{head}\n{rows}\n")).unwrap();
        read_resources(file.path())
    }

    #[test]
    fn every_kind_of_place_is_read() {
        let rows = "Officers,bcu,Central West,2026-10-01,2026-10-31,1803,FTE,planned,workforce,\n\
                    patrol_hours,hotspot,all-2026-10-1,2026-10-01,2026-10-31,12.5,hours,delivered,duty system,\n\
                    hclo,area,E09000007,2026-01-01,2026-12-31,1,post,planned,borough,one vacant\n\
                    reporting_site,point,-0.1276 51.5072 800,2026-01-01,2026-12-31,1,site,delivered,partner,\n\
                    advocate,all,,2026-01-01,2026-12-31,6,fte,planned,contract,";
        let read = read(rows).unwrap().resources;
        assert_eq!((read[0].kind.as_str(), read[0].unit.as_str()), ("officers", "fte"));
        assert_eq!(read[0].target, Target::CommandUnit("Central West".to_owned()));
        assert_eq!(read[3].target, Target::Point { at: LonLat { lon: -0.1276, lat: 51.5072 }, reach_m: 800.0 });
        assert_eq!(read[4].target, Target::Everywhere);
        assert_eq!(read[1].status, Status::Delivered);
    }

    #[test]
    fn what_one_source_says_twice_for_a_day_is_refused() {
        let row = |from: &str, to: &str, source: &str| format!("officers,bcu,Central West,{from},{to},18,fte,planned,{source},");
        let whole = row("2026-01-01", "2026-12-31", "workforce");
        for (other, refused) in [
            (whole.clone(), true),
            (row("2026-06-01", "2027-05-31", "workforce"), true),
            (row("2026-12-31", "2026-12-31", "workforce"), true),
            (row("2027-01-01", "2027-12-31", "workforce"), false),
            (row("2026-06-01", "2027-05-31", "another unit"), false),
            (whole.replace("planned", "delivered"), false),
        ] {
            let said = read(&format!("{whole}\n{other}"));
            assert_eq!(said.is_err(), refused, "{other}");
            if let Err(error) = said {
                let said = error.to_string();
                assert!(said.contains("row 3, column period_start") && said.contains("overlaps"), "{said}");
            }
        }
    }

    #[test]
    fn a_bad_field_is_named_with_row_and_column_and_never_quoted() {
        let good = ["officers", "bcu", "Central West", "2026-10-01", "2026-10-31", "18", "fte", "planned", "workforce", ""];
        for (at, bad, column, word) in [
            (0, "", "kind", "blank"),
            (1, "secretplace", "place_type", "hotspot, area"),
            (2, "", "place", "a place is needed"),
            (3, "01/10/2026", "period_start", "YYYY-MM-DD"),
            (4, "2026-09-01", "period_end", "before it begins"),
            (5, "-3", "amount", "zero or more"),
            (5, "many", "amount", "finite number"),
            (7, "secretstatus", "status", "planned or delivered"),
            (8, "", "source", "blank"),
        ] {
            let mut row = good;
            row[at] = bad;
            let message = read(&row.join(",")).unwrap_err().to_string();
            assert!(message.contains("row 2") && message.contains(column) && message.contains(word), "{bad}: {message}");
            assert!(!message.contains("secret") && !message.contains("many"), "{message}");
        }
        for place in ["-0.1 51.5", "-0.1 95 800", "51.5,-0.1,800", "-0.1 51.5 800 9"] {
            let message = read(&format!("site,point,\"{place}\",2026-01-01,2026-02-01,1,site,planned,x,")).unwrap_err().to_string();
            assert!(message.contains("lon lat reach_m"), "{message}");
        }
    }

    #[test]
    fn weights_of_harm_are_by_offence_group() {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), "offence,weight\nviolence,120.5\npublic_order,3\n").unwrap();
        let read = read_harm(file.path()).unwrap();
        assert_eq!((read.weights[&Offence::Violence], read.sha256.len()), (120.5, 64));
        for wrong in ["offence,weight\nwrath,1\n", "offence,weight\nviolence,-1\n", "offence,weight\nviolence,0\n"] {
            std::fs::write(file.path(), wrong).unwrap();
            assert!(read_harm(file.path()).is_err());
        }
    }
}
