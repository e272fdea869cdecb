//! Columns of the files that the store and the releases keep.
//!
//! Closed sets stand as their code (`hotspot_core::Offence::code` and its like), sets as their bits, months as months
//! since 1900-01, days as Parquet dates, instants as microseconds of UTC, cells as `u64`, geometry as WKB of WGS84 degrees
//! (GeoParquet).

/// Incidents in the store: one row a version of a record.
pub(crate) mod incident {
    use crate::frame::Col;
    use hotspot_core::{FlagStatus, Month, Offence, Outcome, PlaceKind, Precision, Setting, Source, StrandSet, TimePrecision};
    use jiff::{Timestamp, civil::Date};

    pub(crate) const ID: Col<String> = Col::new("id");
    pub(crate) const KNOWN_ON: Col<Date> = Col::new("known_on");
    /// Digest of everything but identifier and day of knowledge.
    pub(crate) const CONTENT: Col<u64> = Col::new("content");
    pub(crate) const PLACE: Col<PlaceKind> = Col::new("place");
    pub(crate) const LON: Col<f64> = Col::new("lon");
    pub(crate) const LAT: Col<f64> = Col::new("lat");
    pub(crate) const PRECISION: Col<Precision> = Col::new("precision");
    pub(crate) const AREA_CODE: Col<String> = Col::new("area_code");
    pub(crate) const OCCURRED_FROM: Col<Timestamp> = Col::new("occurred_from");
    pub(crate) const OCCURRED_TO: Col<Timestamp> = Col::new("occurred_to");
    pub(crate) const TIME_PRECISION: Col<TimePrecision> = Col::new("time_precision");
    pub(crate) const MONTH: Col<Month> = Col::new("month");
    pub(crate) const HOUR_OF_WEEK: Col<u8> = Col::new("hour_of_week");
    pub(crate) const AMBIGUOUS: Col<bool> = Col::new("ambiguous");
    pub(crate) const RECORDED_ON: Col<Date> = Col::new("recorded_on");
    pub(crate) const STRANDS: Col<StrandSet> = Col::new("strands");
    pub(crate) const OFFENCE: Col<Offence> = Col::new("offence");
    pub(crate) const SOURCE: Col<Source> = Col::new("source");
    pub(crate) const STATUS: Col<FlagStatus> = Col::new("status");
    pub(crate) const SETTING: Col<Setting> = Col::new("setting");
    pub(crate) const OUTCOME: Col<Outcome> = Col::new("outcome");
    pub(crate) const VICTIM: Col<String> = Col::new("victim");
    pub(crate) const REPORTER: Col<String> = Col::new("reporter");
    pub(crate) const PREMISES: Col<String> = Col::new("premises");
}

/// Published counts in the store: one row a version of a figure.
pub(crate) mod count {
    use crate::frame::Col;
    use hotspot_core::{Month, Strand, Withheld};
    use jiff::civil::Date;

    /// What the figure is of: area, month, strand, and which of several such rows of its file.
    pub(crate) const KEY: Col<String> = Col::new("key");
    pub(crate) const KNOWN_ON: Col<Date> = Col::new("known_on");
    /// Digest of everything but key and day of knowledge.
    pub(crate) const CONTENT: Col<u64> = Col::new("content");
    pub(crate) const AREA_CODE: Col<String> = Col::new("area_code");
    pub(crate) const AREA_NAME: Col<String> = Col::new("area_name");
    pub(crate) const MONTH: Col<Month> = Col::new("month");
    pub(crate) const STRAND: Col<Strand> = Col::new("strand");
    /// None where the figure is withheld.
    pub(crate) const COUNT: Col<u32> = Col::new("count");
    /// Why there is no number. A file written before this column was thought of has none, and nothing withheld.
    pub(crate) const WITHHELD: Col<Withheld> = Col::new("withheld");
}

/// Links between records in the store.
pub(crate) mod link {
    use crate::frame::Col;
    use jiff::civil::Date;

    pub(crate) const ID: Col<String> = Col::new("id");
    pub(crate) const SAME_AS: Col<String> = Col::new("same_as");
    pub(crate) const BASIS: Col<String> = Col::new("basis");
    pub(crate) const KNOWN_ON: Col<Date> = Col::new("known_on");
}

/// Facts of a release: no coordinates, identifiers or pseudonyms.
pub(crate) mod fact {
    use crate::frame::Col;
    use hotspot_core::{FlagStatus, Month, Offence, Outcome, PlaceKind, Precision, Setting, SourceSet, StrandSet};

    pub(crate) const UNIT: Col<u32> = Col::new("unit");
    pub(crate) const AREA: Col<u16> = Col::new("area");
    pub(crate) const MONTH: Col<Month> = Col::new("month");
    pub(crate) const RECORDED: Col<Month> = Col::new("recorded");
    pub(crate) const STRANDS: Col<StrandSet> = Col::new("strands");
    pub(crate) const OFFENCE: Col<Offence> = Col::new("offence");
    pub(crate) const SOURCES: Col<SourceSet> = Col::new("sources");
    pub(crate) const STATUS: Col<FlagStatus> = Col::new("status");
    pub(crate) const SETTING: Col<Setting> = Col::new("setting");
    pub(crate) const OUTCOME: Col<Outcome> = Col::new("outcome");
    pub(crate) const HOUR_OF_WEEK: Col<u8> = Col::new("hour_of_week");
    pub(crate) const PLACE: Col<PlaceKind> = Col::new("place");
    pub(crate) const COUNT: Col<u32> = Col::new("count");
    /// Which rows are of one victim: null where none is known, 0 for the victim of no other row, else a number that means nothing elsewhere.
    pub(crate) const VICTIM: Col<u32> = Col::new("victim");
    /// How well the point of the row is known: null for a row without a point in a unit.
    pub(crate) const PRECISION: Col<Precision> = Col::new("precision");
}

/// Units of a release: cells of the finest resolution, or areas.
pub(crate) mod unit {
    use crate::frame::Col;
    use h3o::CellIndex;

    pub(crate) const H3: Col<CellIndex> = Col::new("h3");
    pub(crate) const CODE: Col<String> = Col::new("code");
    pub(crate) const NAME: Col<String> = Col::new("name");
    pub(crate) const AREA_KM2: Col<f64> = Col::new("area_km2");
    pub(crate) const RESIDENTS: Col<u32> = Col::new("residents");
    pub(crate) const GEOMETRY: Col<Vec<u8>> = Col::new("geometry");
}

/// Analyses of a release: one row for all records and one for each strand.
pub(crate) mod analysis {
    use crate::frame::Col;
    use hotspot_core::{Month, Strand};

    pub(crate) const STRAND: Col<Strand> = Col::new("strand");
    pub(crate) const FROM: Col<Month> = Col::new("from");
    pub(crate) const TO: Col<Month> = Col::new("to");
    pub(crate) const N: Col<u32> = Col::new("n");
    /// The least number that would do, where there was too little to tell.
    pub(crate) const MINIMUM: Col<u32> = Col::new("minimum");
    pub(crate) const PRIOR_SHAPE: Col<f64> = Col::new("prior_shape");
    pub(crate) const PRIOR_RATE: Col<f64> = Col::new("prior_rate");
}

/// Hotspots of the release before that a release has not got.
pub(crate) mod ended {
    use crate::frame::Col;
    use hotspot_core::Month;

    /// Row of the analysis.
    pub(crate) const ANALYSIS: Col<u32> = Col::new("analysis");
    pub(crate) const ID: Col<String> = Col::new("id");
    pub(crate) const FIRST_SEEN: Col<Month> = Col::new("first_seen");
    /// Its name, and its incidents in the window of that release.
    pub(crate) const NAME: Col<String> = Col::new("name");
    pub(crate) const N: Col<u32> = Col::new("n");
    /// The hotspot that holds a part of it now.
    pub(crate) const INTO: Col<String> = Col::new("into");
}

/// Hotspots of a release.
pub(crate) mod hotspot {
    use crate::frame::Col;
    use hotspot_core::Month;

    /// Row of the analysis.
    pub(crate) const ANALYSIS: Col<u32> = Col::new("analysis");
    pub(crate) const ID: Col<String> = Col::new("id");
    pub(crate) const FIRST_SEEN: Col<Month> = Col::new("first_seen");
    /// What became of it since the release before.
    pub(crate) const CHANGE: Col<String> = Col::new("change");
    /// Identifiers of the hotspots before of which it holds a part, separated by spaces.
    pub(crate) const OF: Col<String> = Col::new("of");
    pub(crate) const RANK: Col<u32> = Col::new("rank");
    pub(crate) const NAME: Col<String> = Col::new("name");
    pub(crate) const AREA_CODE: Col<String> = Col::new("area_code");
    /// Rows of units at the release's resolution.
    pub(crate) const UNITS: Col<Vec<u32>> = Col::new("units");
    pub(crate) const PEAK: Col<u32> = Col::new("peak");
    pub(crate) const AREA_KM2: Col<f64> = Col::new("area_km2");
    pub(crate) const N: Col<u32> = Col::new("n");
    pub(crate) const EXPECTED: Col<f64> = Col::new("expected");
    pub(crate) const RATIO: Col<f64> = Col::new("ratio");
    pub(crate) const RATIO_LO: Col<f64> = Col::new("ratio_lo");
    pub(crate) const RATIO_HI: Col<f64> = Col::new("ratio_hi");
    pub(crate) const PROBABILITY: Col<f64> = Col::new("probability");
    /// Whether it would still be a hotspot if any one of its incidents were not there.
    pub(crate) const STANDS_WITHOUT_ONE: Col<bool> = Col::new("stands_without_one");
    /// Incidents of each strand, in the order of the strands' codes.
    pub(crate) const STRAND_COUNTS: Col<Vec<u32>> = Col::new("strand_counts");
    /// Share of the settings in which it is hot.
    pub(crate) const ROBUSTNESS: Col<f64> = Col::new("robustness");
    /// By setting of the manifest: 1 it is hot, 0 it is not, 2 nothing is said.
    pub(crate) const HOLDS: Col<Vec<u32>> = Col::new("holds");
    /// How sure it is: clear, weak or cannot_tell.
    pub(crate) const EVIDENCE: Col<String> = Col::new("evidence");
    /// Exact conditional p of Gi* at the peak, and adjusted for all units (Benjamini and Hochberg).
    pub(crate) const GI_STAR_P: Col<f64> = Col::new("gi_star_p");
    pub(crate) const GI_STAR_Q: Col<f64> = Col::new("gi_star_q");
    /// 95 % interval of the peak's rank among so many units, and P(among the highest 1 %).
    pub(crate) const PEAK_RANK_LO: Col<u32> = Col::new("peak_rank_lo");
    pub(crate) const PEAK_RANK_HI: Col<u32> = Col::new("peak_rank_hi");
    pub(crate) const PEAK_RANK_OF: Col<u32> = Col::new("peak_rank_of");
    pub(crate) const PEAK_IN_TOP: Col<f64> = Col::new("peak_in_top");
    /// The scan cluster in which most of its incidents lie.
    pub(crate) const SCAN_CLUSTER: Col<u32> = Col::new("scan_cluster");
    pub(crate) const SCAN_CASES: Col<u32> = Col::new("scan_cases");
    pub(crate) const SCAN_EXPECTED: Col<f64> = Col::new("scan_expected");
    pub(crate) const SCAN_P: Col<f64> = Col::new("scan_p");
    pub(crate) const SCAN_SHARED: Col<u32> = Col::new("scan_shared");
    /// Incidents with a known victim, reporter and address.
    pub(crate) const KNOWN_VICTIM: Col<u32> = Col::new("known_victim");
    pub(crate) const KNOWN_REPORTER: Col<u32> = Col::new("known_reporter");
    pub(crate) const KNOWN_PREMISES: Col<u32> = Col::new("known_premises");
    /// Incidents by month of the window.
    pub(crate) const MONTH_COUNTS: Col<Vec<u32>> = Col::new("month_counts");
    pub(crate) const GEOMETRY: Col<Vec<u8>> = Col::new("geometry");
}

/// Rates of the hotspots of a release by named denominators; no numbers where the denominator is unfit.
pub(crate) mod place_rate {
    use crate::frame::Col;

    /// Row of the analysis.
    pub(crate) const ANALYSIS: Col<u32> = Col::new("analysis");
    pub(crate) const HOTSPOT: Col<String> = Col::new("hotspot");
    pub(crate) const DENOMINATOR: Col<String> = Col::new("denominator");
    /// Incidents in its units that have a rate.
    pub(crate) const N: Col<u32> = Col::new("n");
    pub(crate) const MEASURE: Col<f64> = Col::new("measure");
    /// Per unit of the denominator a year, with exact 95 % Poisson limits.
    pub(crate) const RATE: Col<f64> = Col::new("rate");
    pub(crate) const RATE_LO: Col<f64> = Col::new("rate_lo");
    pub(crate) const RATE_HI: Col<f64> = Col::new("rate_hi");
    /// Times the study area's rate, with 95 % credible interval.
    pub(crate) const RATIO: Col<f64> = Col::new("ratio");
    pub(crate) const RATIO_LO: Col<f64> = Col::new("ratio_lo");
    pub(crate) const RATIO_HI: Col<f64> = Col::new("ratio_hi");
    pub(crate) const PROBABILITY: Col<f64> = Col::new("probability");
}

/// Every unit of a release at the resolution of the hotspots, by named denominators: all records of the window.
pub(crate) mod unit_rate {
    use crate::frame::Col;

    pub(crate) const DENOMINATOR: Col<String> = Col::new("denominator");
    /// Cell in hexadecimal, or code of the area.
    pub(crate) const UNIT: Col<String> = Col::new("unit");
    pub(crate) const MEASURE: Col<f64> = Col::new("measure");
    /// Incidents; none where the unit has no rate.
    pub(crate) const N: Col<u32> = Col::new("n");
    pub(crate) const EXPECTED: Col<f64> = Col::new("expected");
    pub(crate) const RATIO: Col<f64> = Col::new("ratio");
    pub(crate) const RATIO_LO: Col<f64> = Col::new("ratio_lo");
    pub(crate) const RATIO_HI: Col<f64> = Col::new("ratio_hi");
    pub(crate) const PROBABILITY: Col<f64> = Col::new("probability");
    pub(crate) const IN_TOP: Col<f64> = Col::new("in_top");
    pub(crate) const RANK_LO: Col<u32> = Col::new("rank_lo");
    pub(crate) const RANK_HI: Col<u32> = Col::new("rank_hi");
}

/// Places to engage of a release: no count, and nothing expected.
pub(crate) mod silence {
    use crate::frame::Col;

    /// Row of the unit at the resolution that the manifest states.
    pub(crate) const UNIT: Col<u32> = Col::new("unit");
    pub(crate) const NAME: Col<String> = Col::new("name");
    pub(crate) const AREA_CODE: Col<String> = Col::new("area_code");
    pub(crate) const P: Col<f64> = Col::new("p");
    pub(crate) const Q: Col<f64> = Col::new("q");
    /// How likely a report would have to be, in parts of what it is elsewhere, for so few to be usual.
    pub(crate) const REPORTING_LO: Col<f64> = Col::new("reporting_lo");
    pub(crate) const REPORTING_HI: Col<f64> = Col::new("reporting_hi");
}
