//! Measures of success, as supplied and as an edition of the monthly summary has them.

use crate::commit;
use crate::error::{Error, Result, Stage};
use crate::ingest::PlainTable;
use crate::resources::days;
use crate::schema::input::measures as column;
use crate::summary::{FILE, file_name, open_record};
use hotspot_core::atlas::Atlas;
use hotspot_core::incident::Outcome;
use hotspot_core::month::{BreakRegistry, MonthRange, SeriesBreak};
use hotspot_core::release::DataClass;
use hotspot_core::success::{Area, Broken, Definition, Entry, Field, Figure, Kind, SuccessPolicy, check, factors};
use hotspot_core::summary::{Basis, Level};
use hotspot_core::view::{SuccessFile, SuccessView};
use hotspot_core::{Month, Strand};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most rows of a file of measures.
const MOST: usize = 100_000;
/// Longest text of a field, in characters.
const MOST_TEXT: usize = 200;
/// The measure that is the records of an edition.
const RECORDED: &str = "recorded_hate_crime";
/// The measure that is their outcomes.
const CHARGED: &str = "outcome_charged";

/// Reads measures, and an edition beside them if there is one, and works everything out.
///
/// The table has the columns `measure`, `period_start`, `period_end` (the first and the last day of whole months), `area` (`london`, a command
/// unit by name, a borough by code or name), `strand` (or `all`), `unit`, `class` (`synthetic`, `open`, `restricted`: one for the whole table)
/// and `source`; and, as the kind of the measure needs them, `numerator`, `denominator`, `effective_n`, `value`, `lower`, `upper`, `open`;
/// and may have `note`:
///
/// | kind | numerator | denominator | effective_n | value | lower, upper | open |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | count | the count | | | | | |
/// | proportion, complete | the part | the whole | | | | |
/// | survey | | respondents | effective respondents | weighted per cent | | |
/// | cohort | reached the stage | recorded | | | | may still reach it |
/// | median | | cases | | the median | its limits, if known | |
///
/// A field that the kind does not need is blank: a share that is supplied beside its parts would be a second figure. The edition is a folder of
/// `hotspot summary` with its JSON: records by month of recording, and those charged, of London, command units and boroughs.
///
/// # Errors
/// When a file cannot be read, a field breaks its rule, rows contradict one another, the edition has the same series, or the classes of the two
/// must not be mixed; file, row, column and rule are named.
pub fn read_success(measures: &Path, edition: Option<&Path>) -> Result<SuccessView> {
    let table = PlainTable::read(measures, &mut |_, _| {})?;
    let (mut class, supplied) = entries(measures, &table)?;
    let mut files = vec![SuccessFile { name: name_of(measures), sha256: table.sha256().to_owned() }];
    let mut all = supplied.clone();
    let mut breaks = Atlas::london().breaks().clone();
    let (mut licence, mut known_on) = (None, None);
    if let Some(folder) = edition {
        let read = read_edition(folder)?;
        let series = |e: &Entry| (e.measure.id, e.area, e.strand);
        let held: BTreeSet<_> = read.entries.iter().map(series).collect();
        if let Some(row) = supplied.iter().position(|e| held.contains(&series(e))) {
            return Err(table.refused(row, column::MEASURE, "the edition has the figures of this measure, area and strand"));
        }
        let synthetic = |class| class == DataClass::Synthetic;
        if synthetic(class) != synthetic(read.class) {
            return Err(table.refused(
                0,
                column::CLASS,
                "synthetic figures and real ones are kept apart: the edition is of the other sort",
            ));
        }
        if read.class == DataClass::Restricted {
            class = read.class;
        }
        files.push(read.file);
        all.extend(read.entries);
        (breaks, licence, known_on) = (read.breaks, read.licence, Some(read.known_on));
    }
    let last = all.iter().map(|e| e.period.to().last_day()).max();
    let known_on = known_on.max(last).ok_or_else(|| Error::refused(Stage::Ingest, measures, "no measure has a figure"))?;
    let factors = factors(&all, &breaks, &SuccessPolicy::current()).map_err(|e| Error::source(Stage::Ingest, measures, e))?;
    Ok(SuccessView { class, licence, known_on, files, factors })
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The rows of a table of measures, and its class.
fn entries(path: &Path, table: &PlainTable) -> Result<(DataClass, Vec<Entry>)> {
    if table.is_empty() || table.len() > MOST {
        return Err(Error::refused(Stage::Ingest, path, format!("1 to {MOST} rows of measures are needed")));
    }
    let measures = table.texts(column::MEASURE)?;
    let measures: Vec<&'static Definition> = measures
        .iter()
        .enumerate()
        .map(|(row, id)| {
            let known = || Definition::all().iter().map(|d| d.id).collect::<Vec<_>>().join(", ");
            Definition::of(id.trim())
                .ok_or_else(|| table.refused(row, column::MEASURE, &format!("no measure of this name; there are {}", known())))
        })
        .collect::<Result<_>>()?;
    let (from, to) = (days(table, column::PERIOD_START)?, days(table, column::PERIOD_END)?);
    let areas = table.texts(column::AREA)?;
    let strands = table.texts(column::STRAND)?;
    let units = table.texts(column::UNIT)?;
    let classes = table.texts(column::CLASS)?;
    let sources = plain(table, column::SOURCE, table.texts(column::SOURCE)?)?;
    let notes = if table.has(column::NOTE) {
        let fields = table.fields(column::NOTE)?.into_iter().map(str::to_owned).collect();
        plain(table, column::NOTE, fields)?
    } else {
        vec![String::new(); table.len()]
    };
    let class: DataClass =
        classes[0].trim().parse().map_err(|_| table.refused(0, column::CLASS, "synthetic, open or restricted"))?;
    let mut figures = Figures::of(table)?;
    let mut made = Vec::with_capacity(table.len());
    for (row, measure) in measures.into_iter().enumerate() {
        let refused = |name: &str, rule: &str| table.refused(row, name, rule);
        if classes[row].trim() != class.id() {
            return Err(refused(column::CLASS, "one class for the whole table, that of its first row"));
        }
        let month = |date: Date| Month::of(date);
        let first = month(from[row]).filter(|m| m.first_day() == from[row]);
        let first = first.ok_or_else(|| refused(column::PERIOD_START, "the first day of a month"))?;
        let last = month(to[row]).filter(|m| m.last_day() == to[row]);
        let last = last.ok_or_else(|| refused(column::PERIOD_END, "the last day of a month"))?;
        let period = MonthRange::new(first, last).ok_or_else(|| refused(column::PERIOD_END, "the period ends before it begins"))?;
        let area = Area::of(&areas[row])
            .ok_or_else(|| refused(column::AREA, "london, the name of a command unit, or the code or name of a borough"))?;
        let strand = match strands[row].trim() {
            "all" => None,
            id => Some(id.parse::<Strand>().map_err(|_| refused(column::STRAND, &format!("all, {}", Strand::NAMES)))?),
        };
        if !units[row].trim().eq_ignore_ascii_case(measure.unit) {
            return Err(refused(column::UNIT, &format!("not the unit of the measure, which is {}", measure.unit)));
        }
        let figure = figures.take(row, measure.kind)?;
        made.push(Entry { measure, period, area, strand, figure, source: sources[row].clone(), note: notes[row].clone() });
    }
    check(&made).map_err(|Broken { row, field, rule }| table.refused(row, column_of(field), rule))?;
    Ok((class, made))
}

const fn column_of(field: Field) -> &'static str {
    match field {
        Field::Measure => column::MEASURE,
        Field::PeriodStart => column::PERIOD_START,
        Field::PeriodEnd => column::PERIOD_END,
        Field::Numerator => column::NUMERATOR,
        Field::Denominator => column::DENOMINATOR,
        Field::EffectiveN => column::EFFECTIVE_N,
        Field::Value => column::VALUE,
        Field::Open => column::OPEN,
        Field::Lower => column::LOWER,
    }
}

/// Texts of one line and bounded length.
fn plain(table: &PlainTable, name: &str, texts: Vec<String>) -> Result<Vec<String>> {
    match texts.iter().position(|t| t.chars().count() > MOST_TEXT || t.chars().any(char::is_control)) {
        Some(row) => Err(table.refused(row, name, "longer than 200 characters, or not plain text")),
        None => Ok(texts),
    }
}

/// The columns of numbers, those that are missing as blank.
struct Figures<'t> {
    table: &'t PlainTable,
    fields: BTreeMap<&'static str, Vec<&'t str>>,
}

impl<'t> Figures<'t> {
    fn of(table: &'t PlainTable) -> Result<Self> {
        let there = column::FIGURES.into_iter().filter(|name| table.has(name));
        let fields = there.map(|name| Ok((name, table.fields(name)?))).collect::<Result<_>>()?;
        Ok(Self { table, fields })
    }

    fn field(&self, row: usize, name: &'static str) -> Option<&'t str> {
        self.fields.get(name).map(|column| column[row].trim()).filter(|text| !text.is_empty())
    }

    fn needed<T>(&self, row: usize, name: &'static str, rule: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        let text = self.field(row, name).ok_or_else(|| self.table.refused(row, name, "this measure needs it"))?;
        parse(text).ok_or_else(|| self.table.refused(row, name, rule))
    }

    fn count(&self, row: usize, name: &'static str) -> Result<u64> {
        self.needed(row, name, "not a whole number, 0 or more", |text| text.parse().ok())
    }

    fn number(&self, row: usize, name: &'static str) -> Result<f64> {
        self.needed(row, name, "not a finite number", |text| text.parse().ok().filter(|v: &f64| v.is_finite()))
    }

    /// The figure of a row: what its kind needs is there, and nothing else is.
    fn take(&mut self, row: usize, kind: Kind) -> Result<Figure> {
        use column::{DENOMINATOR, EFFECTIVE_N, LOWER, NUMERATOR, OPEN, UPPER, VALUE};
        let needs: &[&str] = match kind {
            Kind::Count => &[NUMERATOR],
            Kind::Proportion | Kind::Complete => &[NUMERATOR, DENOMINATOR],
            Kind::Survey => &[DENOMINATOR, EFFECTIVE_N, VALUE],
            Kind::Cohort => &[NUMERATOR, DENOMINATOR, OPEN],
            Kind::Median => &[DENOMINATOR, VALUE, LOWER, UPPER],
        };
        if let Some(name) = column::FIGURES.into_iter().find(|name| !needs.contains(name) && self.field(row, name).is_some()) {
            let rule = format!("blank for a measure of the kind {}", kind.id());
            return Err(self.table.refused(row, name, &rule));
        }
        Ok(match kind {
            Kind::Count => Figure::Count(self.count(row, NUMERATOR)?),
            Kind::Proportion | Kind::Complete => {
                Figure::Part { part: self.count(row, NUMERATOR)?, whole: self.count(row, DENOMINATOR)? }
            }
            Kind::Survey => Figure::Survey {
                percent: self.number(row, VALUE)?,
                respondents: self.count(row, DENOMINATOR)?,
                effective: self.number(row, EFFECTIVE_N)?,
            },
            Kind::Cohort => Figure::Cohort {
                reached: self.count(row, NUMERATOR)?,
                recorded: self.count(row, DENOMINATOR)?,
                open: self.count(row, OPEN)?,
            },
            Kind::Median => {
                let limits = match (self.field(row, LOWER), self.field(row, UPPER)) {
                    (None, None) => None,
                    _ => Some([self.number(row, LOWER)?, self.number(row, UPPER)?]),
                };
                Figure::Median { value: self.number(row, VALUE)?, n: self.count(row, DENOMINATOR)?, limits }
            }
        })
    }
}

/// An edition of the monthly summary, as far as measures come from it.
struct EditionRead {
    file: SuccessFile,
    class: DataClass,
    licence: Option<String>,
    known_on: Date,
    breaks: BreakRegistry,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Document {
    edition: About,
    history: Vec<History>,
    outcomes: Vec<Outcomes>,
}

#[derive(Deserialize)]
struct About {
    breaks: Vec<Break>,
}

#[derive(Deserialize)]
struct Break {
    id: String,
    from: String,
    areas: Vec<String>,
    what: String,
    source: Option<String>,
}

#[derive(Deserialize)]
struct History {
    basis: String,
    level: String,
    code: Option<String>,
    place: String,
    strand: String,
    month: Vec<String>,
    records: Vec<Option<u64>>,
    status: Vec<Option<String>>,
}

#[derive(Deserialize)]
struct Outcomes {
    level: String,
    code: Option<String>,
    place: String,
    strand: String,
    month: String,
    of: u64,
    records: BTreeMap<String, u64>,
}

/// Reads the edition of a folder, which its record says to be whole.
fn read_edition(folder: &Path) -> Result<EditionRead> {
    let refused = |what: &str| Error::refused(Stage::Ingest, folder, what);
    let (month, record) = open_record(Stage::Ingest, folder)?
        .ok_or_else(|| refused(&format!("no edition of hotspot summary: its folder holds {FILE}YYYY-MM-record.json")))?;
    let name = file_name(month, "", "json");
    let stated = record.files.iter().find(|f| f.name == name);
    let stated = stated.ok_or_else(|| refused("the edition has no JSON; publish it with --formats json among others"))?;
    let path = folder.join(&name);
    let bytes = commit::read_verified(Stage::Ingest, &path, &stated.sha256)?;
    let unknown = || Error::refused(Stage::Ingest, &path, "not the JSON of an edition that this program can read");
    let document: Document = serde_json::from_slice(&bytes).map_err(|_| unknown())?;
    let month = |text: &str| text.parse::<Month>().map_err(|_| unknown());
    let strand = |text: &str| match text {
        "all" => Ok(None),
        id => id.parse::<Strand>().map(Some).map_err(|_| unknown()),
    };
    // Boroughs are known by their code; units of police that are no borough have no series here.
    let area = |level: &str, code: Option<&str>, place: &str| {
        if level == Level::London.id() {
            return Some(Area::London);
        }
        let wanted = if level == Level::Borough.id() { code.unwrap_or_default() } else { place };
        [Level::Borough, Level::CommandUnit].iter().find(|l| l.id() == level).and(Area::of(wanted))
    };
    let source = format!("hotspot summary {}, as known on {}", record.month, record.as_known_on);
    let entry = |measure: &str, month: Month, area: Area, strand: Option<Strand>, figure: Figure, note: String| Entry {
        measure: Definition::of(measure).expect("the table of measures has those of an edition: a test reads it"),
        period: MonthRange::ending(month, 1),
        area,
        strand,
        figure,
        source: source.clone(),
        note,
    };
    let mut entries = Vec::new();
    for one in document.history.iter().filter(|h| h.basis == Basis::Recorded.id()) {
        let Some(area) = area(&one.level, one.code.as_deref(), &one.place) else { continue };
        // A strand that nobody records is no series of zeros.
        if one.records.iter().flatten().all(|n| *n == 0) {
            continue;
        }
        let strand = strand(&one.strand)?;
        for ((text, records), status) in one.month.iter().zip(&one.records).zip(&one.status) {
            let Some(records) = records else { continue };
            let note = status.clone().unwrap_or_default();
            entries.push(entry(RECORDED, month(text)?, area, strand, Figure::Count(*records), note));
        }
    }
    for one in &document.outcomes {
        let Some(area) = area(&one.level, one.code.as_deref(), &one.place) else { continue };
        let of = |outcome: Outcome| one.records.get(outcome.id()).copied().unwrap_or(0);
        let figure = Figure::Cohort { reached: of(Outcome::Charged), recorded: one.of, open: of(Outcome::UnderInvestigation) };
        entries.push(entry(CHARGED, month(&one.month)?, area, strand(&one.strand)?, figure, String::new()));
    }
    check(&entries).map_err(|_| unknown())?;
    let breaks = document
        .edition
        .breaks
        .into_iter()
        .map(|b| {
            let from = b.from.parse().map_err(|_| unknown())?;
            Ok(SeriesBreak { id: b.id, from, areas: b.areas, what: b.what, source: b.source.unwrap_or_default() })
        })
        .collect::<Result<_>>()?;
    Ok(EditionRead {
        file: SuccessFile { name, sha256: stated.sha256.clone() },
        class: record.class,
        licence: record.licence,
        known_on: record.as_known_on,
        breaks: BreakRegistry::new(breaks),
        entries,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotspot_core::success::NoFigure;

    const HEAD: &str = "measure,period_start,period_end,area,strand,unit,numerator,denominator,effective_n,value,lower,upper,open,class,source,note";

    fn read(rows: &str) -> Result<SuccessView> {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), format!("{HEAD}\n{rows}\n")).unwrap();
        read_success(file.path(), None)
    }

    #[test]
    fn every_kind_is_read() {
        let read = read(
            "recorded_hate_crime,2026-03-01,2026-03-31,london,all,records,1544,,,,,,,synthetic,made up,\n\
             victim_satisfaction,2025-04-01,2026-03-31,Camden,race,Per cent,,60,40.5,71.5,,,,synthetic,survey,small\n\
             attrition_charged,2026-01-01,2026-03-31,E09000007,all,per cent,12,200,,,,,30,synthetic,x,\n\
             portal_open,2026-03-01,2026-03-31,Central West,all,per cent,5,20,,,,,,synthetic,x,\n\
             portal_days_to_update,2026-03-01,2026-03-31,london,all,days,,80,,9.5,8,12,,synthetic,x,\n\
             liaison_in_post,2026-03-01,2026-03-31,camden,all,per cent,1,2,,,,,,synthetic,x,",
        )
        .unwrap();
        let series = &read.factors.series;
        assert_eq!(series.len(), 6);
        assert_eq!(series[1].points[0].estimate, Err(NoFigure::TooFew));
        assert_eq!((series[1].area.name(), series[1].strand), ("Camden", Some(Strand::Race)));
        assert_eq!(series[2].points[0].open, Some([6.0, 21.0]));
        assert_eq!((read.class, read.known_on.to_string().as_str()), (DataClass::Synthetic, "2026-03-31"));
    }

    #[test]
    fn a_bad_field_is_named_with_row_and_column_and_never_quoted() {
        let good = [
            "attrition_charged",
            "2026-01-01",
            "2026-03-31",
            "london",
            "all",
            "per cent",
            "12",
            "200",
            "",
            "",
            "",
            "",
            "30",
            "open",
            "x",
            "",
        ];
        for (at, bad, column, word) in [
            (0, "secretmeasure", "measure", "no measure of this name"),
            (1, "2026-01-02", "period_start", "first day of a month"),
            (1, "01/01/2026", "period_start", "YYYY-MM-DD"),
            (2, "2026-03-30", "period_end", "last day of a month"),
            (2, "2025-12-31", "period_end", "before it begins"),
            (3, "secretplace", "area", "london"),
            (4, "secretstrand", "strand", "all, "),
            (5, "records", "unit", "which is per cent"),
            (6, "", "numerator", "needs it"),
            (6, "-1", "numerator", "whole number"),
            (6, "1.5", "numerator", "whole number"),
            (6, "201", "numerator", "at most the denominator"),
            (7, "", "denominator", "needs it"),
            (8, "150", "effective_n", "blank for a measure of the kind cohort"),
            (9, "6", "value", "blank for a measure of the kind cohort"),
            (12, "", "open", "needs it"),
            (12, "189", "open", "together at most"),
            (13, "secretclass", "class", "synthetic, open or restricted"),
            (14, "", "source", "blank"),
            (15, "a\u{7}b", "note", "plain text"),
        ] {
            let mut row = good;
            row[at] = bad;
            let message = read(&row.join(",")).unwrap_err().to_string();
            assert!(
                message.contains("row 2") && message.contains(&format!("column {column}")) && message.contains(word),
                "{bad}: {message}"
            );
            assert!(!message.contains("secret"), "{message}");
        }
        assert!(read(&good.join(",")).is_ok());
        let survey = "victim_satisfaction,2025-04-01,2026-03-31,london,all,per cent,,60,60.5,71.5,,,,open,survey,";
        let two = |second: &str| read(&format!("{}\n{second}", good.join(","))).unwrap_err().to_string();
        for (second, column) in [
            (survey.to_owned(), "effective_n"),
            (good.join(",").replace("2026-01-01,2026-03-31", "2026-03-01,2026-05-31"), "period_start"),
            (good.join(",").replace("2026-01-01,2026-03-31", "2026-04-01,2026-04-30"), "period_end"),
            (good.join(",").replace("attrition_charged", "attrition_convicted").replace(",12,", ",13,"), "numerator"),
            (good.join(",").replace("attrition_charged", "attrition_convicted").replace(",200,", ",201,"), "denominator"),
            (good.join(",").replace(",open,", ",synthetic,").replace("2026-01-01,2026-03-31", "2026-04-01,2026-06-30"), "class"),
        ] {
            let message = two(&second);
            assert!(message.contains("row 3") && message.contains(&format!("column {column}")), "{second}: {message}");
        }
    }
}
