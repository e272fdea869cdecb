//! The summary as a workbook.

use super::{Publication, ReportError, strand_label};
use crate::workbook::{About, Cell, Column, Cover, Format, Section, Sheet, Shorthand, Table, Workbook};
use hotspot_core::summary::{Gap, Level, Marked, Measure};

/// A cell of a figure, or the shorthand for why there is none.
fn cell(value: Marked<f64>) -> Cell {
    match value {
        Ok(value) => value.into(),
        Err(gap) => Cell::from(match gap {
            Gap::Suppressed => Shorthand::Confidential,
            Gap::NotAvailable | Gap::TooFewMonths | Gap::Incomplete => Shorthand::NotAvailable,
            Gap::NotApplicable => Shorthand::NotApplicable,
            Gap::Break => Shorthand::Break,
        }),
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::London => "London",
        Level::CommandUnit => "Command unit",
        Level::Borough => "Borough",
        Level::Elsewhere => "No borough",
        Level::Area => "Area",
    }
}

impl Publication<'_> {
    /// Cover, contents, notes, and a table a sheet: records of the month by strand, then rates, twelve months and change for all records and each strand.
    ///
    /// # Errors
    /// [`ReportError::Workbook`] when the guidance would be broken.
    pub fn workbook(&self) -> Result<Workbook, ReportError> {
        let places = self.from.cube.places();
        let strands = self.strands();
        let month = self.from.summary.month;
        let mut columns =
            vec![Column::new("Level", Format::Text), Column::new("Code", Format::Text), Column::new("Place", Format::Text)];
        columns.extend(strands.iter().map(|s| Column::new(strand_label(*s), Format::Integer)));
        let code = |row: usize| if places[row].code.is_empty() { "none".to_owned() } else { places[row].code.clone() };
        let rows = (0..places.len()).map(|row| {
            let mut cells: Vec<Cell> = vec![level(places[row].level).into(), code(row).into(), places[row].name.clone().into()];
            cells.extend(strands.iter().map(|s| {
                let series = self.series(row as u16, *s);
                cell(series.figures.count.map(|c| f64::from(c.recorded)))
            }));
            cells
        });
        let records = Table::new("records_by_place_and_strand", columns, rows.collect())?;
        let mut sheets = vec![Sheet::new(
            "Records",
            format!("Recorded hate crime by place and strand, {month} [note 1] [note 2]"),
            vec!["Unit: records.".to_owned()],
            records,
        )?];
        for (at, strand) in strands.iter().enumerate() {
            let columns = vec![
                Column::new("Level", Format::Text),
                Column::new("Place", Format::Text),
                Column::new("Records in the month", Format::Integer),
                Column::new("Same month last year", Format::Integer),
                Column::new("Twelve months", Format::Integer),
                Column::new("Twelve months per 1,000 residents", Format::Decimal(2)),
                Column::new("Lower limit, 95%", Format::Decimal(2)),
                Column::new("Upper limit, 95%", Format::Decimal(2)),
                Column::new("Similar boroughs, median per 1,000", Format::Decimal(2)),
                Column::new("Change on the twelve months before, per cent", Format::Decimal(1)),
                Column::new("Lower limit of the change, 95%", Format::Decimal(1)),
                Column::new("Upper limit of the change, 95%", Format::Decimal(1)),
            ];
            let rows = (0..places.len()).map(|row| {
                let series = self.series(row as u16, *strand);
                let of = |m: Measure| series.observation(m);
                let limit = |m: Measure, end: usize| {
                    let o = of(m);
                    let finite = o.limits.map(|l| l[end]).filter(|v| v.is_finite());
                    cell(o.value.and_then(|_| finite.ok_or(Gap::NotApplicable)))
                };
                vec![
                    level(places[row].level).into(),
                    places[row].name.clone().into(),
                    cell(of(Measure::Records).value),
                    cell(of(Measure::LastYear).value),
                    cell(of(Measure::Year).value),
                    cell(of(Measure::YearRate).value),
                    limit(Measure::YearRate, 0),
                    limit(Measure::YearRate, 1),
                    cell(of(Measure::Similar).value),
                    cell(of(Measure::Change).value),
                    limit(Measure::Change, 0),
                    limit(Measure::Change, 1),
                ]
            });
            let table = Table::new(format!("twelve_months_{at}"), columns, rows.collect())?;
            sheets.push(Sheet::new(
                strand_label(*strand),
                format!("{}: the month, twelve months and change, {month} [note 3] [note 4] [note 5]", strand_label(*strand)),
                vec!["Unit: records, unless the column says otherwise.".to_owned()],
                table,
            )?);
        }
        let about = About {
            title: format!("Recorded hate crime in London, {month}"),
            subject: "Recorded hate crime by borough and strand".to_owned(),
            publisher: "hotspot".to_owned(),
            keywords: vec!["hate crime".to_owned(), "London".to_owned(), "boroughs".to_owned()],
            created: self.from.known_on,
        };
        let breaks: Vec<String> =
            self.from.breaks.inside(self.from.cube.months()).map(|b| format!("{}: {}", b.from, b.what)).collect();
        let sections = if breaks.is_empty() {
            Vec::new()
        } else {
            vec![Section { heading: "Breaks in the series".to_owned(), lines: breaks }]
        };
        let cover = Cover {
            summary: vec!["Recorded hate crime by place and monitored strand. Most hate crime is never reported: these are records, not incidents.".to_owned()],
            period: month.to_string(),
            marking: self.marking(),
            known_on: self.from.known_on,
            contact: "The analyst who ran hotspot summary.".to_owned(),
            sections,
        };
        let notes = vec![
            "Strands overlap: a record with two strands stands in both columns. The total is of records, and is not the sum of strands.".to_owned(),
            format!("Records stand in the month in which they were {}.", "recorded"),
            "Residents are those of mid-2023; no rate is given where offices dominate. Limits are exact below 10 records and Byar's from 10 on.".to_owned(),
            "A change is not given on fewer than 30 records, nor across a break in the series. Limits of a change are exact Poisson ones.".to_owned(),
            format!("Similar boroughs are {}.", self.from.groups.rule),
        ];
        Ok(Workbook::new(about, cover, notes, sheets)?)
    }
}
