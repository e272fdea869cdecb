//! Points counted by area, month and category: one pass over a file, and no row is kept.
//!
//! A row of a Parquet file is counted from its columns as they are decoded. What is not plain there (a null, a number out of
//! range, another type) is written as text and read by the rules for text, as every row of a CSV file is: one set of rules.

use super::fields::{Fields, Next};
use super::parquet::{ParquetRows, Values};
use super::place::{Bounds, degrees, number};
use super::rule::Rule;
use super::source::Input;
use super::time::{London, iso};
use super::{MAX_ROWS, Rows};
use crate::error::{Error, Result, Stage};
use hotspot_core::areas::PolygonIndex;
use hotspot_core::month::day_number;
use hotspot_core::{LonLat, Month};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

/// Names of the columns to count by, without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountColumns {
    /// Longitude, WGS84 degrees.
    pub lon: String,
    /// Latitude, WGS84 degrees.
    pub lat: String,
    /// Date, time or month; without a name it is `date`, or else `month`.
    pub date: Option<String>,
    /// Category; without a name all rows are of one.
    pub category: Option<String>,
}

impl Default for CountColumns {
    fn default() -> Self {
        Self { lon: "lon".to_owned(), lat: "lat".to_owned(), date: None, category: None }
    }
}

/// Where a row was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedPlace {
    /// In the polygon of this row.
    Area(u32),
    /// At a place that lies in no polygon.
    Outside,
    /// Nowhere: the row has no place.
    Unplaced,
}

/// How many rows each area has of each month and category. Their sum is the number of rows read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyCounts {
    /// Every month from the first that a row has to the last, those without a row too.
    pub months: Vec<Month>,
    /// Every category that a row has, in the order of their bytes; the blank one for rows without, or when there is no such column.
    pub categories: Vec<String>,
    /// Rows read.
    pub rows: u64,
    areas: usize,
    /// By place (areas, outside, unplaced), month, category.
    counts: Vec<u32>,
}

impl MonthlyCounts {
    /// Number of rows at a place, by the positions of month and category.
    ///
    /// # Panics
    /// When there is no such area, month or category.
    pub fn count(&self, place: CountedPlace, month: usize, category: usize) -> u32 {
        assert!(month < self.months.len() && category < self.categories.len(), "a month and a category of these counts");
        let place = match place {
            CountedPlace::Area(row) => Some(row as usize).filter(|row| *row < self.areas).expect("an area of these counts"),
            CountedPlace::Outside => self.areas,
            CountedPlace::Unplaced => self.areas + 1,
        };
        self.counts[(place * self.months.len() + month) * self.categories.len() + category]
    }
}

/// Most categories.
const MOST_CATEGORIES: usize = 1_000;
/// Most counts: areas by months by categories.
const MOST_COUNTS: usize = 50_000_000;

/// Counts the points of a CSV (plain or gzip) or Parquet file by polygon, month and category. The answer does not depend on the
/// number of threads.
///
/// A row without longitude and latitude is counted as [`CountedPlace::Unplaced`], a point in no polygon as
/// [`CountedPlace::Outside`]. Months are London's: a time with a zone is converted, one without is taken as it stands.
///
/// ```
/// use hotspot_core::areas::PolygonIndex;
/// use hotspot_core::atlas::Atlas;
/// use hotspot_pipeline::{CountColumns, CountedPlace, count_points};
/// # let file = tempfile::NamedTempFile::new()?;
/// # let path = file.path();
/// std::fs::write(path, "lon,lat,date,strand\n-0.1281,51.5080,2026-03-05,race\n,,2026-04-01,race\n2.35,48.85,2026-04-02,religion\n")?;
/// let boroughs = Atlas::london().boroughs();
/// let index = PolygonIndex::new(boroughs.iter().map(|b| &b.polygon));
/// let columns = CountColumns { category: Some("strand".to_owned()), ..CountColumns::default() };
/// let counts = count_points(path, &index, &columns)?;
/// assert_eq!((counts.months.len(), counts.categories.as_slice()), (2, &["race".to_owned(), "religion".to_owned()][..]));
/// let westminster = boroughs.iter().position(|b| b.name == "Westminster").expect("a borough") as u32;
/// assert_eq!(counts.count(CountedPlace::Area(westminster), 0, 0), 1);
/// assert_eq!(counts.count(CountedPlace::Unplaced, 1, 0), 1);
/// assert_eq!(counts.count(CountedPlace::Outside, 1, 1), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the file cannot be read, lacks a column, or a row breaks a rule: a coordinate that is no number, half a place, degrees that
/// stand for a missing or confused place, no date or none that can be read. The first such row is named, and its column; a file of
/// which a part cannot be counted is not counted. Also with more than 1,000 categories, or 50 million counts.
pub fn count_points(path: &Path, areas: &PolygonIndex, columns: &CountColumns) -> Result<MonthlyCounts> {
    let input = Input::open_undigested(path)?;
    let mut rows = Rows::open(&input, input.encoding)?;
    let counter = Counter::new(path, rows.header(), areas, columns)?;
    let tally = match &mut rows {
        Rows::Parquet(rows) => counter.parquet(rows)?,
        rows => counter.texts(rows)?,
    };
    input.unchanged()?;
    counter.finish(&tally)
}

/// Where the columns stand, and what their values are compared with.
struct Counter<'a> {
    path: &'a Path,
    areas: &'a PolygonIndex,
    /// Names and positions of longitude, latitude, date and category.
    names: [&'a str; 4],
    at: [Option<usize>; 4],
    london: London,
    days: DayTable,
}

const LON: usize = 0;
const LAT: usize = 1;
const DATE: usize = 2;
const CATEGORY: usize = 3;

impl<'a> Counter<'a> {
    fn new(path: &'a Path, header: &[String], areas: &'a PolygonIndex, columns: &'a CountColumns) -> Result<Self> {
        let places = |name: &str| -> Vec<usize> {
            header.iter().enumerate().filter(|(_, h)| h.trim().eq_ignore_ascii_case(name)).map(|(at, _)| at).collect()
        };
        let fail = |rule, name: &str| Error::rule(Stage::Ingest, path, rule).at_column(name);
        let find = |name: &str| match places(name).as_slice() {
            [at] => Ok(Some(*at)),
            [] => Err(fail(Rule::MissingColumn, name)),
            _ => Err(fail(Rule::DuplicateColumn, name)),
        };
        let date = match columns.date.as_deref() {
            Some(name) => name,
            None => *["date", "month"]
                .iter()
                .find(|name| !places(name).is_empty())
                .ok_or_else(|| fail(Rule::MissingColumn, "date or month"))?,
        };
        let category = columns.category.as_deref();
        let at = [find(&columns.lon)?, find(&columns.lat)?, find(date)?, category.map_or(Ok(None), find)?];
        let names = [&columns.lon, &columns.lat, date, category.unwrap_or_default()];
        Ok(Self { path, areas, names, at, london: London::new(), days: DayTable::new() })
    }

    /// Positions in the file of the columns that are read.
    fn needed(&self) -> Vec<usize> {
        self.at.iter().copied().flatten().collect()
    }

    fn tally(&self) -> Tally {
        Tally::new(self.areas.len() + 2)
    }

    /// Counts rows of text, one after the other.
    fn texts(&self, rows: &mut Rows) -> Result<Tally> {
        let mut tally = self.tally();
        rows.each(&self.needed(), &mut |next, fields, _| {
            match next {
                Next::Row(row) => self.text(row, self.at.map(|at| at.map_or("", |at| fields.get(at))), &mut tally)?,
                Next::Refused(row, rule) => return Err(Error::rule(Stage::Ingest, self.path, rule).at_row(row)),
                Next::End => {}
            }
            if tally.rows > MAX_ROWS { Err(Error::rule(Stage::Ingest, self.path, Rule::TooManyRows)) } else { Ok(()) }
        })?;
        Ok(tally)
    }

    /// Counts one row by its texts.
    fn text(&self, row: u64, texts: [&str; 4], tally: &mut Tally) -> Result<()> {
        let fail =
            |(column, rule): (usize, Rule)| Error::rule(Stage::Ingest, self.path, rule).at_row(row).at_column(self.names[column]);
        let place = self.place(texts[LON], texts[LAT]).map_err(fail)?;
        let month = self.month(texts[DATE]).map_err(|rule| fail((DATE, rule)))?;
        let category = tally.category(texts[CATEGORY]).ok_or_else(|| self.no_category())?;
        tally.add(place, month.index(), category);
        Ok(())
    }

    fn place(&self, lon: &str, lat: &str) -> std::result::Result<usize, (usize, Rule)> {
        match (lon.is_empty(), lat.is_empty()) {
            (true, true) => return Ok(self.areas.len() + 1),
            (true, false) => return Err((LON, Rule::HalfCoordinate)),
            (false, true) => return Err((LAT, Rule::HalfCoordinate)),
            (false, false) => {}
        }
        let lon = number(lon).map_err(|rule| (LON, rule))?;
        let lat = number(lat).map_err(|rule| (LAT, rule))?;
        let p = degrees(lon, lat, &Bounds::Any).map_err(|(axis, rule)| (axis as usize, rule))?;
        Ok(self.holder(p))
    }

    #[inline]
    fn holder(&self, p: LonLat) -> usize {
        self.areas.locate(p).map_or(self.areas.len(), |row| row as usize)
    }

    fn month(&self, text: &str) -> std::result::Result<Month, Rule> {
        if text.is_empty() {
            return Err(Rule::MissingDate);
        }
        Month::of(self.london.day(iso(text)?)).ok_or(Rule::ImplausibleDate)
    }

    fn no_category(&self) -> Error {
        let what = format!("the column has more than {MOST_CATEGORIES} different values: it is no category");
        Error::refused(Stage::Ingest, self.path, what).at_column(self.names[CATEGORY])
    }

    /// Counts the row groups of a Parquet file, as many at a time as there are threads. Of several faults the first is told.
    fn parquet(&self, rows: &mut ParquetRows) -> Result<Tally> {
        rows.need(&self.needed());
        let rows = &*rows;
        let start = || (self.tally(), None::<(usize, Error)>);
        let first = |a: Option<(usize, Error)>, b: Option<(usize, Error)>| match (a, b) {
            (Some(a), Some(b)) => Some(if a.0 <= b.0 { a } else { b }),
            (a, b) => a.or(b),
        };
        let (tally, fault) = (0..rows.groups())
            .into_par_iter()
            .fold(start, |(mut tally, fault), group| {
                let failed = if fault.is_none() { self.group(rows, group, &mut tally).err().map(|e| (group, e)) } else { None };
                (tally, first(fault, failed))
            })
            .reduce(start, |a, b| (a.0.merged(b.0), first(a.1, b.1)));
        match fault {
            Some((_, error)) => Err(error),
            None if tally.names.len() > MOST_CATEGORIES => Err(self.no_category()),
            None => Ok(tally),
        }
    }

    fn group(&self, file: &ParquetRows, group: usize, tally: &mut Tally) -> Result<()> {
        let (before, rows, columns) = file.group(group)?;
        let values = self.at.map(|at| at.and_then(|at| columns[at].as_ref()));
        let [Some(lon), Some(lat), Some(date), category] = values else {
            return Err(Error::rule(Stage::Ingest, self.path, Rule::ParquetDamaged));
        };
        let (lon, lat, months) = (floats(lon, rows), floats(lat, rows), self.months(date, rows));
        let categories = match category {
            Some(column) => tally.categories(column, rows),
            None => tally.category("").map(|blank| vec![blank; rows]),
        };
        let categories = categories.ok_or_else(|| self.no_category())?;
        let mut fields = Fields::default();
        for (row, (((&lon, &lat), &month), &category)) in lon.iter().zip(&*lat).zip(&months).zip(&categories).enumerate() {
            match degrees(lon, lat, &Bounds::Any) {
                Ok(p) if month != NO_MONTH => tally.add(self.holder(p), month, category),
                _ => {
                    fields.clear();
                    for column in values {
                        fields.push_with(|text| {
                            if let Some(values) = column {
                                values.write(row, text);
                            }
                        });
                    }
                    self.text((before + row) as u64 + 1, std::array::from_fn(|column| fields.get(column)), tally)?;
                }
            }
        }
        Ok(())
    }

    /// The month of each row, [`NO_MONTH`] where the text has to say.
    fn months(&self, dates: &Values, rows: usize) -> Vec<u16> {
        const DAY_S: i64 = 86_400;
        let month = |text: &str| self.month(text.trim()).map_or(NO_MONTH, Month::index);
        match dates {
            Values::Day(days) => days.iter().map(|day| day.map_or(NO_MONTH, |day| self.days.month(i64::from(day)))).collect(),
            Values::Instant { ticks, per_second, zoned: false } => {
                // The divisor is written out so that no division is left.
                let months = |day: fn(i64) -> i64| ticks.iter().map(|t| t.map_or(NO_MONTH, |t| self.days.month(day(t)))).collect();
                match per_second {
                    1_000 => months(|t| t.div_euclid(1_000 * DAY_S)),
                    1_000_000 => months(|t| t.div_euclid(1_000_000 * DAY_S)),
                    _ => months(|t| t.div_euclid(1_000_000_000 * DAY_S)),
                }
            }
            Values::Text(texts) => texts.iter().map(|text| text.map_or(NO_MONTH, month)).collect(),
            _ => vec![NO_MONTH; rows],
        }
    }

    fn finish(&self, tally: &Tally) -> Result<MonthlyCounts> {
        let months: Vec<Month> = match (tally.months().min(), tally.months().max()) {
            (Some(first), Some(last)) => (first..=last).filter_map(Month::from_index).collect(),
            _ => Vec::new(),
        };
        let mut categories: Vec<(String, u32)> = tally.names.iter().cloned().zip(0..).collect();
        categories.sort_unstable();
        let places = tally.places;
        if places.saturating_mul(months.len()).saturating_mul(categories.len()) > MOST_COUNTS {
            let what = format!(
                "{} areas by {} months by {} categories are more than {MOST_COUNTS} counts",
                self.areas.len(),
                months.len(),
                categories.len()
            );
            return Err(Error::refused(Stage::Ingest, self.path, what));
        }
        let mut counts = Vec::with_capacity(places * months.len() * categories.len());
        for place in 0..places {
            for month in &months {
                counts.extend(categories.iter().map(|(_, category)| tally.count(place, month.index(), *category)));
            }
        }
        let categories = categories.into_iter().map(|(name, _)| name).collect();
        Ok(MonthlyCounts { months, categories, rows: tally.rows, areas: self.areas.len(), counts })
    }
}

/// Numbers of a column, NaN where the text has to say.
fn floats(values: &Values, rows: usize) -> Cow<'_, [f64]> {
    match values {
        Values::Float(column) => match column.cont_slice() {
            Ok(plain) => Cow::Borrowed(plain),
            Err(_) => Cow::Owned(column.iter().map(|v| v.unwrap_or(f64::NAN)).collect()),
        },
        _ => Cow::Owned(vec![f64::NAN; rows]),
    }
}

/// No month: the day is none that a record may have, or it has yet to be read.
const NO_MONTH: u16 = u16::MAX;

/// The month of each day from 1900-01-02, before which dates stand for missing ones, to 2199-12-31.
struct DayTable {
    first: i64,
    months: Vec<u16>,
}

impl DayTable {
    fn new() -> Self {
        let all = (0..).map_while(Month::from_index);
        let days = |month: Month| month.last_day().day() as usize;
        let months: Vec<u16> = all.flat_map(|month| std::iter::repeat_n(month.index(), days(month))).skip(1).collect();
        let first = Month::from_index(0).map_or(0, |month| i64::from(day_number(month.first_day())) + 1);
        Self { first, months }
    }

    /// The month of a day since 1970-01-01.
    #[inline]
    fn month(&self, day: i64) -> u16 {
        usize::try_from(day.wrapping_sub(self.first)).ok().and_then(|at| self.months.get(at)).copied().unwrap_or(NO_MONTH)
    }
}

/// Months that a [`Month`] can be.
const MONTHS: usize = 3_600;

/// Counts in the making: for each month and category that has come up, one block of all places.
struct Tally {
    places: usize,
    names: Vec<String>,
    numbers: HashMap<String, u32>,
    /// By category and month the number of the block, from 1; 0 where there is none.
    blocks: Vec<u32>,
    counts: Vec<u32>,
    rows: u64,
}

impl Tally {
    fn new(places: usize) -> Self {
        Self { places, names: Vec::new(), numbers: HashMap::new(), blocks: Vec::new(), counts: Vec::new(), rows: 0 }
    }

    /// The number of a category; `None` when it is one too many.
    fn category(&mut self, name: &str) -> Option<u32> {
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        if self.names.len() == MOST_CATEGORIES {
            return None;
        }
        Some(self.new_category(name))
    }

    fn new_category(&mut self, name: &str) -> u32 {
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        self.blocks.resize(self.names.len() * MONTHS, 0);
        number
    }

    /// The category of each row.
    fn categories(&mut self, values: &Values, rows: usize) -> Option<Vec<u32>> {
        let mut numbers = Vec::with_capacity(rows);
        if let Values::Text(texts) = values {
            if texts.null_count() > 0 {
                for text in texts.iter() {
                    numbers.push(self.category(text.unwrap_or_default().trim())?);
                }
                return Some(numbers);
            }
            for chunk in texts.downcast_iter() {
                // Within a chunk the same 16 bytes of a view are the same text: most texts are not even looked at.
                let mut known: [Option<(u128, u32)>; 64] = [None; 64];
                for (row, view) in chunk.views().iter().enumerate() {
                    let bits = view.as_u128();
                    let mixed = (bits as u64 ^ (bits >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    let slot = &mut known[(mixed >> 58) as usize];
                    let number = match *slot {
                        Some((same, number)) if same == bits => number,
                        _ => {
                            let number = self.category(chunk.value(row).trim())?;
                            *slot = Some((bits, number));
                            number
                        }
                    };
                    numbers.push(number);
                }
            }
            return Some(numbers);
        }
        let mut text = String::new();
        for row in 0..rows {
            text.clear();
            values.write(row, &mut text);
            numbers.push(self.category(text.trim())?);
        }
        Some(numbers)
    }

    /// Where the block of a category and month begins.
    #[inline]
    fn block(&mut self, category: u32, month: u16) -> usize {
        let block = &mut self.blocks[category as usize * MONTHS + usize::from(month)];
        if *block == 0 {
            self.counts.resize(self.counts.len() + self.places, 0);
            *block = (self.counts.len() / self.places) as u32;
        }
        (*block as usize - 1) * self.places
    }

    #[inline]
    fn add(&mut self, place: usize, month: u16, category: u32) {
        let block = self.block(category, month);
        self.counts[block + place] += 1;
        self.rows += 1;
    }

    fn count(&self, place: usize, month: u16, category: u32) -> u32 {
        match self.blocks[category as usize * MONTHS + usize::from(month)] {
            0 => 0,
            block => self.counts[(block as usize - 1) * self.places + place],
        }
    }

    /// Months that have a row.
    fn months(&self) -> impl Iterator<Item = u16> {
        self.blocks.iter().enumerate().filter(|(_, block)| **block > 0).map(|(at, _)| (at % MONTHS) as u16)
    }

    /// Both together.
    fn merged(mut self, other: Self) -> Self {
        if self.rows == 0 {
            return other;
        }
        for (theirs, name) in other.names.iter().enumerate() {
            let ours = self.numbers.get(name).copied().unwrap_or_else(|| self.new_category(name));
            for (month, block) in (0..).zip(&other.blocks[theirs * MONTHS..(theirs + 1) * MONTHS]).filter(|(_, block)| **block > 0)
            {
                let (from, to) = ((*block as usize - 1) * self.places, self.block(ours, month));
                for place in 0..self.places {
                    self.counts[to + place] += other.counts[from + place];
                }
            }
        }
        self.rows += other.rows;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{MultiPolygon, polygon};
    use polars::prelude::*;

    /// Two squares that share a side.
    fn squares() -> PolygonIndex {
        let square = |west: f64| {
            let (east, south, north) = (west + 0.25, 51.0, 51.5);
            MultiPolygon::from(polygon![(x: west, y: south), (x: east, y: south), (x: east, y: north), (x: west, y: north)])
        };
        PolygonIndex::new(&[square(-0.5), square(-0.25)])
    }

    /// Rows of every sort: on the shared side, in no square, without a place; months in and out of order; rare categories.
    fn rows(n: u32) -> Vec<(Option<[f64; 2]>, i64, Option<String>)> {
        let row = |i: u32| {
            let [u, v] = [0.754_877_666, 0.569_840_291].map(|step| (f64::from(i) * step).fract());
            let place = match i % 11 {
                0 => None,
                1 => Some([-0.25, 51.0 + v / 2.0]),
                _ => Some([-0.6 + u * 0.8, 50.9 + v * 0.7]),
            };
            let second = 1_700_000_000 + i64::from(i) * 7_919_003 % 200_000_000;
            let category = (!i.is_multiple_of(7)).then(|| format!("a category of its own name {}", i % 13));
            (place, second, category)
        };
        (0..n).map(row).collect()
    }

    /// Place, month and category.
    type Row = (Option<[f64; 2]>, i64, Option<String>);

    fn columns(rows: &[Row]) -> Vec<Column> {
        let axis = |at: usize| rows.iter().map(move |(place, ..)| place.map(|p| p[at])).collect::<Vec<_>>();
        let seconds: Vec<i64> = rows.iter().map(|(_, second, _)| second * 1_000).collect();
        vec![
            Column::new("lon".into(), axis(0)),
            Column::new("lat".into(), axis(1)),
            Column::new("date".into(), seconds).cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap(),
            Column::new("kind".into(), rows.iter().map(|(.., kind)| kind.clone()).collect::<Vec<_>>()),
        ]
    }

    fn parquet(columns: Vec<Column>, group: usize) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap();
        let mut frame = DataFrame::new_infer_height(columns).unwrap();
        ParquetWriter::new(file.as_file().try_clone().unwrap()).with_row_group_size(Some(group)).finish(&mut frame).unwrap();
        file
    }

    fn csv(columns: Vec<Column>) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        let mut frame = DataFrame::new_infer_height(columns).unwrap();
        CsvWriter::new(file.as_file().try_clone().unwrap()).finish(&mut frame).unwrap();
        file
    }

    fn count(file: &tempfile::NamedTempFile) -> Result<MonthlyCounts> {
        let columns = CountColumns { category: Some("KIND".to_owned()), ..CountColumns::default() };
        count_points(file.path(), &squares(), &columns)
    }

    #[test]
    fn both_kinds_of_file_and_any_number_of_threads_and_row_groups_give_the_same_counts() {
        let rows = rows(3_000);
        let plain = count(&csv(columns(&rows))).unwrap();
        assert_eq!((plain.rows, plain.counts.iter().map(|n| u64::from(*n)).sum::<u64>()), (3_000, 3_000));
        assert_eq!(plain.categories.len(), 14);
        for group in [64, 1_000, 10_000] {
            let file = parquet(columns(&rows), group);
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                assert_eq!(pool.install(|| count(&file)).unwrap(), plain, "{group} {threads}");
            }
        }
        let index = squares();
        for (place, at) in [(CountedPlace::Area(0), Some(0)), (CountedPlace::Area(1), Some(1)), (CountedPlace::Outside, None)] {
            let held = |p: &[f64; 2]| index.locate(LonLat { lon: p[0], lat: p[1] }) == at;
            let sum: u32 =
                (0..plain.months.len()).flat_map(|m| (0..14).map(move |c| (m, c))).map(|(m, c)| plain.count(place, m, c)).sum();
            assert_eq!(sum as usize, rows.iter().filter_map(|row| row.0).filter(held).count());
        }
    }

    #[test]
    fn every_type_of_date_says_the_same_month() {
        let seconds = [1_709_251_199i64, 1_709_251_200, 1_711_929_599, 1_719_788_400];
        let ticks = |per: i64| Column::new("date".into(), seconds.map(|s| s * per).to_vec());
        let texts = ["2024-02-29T23:59:59", "2024-03-01", "2024-03-31 23:59", "2024-06"].map(str::to_owned).to_vec();
        let wall = |unit, per| ticks(per).cast(&DataType::Datetime(unit, None)).unwrap();
        let dates = [
            wall(TimeUnit::Milliseconds, 1_000),
            wall(TimeUnit::Microseconds, 1_000_000),
            wall(TimeUnit::Nanoseconds, 1_000_000_000),
            wall(TimeUnit::Milliseconds, 1_000).cast(&DataType::Date).unwrap(),
            Column::new("date".into(), texts),
        ];
        let [x, y] = [("lon", -0.3), ("lat", 51.2)].map(|(name, v)| Column::new(name.into(), vec![v; 4]));
        let kind = Column::new("kind".into(), [3i64, 3, 4, 3].to_vec());
        for date in dates {
            let found = count(&parquet(vec![x.clone(), y.clone(), date.clone(), kind.clone()], 100)).unwrap();
            let by = |month: usize| [found.count(CountedPlace::Area(0), month, 0), found.count(CountedPlace::Area(0), month, 1)];
            assert_eq!((found.months.len(), by(0), by(1), by(2), by(4)), (5, [1, 0], [1, 1], [0, 0], [1, 0]), "{date:?}");
        }
        // With a zone it is London's month: half past eleven of the last of June, universal time, is July.
        let text = "lon,lat,month,kind\n-0.3,51.2,2024-06-30T23:30:00Z,a\n";
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), text).unwrap();
        assert_eq!(count(&file).unwrap().months[0].to_string(), "2024-07");
    }

    #[test]
    fn the_first_row_that_cannot_be_counted_is_named_whatever_the_threads() {
        let mut columns = columns(&rows(500));
        let with = |columns: &mut Vec<Column>, at: usize, changes: &[(usize, f64)]| {
            let mut values: Vec<Option<f64>> = columns[at].f64().unwrap().iter().collect();
            for (row, value) in changes {
                values[*row] = Some(*value);
            }
            columns[at] = Column::new(columns[at].name().clone(), values);
        };
        with(&mut columns, 1, &[(400, 512.0), (303, f64::NAN)]);
        for threads in [1, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let error = pool.install(|| count(&parquet(columns.clone(), 50))).unwrap_err();
            assert_eq!((error.row, error.column.as_deref(), error.broken_rule()), (Some(304), Some("lat"), Some(Rule::NotANumber)));
        }
        // 330 has no place: half of one is a fault.
        with(&mut columns, 1, &[(303, 51.2), (330, 51.2)]);
        assert_eq!(count(&parquet(columns.clone(), 50)).unwrap_err().broken_rule(), Some(Rule::HalfCoordinate));
        columns[2] = Column::new("date".into(), vec![0.5; 500]);
        assert_eq!(count(&parquet(columns.clone(), 50)).unwrap_err().column.as_deref(), Some("date"));
        columns.remove(2);
        let missing = count(&parquet(columns, 50)).unwrap_err();
        assert_eq!((missing.broken_rule(), missing.column.as_deref()), (Some(Rule::MissingColumn), Some("date or month")));
        let twice = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(twice.path(), "lon,lat,Lon,date,kind\n").unwrap();
        assert_eq!(count(&twice).unwrap_err().broken_rule(), Some(Rule::DuplicateColumn));
    }

    #[test]
    fn a_file_without_rows_has_no_months() {
        let none = count(&parquet(columns(&[]), 50)).unwrap();
        assert_eq!((none.rows, none.months.len(), none.categories.len()), (0, 0, 0));
    }
}
