//! Sheets with a place a row.

use super::draft::{Draft, said, shorthand, value};
use super::{level_label, notes::Note};
use crate::summary::{Publication, strand_label};
use crate::workbook::{Cell, Format, Sheet, WorkbookError};
use hotspot_core::Strand;
use hotspot_core::rate::funnel::Position;
use hotspot_core::summary::tables::SIGNALS;
use hotspot_core::summary::{Basis, Level, Marked, Measure, Place, Series};
use std::collections::BTreeMap;

/// A place with its series of one strand.
struct Row<'a> {
    place: &'a Place,
    series: &'a Series,
}

impl Row<'_> {
    fn of(&self, measure: Measure) -> hotspot_core::summary::Observation {
        self.series.observation(measure)
    }
}

impl<T> Draft<'_, T> {
    /// Adds what names a place.
    fn place<'p>(self, place: impl Fn(&T) -> &'p Place) -> Self {
        self.text("Level", |row| level_label(place(row).level)).column("Code", Format::Text, |row| said(&place(row).code)).column(
            "Place",
            Format::Text,
            |row| said(&place(row).name),
        )
    }
}

/// The header of a strand beside others.
pub(super) fn among_others(strand: Option<Strand>) -> String {
    match strand {
        None => strand_label(None).to_owned(),
        Some(strand) => format!("{} (a record may be counted in other strands too)", strand.label()),
    }
}

const fn position_label(position: Position) -> &'static str {
    match position {
        Position::BelowOuter => "below the 99.8% limit",
        Position::BelowInner => "below the 95% limit",
        Position::Within => "within the limits",
        Position::AboveInner => "above the 95% limit",
        Position::AboveOuter => "above the 99.8% limit",
    }
}

/// Words of the signals of each series.
pub(super) struct Signals<'a>(BTreeMap<[&'a str; 5], Vec<&'a str>>);

impl<'a> Signals<'a> {
    pub fn of(publication: &'a Publication<'_>) -> Self {
        let mut all: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        if let Some(table) = publication.named(SIGNALS) {
            for row in table.rows() {
                let key = ["basis", "level", "code", "place", "strand"].map(|name| table.text(name, row));
                all.entry(key).or_default().push(table.text("words", row));
            }
        }
        Self(all)
    }

    fn cell(&self, place: &Place, series: &Series) -> Cell {
        if let Err(gap) = &series.figures.chart {
            return shorthand(*gap).into();
        }
        let strand = hotspot_core::summary::tables::strand_id(series.strand);
        let words = self.0.get(&[series.basis.id(), place.level.id(), &place.code, &place.name, strand]);
        said(&words.map(|w| w.join("; ")).unwrap_or_default())
    }
}

impl Publication<'_> {
    /// Places of every level but supplied areas, or these alone, with their rows.
    fn places_of(&self, areas: bool) -> Vec<(u16, &Place)> {
        (0..).zip(self.from.cube.places()).filter(|(_, p)| (p.level == Level::Area) == areas).collect()
    }

    fn rows_of_strand(&self, basis: Basis, strand: Option<Strand>) -> Vec<Row<'_>> {
        let series = |row| self.from.summary.series(basis, row, strand);
        self.places_of(false).into_iter().filter_map(|(row, place)| Some(Row { place, series: series(row)? })).collect()
    }

    /// Adds a column a strand.
    fn strands_of<'d, 'p>(&self, draft: Draft<'d, (u16, &'p Place)>) -> Draft<'d, (u16, &'p Place)> {
        self.strands().into_iter().fold(draft, |draft, strand| {
            draft.figure(among_others(strand), Format::Integer, |(row, _)| self.series(*row, strand).observation(Measure::Records))
        })
    }

    /// Records of the month by place and strand.
    pub(super) fn records_sheet(&self) -> Result<Sheet, WorkbookError> {
        let rows = self.places_of(false);
        let draft = Draft::of(&rows).place(|(_, p)| p);
        self.strands_of(draft)
            .text("All records: status", |(row, _)| self.series(*row, None).observation(Measure::Records).status())
            .sheet(
                "Records",
                "records_by_place_and_strand",
                format!("Recorded hate crime by place and strand, {} {} {}", self.month(), Note::Strands, Note::Basis),
                vec![
                    "Unit: records. Strands overlap: they must not be added up. London is the sum of boroughs and of what is no borough."
                        .to_owned(),
                    "The sheet of each strand has the status of its figures.".to_owned(),
                ],
            )
    }

    /// Everything that is said of one strand.
    pub(super) fn strand_sheet(&self, strand: Option<Strand>, signals: &Signals<'_>) -> Result<Sheet, WorkbookError> {
        let rows = self.rows_of_strand(Basis::Recorded, strand);
        let of = |m: Measure| move |row: &Row<'_>| row.of(m);
        let label = strand_label(strand);
        let mut intro = vec!["Unit: records, unless the column says otherwise. Limits are at 95%.".to_owned()];
        if strand.is_some() {
            intro.push("A record of this strand may be counted in other strands too.".to_owned());
        }
        Draft::of(&rows)
            .place(|r| r.place)
            .marked("Records in the month", Format::Integer, of(Measure::Records))
            .marked("Same month last year", Format::Integer, of(Measure::LastYear))
            .marked("Twelve months", Format::Integer, of(Measure::Year))
            .figure("Twelve months per 1,000 residents", Format::Decimal(2), of(Measure::YearRate))
            .limits(["Rate, lower limit", "Rate, upper limit"], Format::Decimal(2), of(Measure::YearRate))
            .figure("Similar boroughs, median per 1,000 residents", Format::Decimal(2), of(Measure::Similar))
            .column("Among boroughs", Format::Text, |r| match r.series.figures.funnel {
                Ok(position) => position_label(position).into(),
                Err(gap) => shorthand(gap).into(),
            })
            .figure("Share of London in the month, per cent", Format::Decimal(1), of(Measure::Share))
            .limits(["Share, lower limit", "Share, upper limit"], Format::Decimal(1), of(Measure::Share))
            .figure("Change on the twelve months before, per cent", Format::Decimal(1), of(Measure::Change))
            .limits(["Change, lower limit", "Change, upper limit"], Format::Decimal(1), of(Measure::Change))
            .figure("Control chart, centre line", Format::Decimal(1), of(Measure::ControlChart))
            .limits(["Control chart, lower limit", "Control chart, upper limit"], Format::Decimal(1), of(Measure::ControlChart))
            .column("Signal in the last three months", Format::Text, |r| signals.cell(r.place, r.series))
            .sheet(
                label,
                format!("strand_{}", hotspot_core::summary::tables::strand_id(strand)),
                format!(
                    "{label}: the month, twelve months and change, {} {} {} {} {} {}",
                    self.month(),
                    Note::Residents,
                    Note::Change,
                    Note::Similar,
                    Note::Funnel,
                    Note::Chart
                ),
                intro,
            )
    }

    /// The month by when incidents occurred, with what is still to be reported.
    pub(super) fn occurred_sheet(&self, signals: &Signals<'_>) -> Result<Sheet, WorkbookError> {
        let rows = self.rows_of_strand(Basis::Occurred, None);
        let of = |m: Measure| move |row: &Row<'_>| row.of(m);
        Draft::of(&rows)
            .place(|r| r.place)
            .marked("Records in the month, so far", Format::Integer, of(Measure::Records))
            .figure("Records in the end, estimate", Format::Integer, of(Measure::Nowcast))
            .limits(["Estimate, lower limit", "Estimate, upper limit"], Format::Integer, of(Measure::Nowcast))
            .marked("Same month last year", Format::Integer, of(Measure::LastYear))
            .marked("Twelve months, so far", Format::Integer, of(Measure::Year))
            .figure("Change on the twelve months before, per cent", Format::Decimal(1), of(Measure::Change))
            .limits(["Change, lower limit", "Change, upper limit"], Format::Decimal(1), of(Measure::Change))
            .column("Signal in the last three complete months", Format::Text, |r| signals.cell(r.place, r.series))
            .sheet(
                "By occurrence",
                "records_by_month_of_occurrence",
                format!("All records by the month in which the incident occurred, {} {}", self.month(), Note::Occurrence),
                vec!["Unit: records. Limits are at 95%. Late reports are still to come: compare the estimate, not the figure so far.".to_owned()],
            )
    }

    /// Supplied areas.
    pub(super) fn areas_sheet(&self) -> Result<Option<Sheet>, WorkbookError> {
        let rows = self.places_of(true);
        if rows.is_empty() {
            return Ok(None);
        }
        let of = |m: Measure| move |row: &(u16, &Place)| self.series(row.0, None).observation(m);
        let borough = |place: &Place| -> String {
            place.within.map(|row| self.from.cube.places()[usize::from(row)].name.clone()).unwrap_or_default()
        };
        let draft = Draft::of(&rows)
            .column("Code", Format::Text, |(_, p)| said(&p.code))
            .column("Area", Format::Text, |(_, p)| said(&p.name))
            .column("Borough", Format::Text, |(_, p)| said(&borough(p)));
        self.strands_of(draft)
            .text("All records: status", |row| of(Measure::Records)(row).status())
            .marked("All records, twelve months", Format::Integer, of(Measure::Year))
            .figure("Change on the twelve months before, per cent", Format::Decimal(1), of(Measure::Change))
            .limits(["Change, lower limit", "Change, upper limit"], Format::Decimal(1), of(Measure::Change))
            .sheet(
                "Areas",
                "records_by_supplied_area",
                format!("Recorded hate crime by supplied area and strand, {} {} {}", self.month(), Note::Strands, Note::Change),
                vec!["Unit: records, unless the column says otherwise. A record without a place is in no area.".to_owned()],
            )
            .map(Some)
    }

    /// The months of occurrence of which reports are still to come.
    pub(super) fn late_sheet(&self) -> Result<Sheet, WorkbookError> {
        let series = self.strands().into_iter().filter_map(|s| self.from.summary.series(Basis::Occurred, 0, s));
        let rows: Vec<_> = series
            .filter_map(|s| Some((s.strand, s.figures.nowcast.as_ref().ok()?)))
            .flat_map(|(strand, months)| months.iter().map(move |m| (strand, m)))
            .collect();
        let estimate = |of: fn(&hotspot_core::time::delay::Estimate) -> u64| {
            move |(_, m): &(Option<Strand>, &hotspot_core::time::delay::NowcastMonth)| {
                let figure: Marked<f64> = m.estimate.as_ref().map(|e| of(e) as f64).ok_or(hotspot_core::summary::Gap::NotAvailable);
                value(figure)
            }
        };
        Draft::of(&rows)
            .text("Strand", |(s, _)| strand_label(*s))
            .column("Month of occurrence", Format::Month, |(_, m)| m.month.into())
            .column("Records so far", Format::Integer, |(_, m)| value(Ok(m.reported as f64)))
            .column("Share expected to be reported so far", Format::Percent(1), |(_, m)| value(Ok(m.completeness)))
            .column("Records in the end, estimate", Format::Integer, estimate(|e| e.median))
            .column("Estimate, lower limit", Format::Integer, estimate(|e| e.lower))
            .column("Estimate, upper limit", Format::Integer, estimate(|e| e.upper))
            .sheet(
                "Late reports",
                "late_reports_of_london",
                format!("London by month of occurrence: reports that are still to come, {} {}", self.month(), Note::Occurrence),
                vec!["Unit: records. Limits are at 95%.".to_owned()],
            )
    }
}
