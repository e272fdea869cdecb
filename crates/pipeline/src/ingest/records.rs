//! A row becomes an incident or a count.

use super::fields::Fields;
use super::layout::Layout;
use super::mapping::{IdPolicy, Mapping, Midnight, PlaceWord, Vocabulary};
use super::place::{self, Axis, Bounds};
use super::pseudonym::{keyed, pseudonym};
use super::rule::Rule;
use super::time::{self, London, When};
use crate::batch::{AreaCount, Figure, PseudonymKey};
use crate::schema::input::Column;
use hotspot_core::projection::DatumShift;
use hotspot_core::{
    AreaCode, FlagStatus, Incident, IncidentId, LonLat, Month, Occurred, Offence, Outcome, Place, Precision, Pseudonym, Setting,
    Source, Strand, StrandSet, TimePrecision, Withheld,
};
use jiff::civil::{Date, Time};
use std::collections::HashMap;

/// Longest identifier, pseudonym, code or name.
pub(crate) const MAX_FIELD: usize = 128;

/// Where and why a row is refused.
pub(crate) type Refusal = (Option<Column>, Rule);

/// What a blank field means.
#[derive(Debug)]
struct Blank {
    strands: StrandSet,
    offence: Offence,
    source: Source,
    status: FlagStatus,
    setting: Setting,
    outcome: Outcome,
    precision: Precision,
    place: PlaceWord,
    area: String,
    known_on: Option<Date>,
}

impl Blank {
    fn new(mapping: &Mapping) -> Self {
        let own = Vocabulary::own();
        let text = |column| mapping.constants.get(&column).map_or("", String::as_str);
        Self {
            strands: text(Column::Strands).split(';').filter_map(|s| s.parse().ok()).collect::<Vec<Strand>>().into_iter().collect(),
            offence: own.offence.get(text(Column::Offence)).unwrap_or(Offence::Other),
            source: own.source.get(text(Column::Source)).unwrap_or(Source::Recorded),
            status: own.status.get(text(Column::Status)).unwrap_or(FlagStatus::Confirmed),
            setting: own.setting.get(text(Column::Setting)).unwrap_or(Setting::Other),
            outcome: own.outcome.get(text(Column::Outcome)).unwrap_or(Outcome::Unknown),
            precision: own.precision.get(text(Column::Precision)).unwrap_or(Precision::Unstated),
            place: own.place.get(text(Column::Place)).unwrap_or(PlaceWord::AsGiven),
            area: text(Column::AreaCode).to_owned(),
            known_on: text(Column::KnownOn).parse().ok(),
        }
    }
}

/// Reads rows under a mapping.
#[derive(Debug)]
pub(crate) struct RecordReader<'a> {
    pub layout: &'a Layout,
    pub mapping: &'a Mapping,
    pub bounds: Bounds<'a>,
    pub today: Date,
    pub known_on: Date,
    pub key: Option<&'a PseudonymKey>,
    /// How often each row without an identifier has come, by digest.
    unnamed: HashMap<[u8; 12], u32>,
    pub london: London,
    /// Points that were converted without the OSTN15 grid.
    pub helmert: u64,
    blank: Blank,
}

impl<'a> RecordReader<'a> {
    pub(crate) fn new(
        layout: &'a Layout,
        mapping: &'a Mapping,
        bounds: Bounds<'a>,
        [today, known_on]: [Date; 2],
        key: Option<&'a PseudonymKey>,
    ) -> Self {
        let blank = Blank::new(mapping);
        Self { layout, mapping, bounds, today, known_on, key, unnamed: HashMap::new(), london: London::new(), helmert: 0, blank }
    }

    /// A name for a row without identifier: the digest of all its fields, and which of such rows it is. The same rows in another
    /// file, packed or named otherwise, get the same names and are known already; identical rows of one file stay apart.
    fn named(&mut self, fields: &Fields) -> String {
        // Under the key too: else whoever knows the rest of the row could try references until the name fits.
        let digest = self.key.map_or_else(|| fields.digest(), |PseudonymKey(key)| keyed(key, &fields.digest()));
        let times = self.unnamed.entry(digest).or_default();
        *times += 1;
        format!("{}-{times}", super::source::hex(&digest))
    }

    /// Reads an incident.
    pub(crate) fn incident(&mut self, fields: &Fields) -> Result<Incident, Refusal> {
        let layout = self.layout;
        let words = &self.mapping.vocabulary;
        let text = |column| layout.text(column, fields);
        let at = |column| move |rule| (Some(column), rule);

        let id = text(Column::Id);
        let id = if id.is_empty() {
            match self.mapping.missing_id {
                IdPolicy::Reject => return Err((Some(Column::Id), Rule::MissingId)),
                IdPolicy::Number => self.named(fields),
            }
        } else {
            let prefix = self.mapping.prefixes.get(&Column::Id).map_or("", String::as_str);
            format!("{prefix}{}", kept(&id).map_err(at(Column::Id))?)
        };
        let known_on = self.known_on(fields)?;
        let occurred = self.occurred(fields)?;
        let recorded_on = self.day(Column::RecordedOn, fields)?;
        if let Some(recorded) = recorded_on {
            let start = self.london.local(occurred.from).date();
            if start > recorded {
                return Err((Some(Column::OccurredFrom), Rule::OccurredAfterRecorded));
            }
        }
        let strands = set(&text(Column::Strands), self.blank.strands, &words.strands).map_err(at(Column::Strands))?;
        macro_rules! word {
            ($column:ident, $field:ident) => {{
                let text = text(Column::$column);
                if text.is_empty() { self.blank.$field } else { words.$field.get(&text).map_err(at(Column::$column))? }
            }};
        }
        let offence = word!(Offence, offence);
        let source = word!(Source, source);
        let status = word!(Status, status);
        let setting = word!(Setting, setting);
        let outcome = word!(Outcome, outcome);
        let precision = word!(Precision, precision);
        let place_word = word!(Place, place);
        let victim = self.pseudonym(Column::Victim, fields)?;
        let reporter = self.pseudonym(Column::Reporter, fields)?;
        let premises = self.pseudonym(Column::Premises, fields)?;
        let place = self.place(place_word, precision, fields)?;
        let id = IncidentId(id);
        Ok(Incident {
            id,
            known_on,
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
        })
    }

    /// Reads a published count.
    pub(crate) fn count(&mut self, fields: &Fields) -> Result<AreaCount, Refusal> {
        let layout = self.layout;
        let text = |column| layout.text(column, fields);
        let at = |column| move |rule| (Some(column), rule);
        let known_on = self.known_on(fields)?;
        let month = text(Column::OccurredFrom);
        if month.is_empty() {
            return Err((Some(Column::OccurredFrom), Rule::MissingDate));
        }
        let month = match self.when(&month).map_err(at(Column::OccurredFrom))? {
            When::Month(month) => month,
            When::Day(day) if day.day() == 1 => {
                day.to_string()[..7].parse().map_err(|_| (Some(Column::OccurredFrom), Rule::UnreadableMonth))?
            }
            _ => return Err((Some(Column::OccurredFrom), Rule::UnreadableMonth)),
        };
        if month.first_day() > self.today {
            return Err((Some(Column::OccurredFrom), Rule::FutureDate));
        }
        let strand = text(Column::Strands);
        let strand = if strand.is_empty() {
            self.blank.strands
        } else {
            self.mapping.vocabulary.strands.get(&strand).map_err(at(Column::Strands))?
        };
        // A published strand stands alone: the table has rows of its own for its parents.
        let strand = strand.iter().last();
        let area = self.area_code(fields)?;
        let name = text(Column::AreaName);
        let area_name = if name.is_empty() { None } else { Some(kept(&name).map_err(at(Column::AreaName))?.to_owned()) };
        let cell = text(Column::Count);
        let figure = match Withheld::from_mark(&cell) {
            Some(why) => Figure::Withheld(why),
            None => Figure::Count(whole(&cell).map_err(at(Column::Count))?),
        };
        Ok(AreaCount { area, area_name, month, strand, figure, known_on })
    }

    fn known_on(&mut self, fields: &Fields) -> Result<Date, Refusal> {
        Ok(self.day(Column::KnownOn, fields)?.or(self.blank.known_on).unwrap_or(self.known_on))
    }

    /// A column that holds a day; of a time its London day is taken.
    fn day(&mut self, column: Column, fields: &Fields) -> Result<Option<Date>, Refusal> {
        let layout = self.layout;
        let text = layout.text(column, fields);
        if text.is_empty() {
            return Ok(None);
        }
        let when = self.when(&text).map_err(|rule| (Some(column), rule))?;
        if matches!(when, When::Month(_)) {
            return Err((Some(column), Rule::UnreadableDate));
        }
        let day = self.london.day(when);
        if day > self.today { Err((Some(column), Rule::FutureDate)) } else { Ok(Some(day)) }
    }

    fn when(&self, text: &str) -> Result<When, Rule> {
        let when =
            if self.mapping.formats.is_empty() { time::iso(text)? } else { time::with_formats(text, &self.mapping.formats)? };
        Ok(match when {
            When::Local(local) if self.mapping.midnight == Midnight::Missing && local.time() == Time::midnight() => {
                When::Day(local.date())
            }
            other => other,
        })
    }

    fn occurred(&mut self, fields: &Fields) -> Result<Occurred, Refusal> {
        let layout = self.layout;
        let from = layout.text(Column::OccurredFrom, fields);
        if from.is_empty() {
            return Err((Some(Column::OccurredFrom), Rule::MissingDate));
        }
        let mut from = self.when(&from).map_err(|rule| (Some(Column::OccurredFrom), rule))?;
        let to = layout.text(Column::OccurredTo, fields);
        let to = if to.is_empty() { None } else { Some(self.when(&to).map_err(|rule| (Some(Column::OccurredTo), rule))?) };
        let stated = layout.text(Column::TimePrecision, fields);
        let stated = if stated.is_empty() {
            None
        } else {
            Some(self.mapping.vocabulary.time_precision.get(&stated).map_err(|rule| (Some(Column::TimePrecision), rule))?)
        };
        // A mapping may say that the publisher's day or time is not when it happened, but only near it.
        match self.mapping.time_precision {
            Some(TimePrecision::Month) => {
                let day = self.london.day(from);
                from = When::Month(Month::of(day).ok_or((Some(Column::OccurredFrom), Rule::ImplausibleDate))?);
            }
            Some(TimePrecision::Day) if !matches!(from, When::Month(_)) => from = When::Day(self.london.day(from)),
            _ => {}
        }
        self.london
            .occurred(from, to, stated, self.today)
            .map_err(|(end, rule)| (Some(if end { Column::OccurredTo } else { Column::OccurredFrom }), rule))
    }

    fn place(&mut self, word: PlaceWord, precision: Precision, fields: &Fields) -> Result<Place, Refusal> {
        let point = self.point(fields)?;
        let contradicted = Err((Some(Column::Place), Rule::PlaceContradicted));
        match (word, point) {
            (PlaceWord::AsGiven | PlaceWord::Point, Some(location)) => Ok(Place::Point { location, precision }),
            (PlaceWord::Point, None) => Err((Some(Column::Place), Rule::PointWithoutCoordinates)),
            (PlaceWord::Area | PlaceWord::Online | PlaceWord::Unknown, Some(_)) => contradicted,
            (PlaceWord::Online, None) => Ok(Place::Online),
            (PlaceWord::Unknown, None) => Ok(Place::Unknown),
            (PlaceWord::Area, None) => match self.area_code(fields)? {
                Some(code) => Ok(Place::Area(code)),
                None => Err((Some(Column::AreaCode), Rule::AreaWithoutCode)),
            },
            (PlaceWord::AsGiven, None) => Ok(self.area_code(fields)?.map_or(Place::Unknown, Place::Area)),
        }
    }

    fn point(&mut self, fields: &Fields) -> Result<Option<LonLat>, Refusal> {
        let degrees = self.pair([Column::Lon, Column::Lat], fields)?;
        if let Some([lon, lat]) = degrees {
            let refused = |(axis, rule)| (Some(if axis == Axis::First { Column::Lon } else { Column::Lat }), rule);
            return place::degrees(lon, lat, &self.bounds).map(Some).map_err(refused);
        }
        let Some([easting, northing]) = self.pair([Column::Easting, Column::Northing], fields)? else { return Ok(None) };
        let refused = |(axis, rule)| (Some(if axis == Axis::First { Column::Easting } else { Column::Northing }), rule);
        let (p, shift) = place::metres(easting, northing, &self.bounds).map_err(refused)?;
        self.helmert += u64::from(shift == DatumShift::Helmert);
        Ok(Some(p))
    }

    fn pair(&self, columns: [Column; 2], fields: &Fields) -> Result<Option<[f64; 2]>, Refusal> {
        let [first, second] = columns.map(|c| self.layout.text(c, fields));
        match (first.is_empty(), second.is_empty()) {
            (true, true) => Ok(None),
            (true, false) => Err((Some(columns[0]), Rule::HalfCoordinate)),
            (false, true) => Err((Some(columns[1]), Rule::HalfCoordinate)),
            (false, false) => Ok(Some([
                place::number(&first).map_err(|rule| (Some(columns[0]), rule))?,
                place::number(&second).map_err(|rule| (Some(columns[1]), rule))?,
            ])),
        }
    }

    fn area_code(&self, fields: &Fields) -> Result<Option<AreaCode>, Refusal> {
        let code = self.layout.text(Column::AreaCode, fields);
        let code = if code.is_empty() { self.blank.area.as_str() } else { &code };
        if code.is_empty() {
            return Ok(None);
        }
        let code = format!("{}{code}", self.mapping.prefixes.get(&Column::AreaCode).map_or("", String::as_str));
        let readable = code.len() <= 32 && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        if readable { Ok(Some(AreaCode(code))) } else { Err((Some(Column::AreaCode), Rule::BadAreaCode)) }
    }

    fn pseudonym(&self, column: Column, fields: &Fields) -> Result<Option<Pseudonym>, Refusal> {
        let text = self.layout.text(column, fields);
        if text.is_empty() {
            return Ok(None);
        }
        let text = kept(&text).map_err(|rule| (Some(column), rule))?;
        Ok(Some(Pseudonym(match self.key {
            Some(PseudonymKey(key)) => pseudonym(key, column.name(), text),
            None => text.to_owned(),
        })))
    }
}

/// Strands separated by `;`, or one value of the publisher's.
fn set(text: &str, blank: StrandSet, table: &super::mapping::Table<StrandSet>) -> Result<StrandSet, Rule> {
    if text.is_empty() {
        return Ok(blank);
    }
    if !text.contains(';') {
        return table.get(text);
    }
    text.split(';').map(str::trim).filter(|s| !s.is_empty()).try_fold(StrandSet::EMPTY, |set, s| Ok(set.union(table.get(s)?)))
}

/// A text that is kept as it is.
fn kept(text: &str) -> Result<&str, Rule> {
    if text.len() > MAX_FIELD {
        return Err(Rule::FieldTooLong);
    }
    if text.chars().any(char::is_control) { Err(Rule::ControlCharacter) } else { Ok(text) }
}

/// A whole number from 0.
fn whole(text: &str) -> Result<u32, Rule> {
    if text.is_empty() {
        return Err(Rule::MissingCount);
    }
    let value = place::number(text)?;
    if value < 0.0 {
        Err(Rule::NegativeCount)
    } else if value.fract() != 0.0 {
        Err(Rule::FractionalCount)
    } else if value > f64::from(u32::MAX) {
        Err(Rule::HugeCount)
    } else {
        Ok(value as u32)
    }
}
