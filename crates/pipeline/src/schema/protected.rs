//! Columns and properties of protected figures.

pub(crate) const PLACE: &str = "place";
pub(crate) const PERIOD: &str = "period";
pub(crate) const STRAND: &str = "strand";
pub(crate) const INCIDENTS: &str = "incidents";

pub(crate) const AREA: &str = "area";
pub(crate) const UNIT: &str = "unit";
pub(crate) const MONTH: &str = "month";
pub(crate) const YEAR: &str = "year";
pub(crate) const CODE: &str = "code";
pub(crate) const BOROUGH: &str = "borough";

pub(crate) const RELEASE: &str = "release";
pub(crate) const FROM: &str = "from";
pub(crate) const TO: &str = "to";
pub(crate) const PIECES: &str = "pieces";
pub(crate) const AREAS: &str = "areas";
pub(crate) const COVERED: &str = "covered";
pub(crate) const SHORTEST: &str = "shortest_period";

/// What stands for a hidden figure, as in official statistics: confidential.
pub(crate) const HIDDEN: &str = "[c]";
