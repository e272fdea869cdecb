//! Every rule that a file or a row can break.

use std::fmt;

/// What a broken rule costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The row is refused, and the others go in.
    Row,
    /// The file is refused.
    File,
}

macro_rules! rules {
    ($( $variant:ident = $id:literal, $reach:ident, $explanation:literal; )+) => {
        /// A rule that an input can break, with a stable identifier and a sentence that says how to mend it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule { $( #[doc = $explanation] $variant ),+ }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];
            /// Stable identifier.
            pub const fn id(self) -> &'static str { match self { $( Self::$variant => $id ),+ } }
            /// What is wrong and how to mend it, in a line.
            pub const fn explanation(self) -> &'static str { match self { $( Self::$variant => $explanation ),+ } }
            /// Whether it costs the row or the file.
            pub const fn reach(self) -> Reach { match self { $( Self::$variant => Reach::$reach ),+ } }
        }
    };
}

rules! {
    MissingId = "missing-id", Row, "the row has no identifier";
    IdDuplicateSame = "id-duplicate-same", Row, "the same record stands earlier in the file; the first is kept";
    IdDuplicateConflicting = "id-duplicate-conflicting", Row, "a record with the same identifier and day of knowledge but other content stands earlier in the file; the first is kept";
    MissingDate = "date-missing", Row, "the row has no date of occurrence";
    UnreadableDate = "date-unreadable", Row, "not a date; write YYYY-MM-DD, or name the format in the mapping";
    UnreadableMonth = "month-unreadable", Row, "not a month; write YYYY-MM";
    UnreadableTime = "time-unreadable", Row, "not a time of day; write HH:MM or HH:MM:SS, with Z or an offset unless it is London time";
    FutureDate = "date-in-future", Row, "the date lies after today";
    ImplausibleDate = "date-implausible", Row, "a date up to 1900-01-01 stands for a missing one in many systems; leave it blank";
    OccurredAfterRecorded = "occurred-after-recorded", Row, "the record was made before it happened";
    IntervalReversed = "interval-reversed", Row, "the end of the interval lies before its start";
    LocalTimeGap = "local-time-gap", Row, "this London time does not exist: the clocks went forward over it";
    NotANumber = "not-a-number", Row, "not a finite decimal number; write it with a point and without separators";
    ThousandSeparator = "thousand-separator", Row, "the number has a separator in it; write it without";
    HalfCoordinate = "half-a-coordinate", Row, "one coordinate of the pair is missing";
    LonOutOfRange = "lon-out-of-range", Row, "longitude lies outside -180 to 180";
    LatOutOfRange = "lat-out-of-range", Row, "latitude lies outside -90 to 90";
    NullIsland = "null-island", Row, "coordinates 0,0 stand for a missing place; leave them blank";
    AxesSwapped = "axes-swapped", Row, "longitude and latitude are swapped: exchanged they would lie in the study area; exchange the columns";
    BngInDegrees = "bng-in-degree-columns", Row, "British National Grid metres stand in the columns for degrees; name them easting and northing, or set crs in the mapping";
    WebMercatorInDegrees = "web-mercator-in-degree-columns", Row, "Web Mercator metres (EPSG:3857) stand in the columns for degrees; convert them to EPSG:4326";
    DegreesInBng = "degrees-in-grid-columns", Row, "degrees stand in the columns for British National Grid metres; name them lon and lat, or set crs in the mapping";
    OutsideNationalGrid = "outside-national-grid", Row, "easting or northing lies outside the British National Grid";
    OutsideStudyArea = "outside-study-area", Row, "the place lies outside the study area; name another with --study-area, or any";
    PointWithoutCoordinates = "point-without-coordinates", Row, "the place is said to be a point but has no coordinates";
    PlaceContradicted = "place-contradicted", Row, "the place is said to be no point but has coordinates";
    AreaWithoutCode = "area-without-code", Row, "the place is said to be an area but has no area code";
    BadAreaCode = "area-code-unreadable", Row, "not an area code: 1 to 32 letters, digits, points, hyphens or underscores";
    UnknownTimePrecision = "unknown-time-precision", Row, "not a known time precision; allowed: minute, day, month, interval";
    UnknownPlace = "unknown-place", Row, "not a known kind of place; allowed: point, area, online, unknown";
    UnknownPrecision = "unknown-precision", Row, "not a known precision; allowed: address, device, postcode, street, snapped, unstated";
    UnknownStrand = "unknown-strand", Row, "not a known strand; allowed: race_or_religion, race, religion, antisemitic, islamophobic, sexual_orientation, transgender, disability";
    UnknownOffence = "unknown-offence", Row, "not a known offence group or crime type";
    UnknownSource = "unknown-source", Row, "not a known source; allowed: victim, witness, third_party, app, police_generated, recorded";
    UnknownStatus = "unknown-status", Row, "not a known flag status; allowed: confirmed, provisional, removed";
    UnknownSetting = "unknown-setting", Row, "not a known setting; allowed: home, street, transport, business, education, worship, online, other";
    UnknownOutcome = "unknown-outcome", Row, "not a known outcome";
    UnmappedValue = "unmapped-value", Row, "the mapping has no entry for this value";
    MissingCount = "count-missing", Row, "the row has no count; a figure that is withheld says why: `[c]`, `[x]` or `[z]`";
    NegativeCount = "count-negative", Row, "a count cannot be negative";
    FractionalCount = "count-not-whole", Row, "a count must be a whole number";
    HugeCount = "count-too-large", Row, "a count above 4,294,967,295 cannot be kept";
    FieldTooLong = "field-too-long", Row, "the field is longer than is kept";
    ControlCharacter = "control-character", Row, "the field holds a control character";
    RaggedRow = "row-ragged", Row, "the row has more or fewer fields than the header";
    BadEncoding = "bad-encoding", Row, "the row is not UTF-8, though others are";
    MalformedFeature = "feature-malformed", Row, "not a GeoJSON feature with an object of properties";
    GeometryNotPoint = "geometry-not-a-point", Row, "the geometry is neither null nor a point of two or three numbers";
    FieldNotScalar = "field-not-scalar", Row, "the field is a list or an object where a single value is needed";

    EmptyFile = "file-empty", File, "the file is empty";
    FileTooLarge = "file-too-large", File, "the file is larger than 256 MiB compressed or 8 GiB plain";
    ExpandsTooFar = "expands-too-far", File, "the file expands more than a hundredfold, or beyond 8 GiB: it may be a bomb";
    TooManyRows = "too-many-rows", File, "the file has more than 50 million rows";
    TooManyColumns = "too-many-columns", File, "the file has more than 256 columns";
    RecordTooLong = "record-too-long", File, "a record is longer than 1 MiB";
    GzipDamaged = "gzip-damaged", File, "the gzip stream is truncated or damaged";
    NulByte = "nul-byte", File, "the text holds a NUL byte: it is no CSV, or it is damaged, or it is UTF-16";
    CrOnlyLines = "cr-only-lines", File, "the lines end with CR alone; write LF or CRLF";
    UnclosedQuote = "quote-unclosed", File, "a quoted field is opened and not closed where its line or the file ends";
    UnknownHeader = "header-unknown", File, "the header is of no known format; name the format, or write a mapping";
    MissingColumn = "header-missing-column", File, "a column that the format needs is missing from the header";
    DuplicateColumn = "header-duplicate-column", File, "a column that is needed stands twice in the header";
    ParquetMagic = "parquet-magic", File, "the file does not begin and end as a Parquet file does";
    ParquetFooter = "parquet-footer", File, "the Parquet footer is damaged, or does not fit into the file";
    ParquetDamaged = "parquet-damaged", File, "the Parquet pages cannot be read";
    ParquetRowCount = "parquet-row-count", File, "the Parquet file holds other rows than its footer says";
    ColumnType = "column-type", File, "the column has a type that cannot be read as text, number or date";
    JsonInvalid = "json-invalid", File, "not JSON";
    JsonTooDeep = "json-too-deep", File, "the JSON is nested too deep";
    NotFeatureCollection = "not-a-feature-collection", File, "the JSON is no GeoJSON FeatureCollection";
    NotPolygons = "not-polygons", File, "the file must hold polygons, and at least one";
    ForeignCrs = "foreign-crs", File, "the GeoJSON names a coordinate system other than WGS84";
    UnknownClass = "unknown-class", File, "not a known class; allowed: synthetic, open, restricted";
    MixedClass = "mixed-class", File, "the rows of one file are of different classes";
    MappingNeeded = "mapping-needed", File, "this format needs a mapping file";
    WrongContainer = "wrong-container", File, "this format cannot be read from this kind of file";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
