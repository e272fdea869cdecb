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
pub(crate) const RESIDENTS: &str = "residents";

pub(crate) const RELEASE: &str = "release";
pub(crate) const FROM: &str = "from";
pub(crate) const TO: &str = "to";
pub(crate) const PIECES: &str = "pieces";
pub(crate) const AREAS: &str = "areas";
pub(crate) const COVERED: &str = "covered";
pub(crate) const SHORTEST: &str = "shortest_period";

pub(crate) const ID: &str = "id";
pub(crate) const NAME: &str = "name";
pub(crate) const EVIDENCE: &str = "evidence";
pub(crate) const CHANGE: &str = "change";

/// What every file of an export says.
pub(crate) const AGREEMENT: &str = "agreement";
pub(crate) const RECIPIENT: &str = "recipient";
pub(crate) const EXPORT: &str = "export";
pub(crate) const KEEP_UNTIL: &str = "keep_until";
pub(crate) const CLASS: &str = "class";
pub(crate) const POLICY: &str = "policy";
pub(crate) const CONDITION: &str = "condition";
