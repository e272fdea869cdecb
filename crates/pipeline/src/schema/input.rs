//! Columns of the files that come in: our own schema, and the layouts that are known by their header.
//!
//! # Our own schema
//!
//! `data/schema/hotspot-incidents.json` says the same as a Frictionless table schema.
//!
//! A CSV, Parquet or GeoJSON file with one row (feature) for each version of a record. Three columns are needed: `id`,
//! `occurred_from` (or `occurred`, or `month`) and `strands` (or `strand`); every other may be missing or blank and then
//! means what [`Column::when_blank`] says. Other columns are ignored. Header names are compared without regard to case.
//!
//! * **Dates** are `YYYY-MM-DD`; **months** `YYYY-MM`; **times** `YYYY-MM-DDTHH:MM[:SS[.fraction]]`, in London time unless
//!   `Z` or an offset follows. A date without a time is a whole day, never midnight; a month a whole month.
//! * **Several strands** are separated by `;`. Sub-strands bring their parents with them.
//! * **Several versions** of a record have the same `id` and different `known_on`.
//! * **Places**: `lon,lat` in WGS84 degrees or `easting,northing` in British National Grid metres make a point;
//!   an `area_code` alone an area; `place` says `online` or `unknown`.
//! * `class` is the same in every row: `synthetic` files go only into synthetic stores, others never do.
//!
//! # Counts per area and month
//!
//! One row for each figure: the code of the area ([`AREAS`]), `month`, `strand` (missing or blank: all), and `count` or `offences`; `known_on` and
//! `class` as above. A row without a code is kept and stands for no place. Several versions of a figure differ in `known_on`.
//!
//! The figure is a whole number from 0, or says why there is none, in the marks of [`Withheld::MARKS`] and nothing beside them:
//!
//! | in the cell | the figure is |
//! | --- | --- |
//! | `[c]`, `*` | suppressed: the publisher keeps the number back |
//! | `[low]` | suppressed too: it rounds to 0 and is not 0 |
//! | `[x]`, `..` | not available |
//! | `[z]`, `-` | not applicable |
//!
//! A withheld figure is a row like any other in every account, and in no count: it is not known, which is not 0. A number that comes later
//! replaces it, and the other way round. A blank cell and any other text are refused.
//!
//! [`Withheld::MARKS`]: hotspot_core::Withheld::MARKS

macro_rules! columns {
    ($( $variant:ident = $name:literal, [$($alias:literal),*], $blank:literal, $meaning:literal; )+) => {
        /// A column of an input.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Column { $( #[doc = $meaning] $variant ),+ }

        impl Column {
            /// Every column.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];
            /// Name in our own schema.
            pub const fn name(self) -> &'static str { match self { $( Self::$variant => $name ),+ } }
            /// Its names in our own schema, the first present one counts.
            pub const fn names(self) -> &'static [&'static str] { match self { $( Self::$variant => &[$name $(, $alias)*] ),+ } }
            /// What a missing or blank field means.
            pub const fn when_blank(self) -> &'static str { match self { $( Self::$variant => $blank ),+ } }
            /// What it holds.
            pub const fn meaning(self) -> &'static str { match self { $( Self::$variant => $meaning ),+ } }
        }
    };
}

columns! {
    Id = "id", [], "refused", "Identifier of the record, unique within its publisher; at most 128 characters";
    KnownOn = "known_on", [], "the day of ingest", "Day on which this version of the record became known";
    OccurredFrom = "occurred_from", ["occurred", "month"], "refused", "Month, day or time at which it happened, or the earliest";
    OccurredTo = "occurred_to", [], "the same as occurred_from", "Latest day or time at which it happened";
    TimePrecision = "time_precision", [], "as occurred_from is written", "minute, day, month or interval";
    RecordedOn = "recorded_on", [], "not known", "Day of recording";
    Lon = "lon", ["longitude"], "no point", "Longitude, WGS84 degrees";
    Lat = "lat", ["latitude"], "no point", "Latitude, WGS84 degrees";
    Easting = "easting", [], "no point", "British National Grid easting, metres";
    Northing = "northing", [], "no point", "British National Grid northing, metres";
    Precision = "precision", [], "unstated", "How well the point is known";
    Place = "place", [], "point with coordinates, area with an area code, else unknown", "point, area, online or unknown";
    AreaCode = "area_code", [], "no area", "Code of the area, where no point is known";
    Strands = "strands", ["strand"], "no strand: a crime without a hate flag", "Strands, separated by ;";
    Offence = "offence", [], "other", "Group of offence";
    Source = "source", [], "recorded", "Who brought it about";
    Status = "status", [], "confirmed", "How firm the hate flag is";
    Setting = "setting", [], "other", "Kind of place";
    Outcome = "outcome", [], "unknown", "Where the investigation stands";
    Victim = "victim", [], "none", "Keyed pseudonym of the victim";
    Reporter = "reporter", [], "none", "Keyed pseudonym of who reported it";
    Premises = "premises", [], "none", "Keyed pseudonym of the premises";
    Class = "class", [], "not stated", "synthetic, open or restricted";
    AreaName = "area_name", [], "none", "Name of the area of a count";
    Count = "count", ["offences"], "refused", "A published count";
}

/// The columns of an incident in our own schema, in the order in which they are written.
pub const INCIDENT: &[Column] = &[
    Column::Id,
    Column::KnownOn,
    Column::OccurredFrom,
    Column::OccurredTo,
    Column::TimePrecision,
    Column::RecordedOn,
    Column::Lon,
    Column::Lat,
    Column::Precision,
    Column::Place,
    Column::AreaCode,
    Column::Strands,
    Column::Offence,
    Column::Source,
    Column::Status,
    Column::Setting,
    Column::Outcome,
    Column::Victim,
    Column::Reporter,
    Column::Premises,
    Column::Class,
];

/// The cell or area of a row in a table of sources for the map of silence; every other column of it is a source.
pub const SOURCES_ID: &str = "id";

/// The columns that our own schema may also bring: metres instead of degrees.
pub const METRES: &[Column] = &[Column::Easting, Column::Northing];

/// The columns that our own schema needs.
pub const NEEDED: &[Column] = &[Column::Id, Column::OccurredFrom, Column::Strands];

/// The columns of a street file of data.police.uk that are read.
pub const POLICE_UK: &[(Column, &str)] = &[
    (Column::Id, "Crime ID"),
    (Column::OccurredFrom, "Month"),
    (Column::Lon, "Longitude"),
    (Column::Lat, "Latitude"),
    (Column::Offence, "Crime type"),
    (Column::Outcome, "Last outcome category"),
];

/// The columns of police.uk records as its API names them, in one table.
pub const POLICE_UK_TABLE: &[(Column, &str)] = &[
    (Column::Id, "id"),
    (Column::OccurredFrom, "month"),
    (Column::Lon, "lon"),
    (Column::Lat, "lat"),
    (Column::Offence, "category"),
    (Column::Outcome, "outcome"),
    (Column::Place, "loctype"),
];

/// The code columns of counts per area, the finest area first, each with the names that may stand beside it.
pub const AREAS: &[(&str, &[&str])] = &[
    ("lsoa_code", &["lsoa_name"]),
    ("wardcode", &["wardname", "ward_name"]),
    ("code", &["name", "area_name", "area"]),
    ("gss_code", &["borough", "name", "area_name", "area"]),
];

/// The month of a count.
pub const COUNT_MONTH: &str = "month";

/// The strand of a count.
pub const COUNT_STRAND: &str = "strand";

/// A calendar of events.
pub mod calendar {
    /// Identifier, without spaces.
    pub const ID: &str = "id";
    /// What it is called.
    pub const NAME: &str = "name";
    /// Its first day.
    pub const FROM: &str = "from";
    /// Its last day.
    pub const TO: &str = "to";
    /// The strands that it sets off; blank for all records.
    pub const STRANDS: &str = "strands";
    /// Codes of the areas that it concerns; blank for all.
    pub const AREAS: &str = "areas";
    /// All of them.
    pub const ALL: [&str; 6] = [ID, NAME, FROM, TO, STRANDS, AREAS];
}

/// Resources, a row for each amount.
pub mod resources {
    /// Kind, such as officers.
    pub const KIND: &str = "kind";
    /// hotspot, area, bcu, point or all.
    pub const PLACE_TYPE: &str = "place_type";
    /// Which place.
    pub const PLACE: &str = "place";
    /// First day.
    pub const PERIOD_START: &str = "period_start";
    /// Last day.
    pub const PERIOD_END: &str = "period_end";
    /// How much.
    pub const AMOUNT: &str = "amount";
    /// Of what.
    pub const UNIT: &str = "unit";
    /// planned or delivered.
    pub const STATUS: &str = "status";
    /// Who says so.
    pub const SOURCE: &str = "source";
    /// A remark, which nothing reads.
    pub const NOTE: &str = "note";
}

/// Who lives where, a row for each group and area; and stops, a row for each group, area and period.
pub mod people {
    /// Code of the area.
    pub const AREA: &str = "area_code";
    /// Group of people.
    pub const GROUP: &str = "group";
    /// How many live there.
    pub const PEOPLE: &str = "people";
    /// Who says so.
    pub const SOURCE: &str = "source";
    /// First day.
    pub const PERIOD_START: &str = "period_start";
    /// Last day.
    pub const PERIOD_END: &str = "period_end";
    /// How many were stopped.
    pub const STOPS: &str = "stops";
}

/// Weights of harm, a row for each group of offences.
pub mod harm {
    /// Group of offences.
    pub const OFFENCE: &str = "offence";
    /// Weight.
    pub const WEIGHT: &str = "weight";
}

/// Where sites could be, a row for each.
pub mod candidates {
    /// Identifier.
    pub const ID: &str = "id";
    /// WGS84 degrees.
    pub const LON: &str = "lon";
    /// WGS84 degrees.
    pub const LAT: &str = "lat";
}

/// Measures of success, a row for each figure.
pub mod measures {
    /// What is measured.
    pub const MEASURE: &str = "measure";
    /// First day.
    pub const PERIOD_START: &str = "period_start";
    /// Last day.
    pub const PERIOD_END: &str = "period_end";
    /// london, a command unit, or a borough.
    pub const AREA: &str = "area";
    /// A strand, or all.
    pub const STRAND: &str = "strand";
    /// Unit of the value.
    pub const UNIT: &str = "unit";
    /// The part, or the count.
    pub const NUMERATOR: &str = "numerator";
    /// The whole, or the sample.
    pub const DENOMINATOR: &str = "denominator";
    /// Effective sample.
    pub const EFFECTIVE_N: &str = "effective_n";
    /// A value that is not the share of two counts.
    pub const VALUE: &str = "value";
    /// Its lower limit.
    pub const LOWER: &str = "lower";
    /// Its upper limit.
    pub const UPPER: &str = "upper";
    /// Cases of a cohort that are not decided.
    pub const OPEN: &str = "open";
    /// Class of the figures.
    pub const CLASS: &str = "class";
    /// Who says so.
    pub const SOURCE: &str = "source";
    /// A remark.
    pub const NOTE: &str = "note";
    /// Those of numbers, which a kind of measure needs or leaves blank.
    pub const FIGURES: [&str; 7] = [NUMERATOR, DENOMINATOR, EFFECTIVE_N, VALUE, LOWER, UPPER, OPEN];
}

/// Most similar boroughs, a row for each pair.
pub mod similar {
    /// Code of a borough.
    pub const CODE: &str = "code";
    /// Code of one that is similar, the most similar first.
    pub const SIMILAR: &str = "similar";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_needed_column_is_a_column_of_the_schema() {
        assert!(NEEDED.iter().all(|c| INCIDENT.contains(c)));
        let mut names: Vec<_> = Column::ALL.iter().flat_map(|c| c.names()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Column::ALL.iter().map(|c| c.names().len()).sum::<usize>(), "a name stands for two columns");
    }

    #[test]
    fn the_published_schema_says_what_the_code_does() {
        let published: serde_json::Value =
            serde_json::from_str(include_str!("../../../../data/schema/hotspot-incidents.json")).expect("JSON");
        let fields = published["fields"].as_array().expect("fields");
        let columns: Vec<Column> = INCIDENT.iter().chain(METRES).copied().collect();
        assert_eq!(fields.len(), columns.len());
        for column in columns {
            let field =
                fields.iter().find(|f| f["name"] == column.name()).unwrap_or_else(|| panic!("{} is missing", column.name()));
            let description = field["description"].as_str().expect("a description");
            assert!(description.starts_with(column.meaning()), "{}: {description}", column.name());
            assert!(description.ends_with(&format!("Blank: {}.", column.when_blank())), "{}: {description}", column.name());
            assert!(column.names()[1..].iter().all(|alias| description.contains(alias)), "{}: {description}", column.name());
            let required = column.when_blank() == "refused";
            assert_eq!(field["constraints"]["required"].as_bool().unwrap_or(false), required, "{}", column.name());
        }
    }
}
