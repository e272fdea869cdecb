//! Columns of what a release knows of its hotspots over time.
//!
//! A part that has no answer is null, and the column beside it (`…_reason`) says why: the reason's name and, where it has any, how many there
//! are and how many are needed.

/// Histories: one row a hotspot.
pub(crate) mod history {
    use crate::frame::Col;
    use hotspot_core::Month;

    /// Row of the analysis.
    pub(crate) const ANALYSIS: Col<u32> = Col::new("analysis");
    /// Identifier of the hotspot.
    pub(crate) const HOTSPOT: Col<String> = Col::new("hotspot");
    /// The months used: whole ones after the last recording break.
    pub(crate) const MONTHS_FROM: Col<Month> = Col::new("months_from");
    pub(crate) const MONTHS_TO: Col<Month> = Col::new("months_to");
    /// Identifier of that break.
    pub(crate) const AFTER_BREAK: Col<String> = Col::new("after_break");
    /// Incidents by month used.
    pub(crate) const COUNTS: Col<Vec<u32>> = Col::new("counts");
    /// Months with an incident, of how many, the first and the last of them.
    pub(crate) const MONTHS_PRESENT: Col<u16> = Col::new("months_present");
    pub(crate) const MONTHS: Col<u16> = Col::new("months");
    pub(crate) const FIRST: Col<Month> = Col::new("first");
    pub(crate) const LAST: Col<Month> = Col::new("last");
    pub(crate) const PRESENT_REASON: Col<String> = Col::new("present_reason");
    /// Emerging pattern of the peak unit, and how many units of the place have it.
    pub(crate) const PATTERN: Col<String> = Col::new("pattern");
    pub(crate) const ALIKE: Col<u32> = Col::new("alike");
    pub(crate) const HOT_SHARE: Col<f64> = Col::new("hot_share");
    pub(crate) const Z_LAST: Col<f64> = Col::new("z_last");
    pub(crate) const PATTERN_REASON: Col<String> = Col::new("pattern_reason");
    /// Control chart: `xmr` or `poisson`, months of its baseline, its limits.
    pub(crate) const CHART: Col<String> = Col::new("chart");
    pub(crate) const BASELINE: Col<u16> = Col::new("baseline");
    pub(crate) const CENTER: Col<f64> = Col::new("center");
    pub(crate) const LOWER: Col<f64> = Col::new("lower");
    pub(crate) const UPPER: Col<f64> = Col::new("upper");
    /// Signals with commas between them: rule, side, first and last month from 0.
    pub(crate) const SIGNALS: Col<String> = Col::new("signals");
    pub(crate) const CHART_REASON: Col<String> = Col::new("chart_reason");
    /// Near repeats: within how many metres and days, how many of those that could be judged, how many by chance.
    pub(crate) const NEAR_METRES: Col<f64> = Col::new("near_metres");
    pub(crate) const NEAR_DAYS: Col<u16> = Col::new("near_days");
    pub(crate) const NEAR_FROM: Col<jiff::civil::Date> = Col::new("near_from");
    pub(crate) const NEAR_TO: Col<jiff::civil::Date> = Col::new("near_to");
    pub(crate) const NEAR_REPEATS: Col<u32> = Col::new("near_repeats");
    pub(crate) const JUDGED: Col<u32> = Col::new("judged");
    pub(crate) const NOT_JUDGED: Col<u32> = Col::new("not_judged");
    pub(crate) const BY_CHANCE: Col<f64> = Col::new("by_chance");
    pub(crate) const NEAR_REASON: Col<String> = Col::new("near_reason");
    /// Incidents whose hour is known, of how many, by quarter of the day: Monday 0 to 5, 6 to 11 … Sunday 18 to 23.
    pub(crate) const HOUR_KNOWN: Col<u32> = Col::new("hour_known");
    pub(crate) const HOUR_OF: Col<u32> = Col::new("hour_of");
    pub(crate) const WEEK: Col<Vec<u32>> = Col::new("week");
    pub(crate) const WEEK_REASON: Col<String> = Col::new("week_reason");
}

/// What of hotspots is attributed to events: one row a hotspot, none without a calendar.
pub(crate) mod attribution {
    use crate::frame::Col;
    use hotspot_core::Month;

    /// Row of the analysis.
    pub(crate) const ANALYSIS: Col<u32> = Col::new("analysis");
    /// Identifier of the hotspot.
    pub(crate) const HOTSPOT: Col<String> = Col::new("hotspot");
    /// The months with whose other days the events' days are compared.
    pub(crate) const MONTHS_FROM: Col<Month> = Col::new("months_from");
    pub(crate) const MONTHS_TO: Col<Month> = Col::new("months_to");
    /// Incidents of the window that are known to the day.
    pub(crate) const DATED: Col<u32> = Col::new("dated");
    pub(crate) const ATTRIBUTED: Col<f64> = Col::new("attributed");
    pub(crate) const SHARE: Col<f64> = Col::new("share");
    pub(crate) const WITHOUT: Col<u32> = Col::new("without");
    pub(crate) const ONLY_BY_EVENTS: Col<bool> = Col::new("only_by_events");
    pub(crate) const REASON: Col<String> = Col::new("reason");
}

/// Excess of hotspots on the days of events: one row a hotspot and set of strands.
pub(crate) mod hotspot_excess {
    use crate::frame::Col;
    use hotspot_core::StrandSet;

    /// Row of the attribution.
    pub(crate) const ATTRIBUTION: Col<u32> = Col::new("attribution");
    pub(crate) const STRANDS: Col<StrandSet> = Col::new("strands");
    /// Identifiers of the events, with spaces between them.
    pub(crate) const EVENTS: Col<String> = Col::new("events");
}

/// The figures of an excess.
pub(crate) mod excess {
    use crate::frame::Col;

    pub(crate) const OBSERVED: Col<u64> = Col::new("observed");
    pub(crate) const DAYS: Col<u32> = Col::new("days");
    pub(crate) const BASELINE: Col<u64> = Col::new("baseline");
    pub(crate) const BASELINE_DAYS: Col<u32> = Col::new("baseline_days");
    pub(crate) const EXPECTED: Col<f64> = Col::new("expected");
    pub(crate) const EXCESS: Col<f64> = Col::new("excess");
    pub(crate) const LO: Col<f64> = Col::new("lo");
    pub(crate) const HI: Col<f64> = Col::new("hi");
    pub(crate) const DISPERSION: Col<f64> = Col::new("dispersion");
}

/// The calendar: one row an event.
pub(crate) mod event {
    use crate::frame::Col;
    use hotspot_core::StrandSet;
    use jiff::civil::Date;

    pub(crate) const ID: Col<String> = Col::new("event");
    pub(crate) const NAME: Col<String> = Col::new("name");
    pub(crate) const FROM: Col<Date> = Col::new("from");
    pub(crate) const TO: Col<Date> = Col::new("to");
    pub(crate) const STRANDS: Col<StrandSet> = Col::new("strands");
    /// Codes of areas, with spaces between them.
    pub(crate) const AREAS: Col<String> = Col::new("areas");
}

/// What events did: one row an analysis and event that concerns it.
pub(crate) mod effect {
    use crate::frame::Col;
    use hotspot_core::StrandSet;
    use jiff::civil::Date;

    /// Row of the analysis.
    pub(crate) const ANALYSIS: Col<u32> = Col::new("analysis");
    /// Row of the calendar.
    pub(crate) const EVENT: Col<u32> = Col::new("event");
    /// Strands of the records counted.
    pub(crate) const STRANDS: Col<StrandSet> = Col::new("strands");
    /// First and last day looked at.
    pub(crate) const FROM: Col<Date> = Col::new("from");
    pub(crate) const UNTIL: Col<Date> = Col::new("until");
    pub(crate) const HALF_LIFE: Col<f64> = Col::new("half_life");
    pub(crate) const FITTED: Col<bool> = Col::new("fitted");
    pub(crate) const RISE: Col<f64> = Col::new("rise");
    /// Identifiers of events that cannot be told apart from it, with spaces between them.
    pub(crate) const TOGETHER: Col<String> = Col::new("together");
    pub(crate) const REASON: Col<String> = Col::new("reason");
}
