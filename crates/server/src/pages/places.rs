//! The table of places: its columns, by which of them it is sorted, and which rows are marked.

use super::down::{Within, deeper};
use super::list::{link, parameters};
use super::words;
use crate::auth::Visitor;
use crate::challenge::Asked;
use crate::query::{BadParameter, Params, strand_name};
use hotspot_core::resource::challenge::{KindAnswer, Level};
use hotspot_core::resource::gap::{Gap, Verdict};
use hotspot_core::resource::question::Setting;
use hotspot_core::resource::similar::SimilarGroup;
use hotspot_report::challenge::{Evidence, words as said};
use minijinja::{Value, context};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Rows in one part of the table: what a screen or two hold, and a page that a phone can load.
const ROWS: usize = 50;

/// A column that the table can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Place,
    Incidents,
    Given,
    Planned,
    Resource,
    Need,
    Gap,
    Sureness,
    Rank,
    Trend,
    Similar,
    Verdict,
    Held,
}

impl Column {
    const ALL: [Self; 13] = [
        Self::Place,
        Self::Incidents,
        Self::Given,
        Self::Planned,
        Self::Resource,
        Self::Need,
        Self::Gap,
        Self::Sureness,
        Self::Rank,
        Self::Trend,
        Self::Similar,
        Self::Verdict,
        Self::Held,
    ];

    const fn id(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Incidents => "incidents",
            Self::Given => "given",
            Self::Planned => "planned",
            Self::Resource => "resource",
            Self::Need => "need",
            Self::Gap => "gap",
            Self::Sureness => "sureness",
            Self::Rank => "rank",
            Self::Trend => "trend",
            Self::Similar => "similar",
            Self::Verdict => "verdict",
            Self::Held => "held",
        }
    }

    /// Heading, and what stands small beneath it.
    fn heading(self, evidence: &Evidence<'_>, kind: &KindAnswer) -> [String; 2] {
        let both = |heading: &str, under: &str| [heading.to_owned(), under.to_owned()];
        match self {
            Self::Place => both("Place", ""),
            Self::Incidents if evidence.protected.is_some() => both("Incidents", "in the window; [e] supposed"),
            Self::Incidents => both("Incidents", "in the window"),
            Self::Given => both("Given", &format!("{}, {}", kind.unit, kind.status.id())),
            Self::Planned => both("Planned", &kind.unit),
            Self::Resource => both("Share of resource", ""),
            Self::Need => both("Share of need", "95 % interval"),
            Self::Gap => both("Gap, points", "95 % interval"),
            Self::Sureness => both("Gap ÷ uncertainty", "below −1: surely less"),
            Self::Rank => both("Rank", "limits"),
            Self::Trend => {
                let months = of_late(evidence, kind, 0).map_or_else(String::new, |(months, _)| format!(", last {months} months"));
                both("Trend", &format!("share of need{months}"))
            }
            Self::Similar => both("Beside those most alike", "per 1,000 expected"),
            Self::Verdict => both("Verdict", &format!("P: less than {}", words::bar(evidence.input.policy))),
            Self::Held => both("Holds in", "settings"),
        }
    }

    /// Numbers stand to the right.
    const fn is_number(self) -> bool {
        !matches!(self, Self::Place | Self::Trend | Self::Similar | Self::Verdict)
    }

    /// Whether the largest is asked for first.
    const fn falls(self) -> bool {
        matches!(
            self,
            Self::Incidents | Self::Given | Self::Planned | Self::Resource | Self::Need | Self::Trend | Self::Verdict | Self::Held
        )
    }

    /// What a row is sorted by; none, which comes last either way, where it has nothing.
    fn value(self, evidence: &Evidence<'_>, kind: &KindAnswer, row: usize) -> Option<f64> {
        let gap = &kind.gaps[row];
        match self {
            Self::Place => None,
            Self::Incidents => Some(evidence.answer.told[row].shown().into()),
            Self::Given => Some(kind.shares.amount[row]),
            Self::Planned => Some(kind.planned.as_ref()?.amount[row]),
            Self::Resource => Some(gap.resource_share),
            Self::Need => Some(gap.need_share.mean),
            Self::Gap => Some(gap.gap.mean),
            Self::Sureness => Some(sureness(gap)),
            Self::Rank => Some(gap.rank.into()),
            Self::Trend => Some(of_late(evidence, kind, row)?.1.need_share.mean / gap.need_share.mean.max(f64::MIN_POSITIVE)),
            Self::Similar => kind.similar[row].as_ref().map(|group| group.rank as f64 / group.size() as f64),
            Self::Verdict => Some(gap.p_under),
            Self::Held => Some(kind.held(row).0 as f64),
        }
    }
}

/// By what the table is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    column: Column,
    falls: bool,
}

impl Sort {
    /// The gap over its uncertainty by default, the surest shortfall first.
    pub fn of(params: &Params<'_>) -> Result<Self, BadParameter> {
        let column = match params.get("sort") {
            None => Column::Sureness,
            Some(text) => Column::ALL
                .into_iter()
                .find(|column| column.id() == text)
                .ok_or_else(|| BadParameter::new("sort", Column::ALL.map(Column::id).join(", ")))?,
        };
        let falls = match params.get("order") {
            None => column.falls(),
            Some("ascending") => false,
            Some("descending") => true,
            Some(_) => return Err(BadParameter::new("order", "ascending, descending")),
        };
        Ok(Self { column, falls })
    }

    const fn order(self) -> &'static str {
        if self.falls { "descending" } else { "ascending" }
    }

    /// As an address has it.
    pub fn parameters(self) -> [(&'static str, &'static str); 2] {
        [("sort", self.column.id()), ("order", self.order())]
    }

    /// The rows in this order; those alike by shortfall.
    fn rows(self, evidence: &Evidence<'_>, kind: &KindAnswer) -> Vec<usize> {
        let mut rows: Vec<usize> = hotspot_report::challenge::in_order(kind).into_iter().map(|(row, _)| row).collect();
        let name = |row: usize| evidence.answer.places[row].name.to_lowercase();
        if self.column == Column::Place {
            rows.sort_by_key(|row| name(*row));
            if self.falls {
                rows.reverse();
            }
            return rows;
        }
        let value = |row: &usize| self.column.value(evidence, kind, *row);
        rows.sort_by(|a, b| match (value(a), value(b)) {
            (Some(a), Some(b)) if self.falls => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        rows
    }
}

/// The gap over half the width of its interval: below −1 the whole interval is below nothing.
fn sureness(gap: &Gap) -> f64 {
    let half = (gap.gap.hi - gap.gap.lo) / 2.0;
    if half > 0.0 { gap.gap.mean / half } else { 0.0 }
}

/// The gap by the last months of the window alone, where that was asked, and how many months these are.
fn of_late<'a>(evidence: &Evidence<'_>, kind: &'a KindAnswer, row: usize) -> Option<(u16, &'a Gap)> {
    let window = evidence.answer.window.len();
    kind.settings.iter().find_map(|asked| match asked.setting {
        Setting::Window(months) if usize::from(months) < window => Some((months, asked.gaps.as_ref()?.get(row)?)),
        _ => None,
    })
}

/// How the share of the need moves: what of it lies outside what the whole window says.
fn trend(evidence: &Evidence<'_>, kind: &KindAnswer, row: usize) -> Value {
    let Some((_, late)) = of_late(evidence, kind, row) else { return context! { word => "Not told" } };
    let [share, interval] = words::share_interval(&late.need_share);
    let whole = kind.gaps[row].need_share.mean;
    let word = match late.need_share {
        e if e.lo > whole => "Rising",
        e if e.hi < whole => "Falling",
        _ => "No clear change",
    };
    context! { word, under => format!("{share} ({interval})") }
}

fn similar(group: &SimilarGroup) -> Value {
    let rate = said::rate;
    context! {
        standing => said::capital(&group.standing()),
        under => format!("{}; others {} to {}, median {}", rate(group.per_incident), rate(group.range[0]), rate(group.range[1]), rate(group.median)),
    }
}

/// What the table is drawn from.
pub(super) struct Table<'a> {
    pub visitor: &'a Visitor,
    pub asked: &'a Asked,
    pub evidence: &'a Evidence<'a>,
    pub kind: &'a KindAnswer,
    pub within: Option<&'a Within>,
    pub sort: Sort,
    /// A row of the part that is shown, from 1.
    pub row: usize,
    pub selected: &'a BTreeSet<String>,
}

impl Table<'_> {
    pub fn context(&self) -> Value {
        let (answer, kind) = (self.evidence.answer, self.kind);
        let listed = |row: &usize| self.within.is_none_or(|within| within.holds(&answer.places[*row]));
        let rows: Vec<usize> = self.sort.rows(self.evidence, kind).into_iter().filter(listed).collect();
        let count = rows.len();
        // A row beyond the end is in the last part.
        let first = self.row.saturating_sub(1).min(count.saturating_sub(1)) / ROWS * ROWS;
        let (before, rest) = rows.split_at(first);
        let (rows, after) = rest.split_at(rest.len().min(ROWS));
        let told = |row: &usize| {
            let place = &answer.places[*row];
            context! { id => &place.id, name => &place.name, selected => self.selected.contains(&place.id) }
        };
        let part = |from: usize| {
            context! {
                link => self.address(self.sort, Some(from + 1)),
                words => format!("{} to {}", from + 1, (from + ROWS).min(count)),
                here => from == first,
            }
        };
        let parts: Vec<Value> = if count > ROWS { (0..count).step_by(ROWS).map(part).collect() } else { Vec::new() };
        let columns: Vec<Column> =
            Column::ALL.into_iter().filter(|column| *column != Column::Planned || kind.planned.is_some()).collect();
        // The groups of many places would be a page of their own: each stands with its place.
        let alike: Vec<Value> = if parts.is_empty() {
            rows.iter().filter_map(|row| hotspot_report::challenge::beside_similar(answer, kind, *row)).collect()
        } else {
            Vec::new()
        };
        context! {
            count,
            parts,
            row => (first > 0).then_some(first + 1),
            others => before.iter().chain(after).map(told).collect::<Vec<_>>(),
            heads => columns.into_iter().map(|column| self.head(column)).collect::<Vec<_>>(),
            planned => kind.planned.is_some(),
            within => self.within.map(|within| context! {
                id => within.id(),
                said => format!("{count} of {} places; shares are those of all.", answer.places.len()),
                crumbs => within.crumbs(self.asked, &kind.kind),
            }),
            keep => parameters(self.asked, &kind.kind).into_iter().chain(self.sort.parameters().map(|(name, value)| (name, value.to_owned()))).map(|(name, value)| context! { name, value }).collect::<Vec<_>>(),
            rows => rows.iter().map(|row| self.row(*row)).collect::<Vec<_>>(),
            alike,
            alike_rule => answer.similar_rule,
            unit => &kind.unit,
            marked => self.selected.len(),
            marks => Value::from_safe_string(marks(self.selected)),
        }
    }

    fn head(&self, column: Column) -> Value {
        let [heading, under] = column.heading(self.evidence, self.kind);
        let here = self.sort.column == column;
        let falls = if here { !self.sort.falls } else { column.falls() };
        let link = self.address(Sort { column, falls }, None);
        context! { heading, under, link, sorted => here.then(|| self.sort.order()), number => column.is_number() }
    }

    /// The table in another order, or another part of it, with what is marked.
    fn address(&self, sort: Sort, row: Option<usize>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters(self.asked, &self.kind.kind));
        if let Some(within) = self.within {
            query.append_pair("within", within.id());
        }
        query.extend_pairs(sort.parameters());
        if let Some(row) = row {
            query.append_pair("row", &row.to_string());
        }
        query.extend_pairs(self.selected.iter().map(|id| ("selected", id)));
        query.finish()
    }

    fn row(&self, row: usize) -> Value {
        let (evidence, kind, asked) = (self.evidence, self.kind, self.asked);
        let (place, gap) = (&evidence.answer.places[row], &kind.gaps[row]);
        let told = evidence.answer.told[row];
        let (held, of) = kind.held(row);
        let spread = kind.shares.apportioned[row];
        context! {
            id => &place.id,
            name => &place.name,
            is_rest => place.is_rest,
            selected => self.selected.contains(&place.id),
            deeper => deeper(asked, &kind.kind, place),
            // The sheet of a hotspot, with its months, and the map are made of records.
            months => (asked.level == Level::Hotspot && !place.is_rest && self.visitor.sees_records()).then(|| hotspot_link(asked, &place.id)),
            on_map => on_map(self.visitor, asked, place),
            questioned => gap.verdict == Verdict::Questioned,
            link => link(asked, &kind.kind, Some(&place.id)),
            incidents => said::told(told),
            supposed => told.share_supposed().map(|share| format!("{} supposed", words::percent(share))),
            amount => words::number(kind.shares.amount[row]),
            spread => (spread > 0.0).then(|| words::number(spread)),
            planned => kind.planned.as_ref().map(|p| words::number(p.amount[row])),
            resource => words::percent(gap.resource_share),
            need => words::share_interval(&gap.need_share),
            gap => words::gap_interval(&gap.gap),
            sureness => format!("{:+.1}", sureness(gap)).replace('-', "−"),
            p => words::probability(gap.p_under),
            rank => gap.rank,
            ranks => format!("{} to {}", gap.ranks[0], gap.ranks[1]),
            trend => trend(evidence, kind, row),
            similar => kind.similar[row].as_ref().map(similar),
            verdict => words::verdict(gap, evidence.input.policy),
            held => format!("{held} of {of}"),
        }
    }
}

/// The address of a hotspot's sheet.
pub(super) fn hotspot_link(asked: &Asked, id: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("release", asked.served.id()).finish();
    format!("/hotspot/{}?{query}", form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>())
}

/// The address of a hotspot, or of a borough's hotspots, on the map.
fn on_map(visitor: &Visitor, asked: &Asked, place: &hotspot_core::resource::challenge::Place) -> Option<String> {
    let name = match asked.level {
        Level::Hotspot if !place.is_rest => "hotspot",
        Level::Borough => "borough",
        _ => return None,
    };
    visitor.sees_records().then(|| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("release", asked.served.id()).append_pair("strand", strand_name(asked.strand));
        query.append_pair(name, if asked.level == Level::Borough { &place.name } else { &place.id }).finish()
    })
}

/// The rule of style by which the marks of the charts are those of the places: without a script too.
fn marks(selected: &BTreeSet<String>) -> String {
    let mut rule = String::new();
    for id in selected {
        let _ = write!(rule, "{}.hc [data-place=\"", if rule.is_empty() { "" } else { "," });
        // Whatever could end the text of a style is written as its number.
        for c in id.chars() {
            let _ = if c.is_ascii_alphanumeric() || c == '-' { write!(rule, "{c}") } else { write!(rule, "\\{:x} ", u32::from(c)) };
        }
        rule.push_str("\"]");
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_the_rule_of_style() {
        let rule = marks(&BTreeSet::from(["a\"]{}</style>".to_owned(), "E09-1".to_owned()]));
        assert!(!rule.contains('<') && !rule.contains('{') && rule.matches('"').count() == 4, "{rule}");
        assert!(rule.contains(r#"[data-place="E09-1"]"#));
    }

    #[test]
    fn a_column_that_is_none_is_refused_and_the_default_is_the_surest_shortfall() {
        let of = |query: &str| Sort::of(&Params::parse(Some(query), &["sort", "order"]).unwrap());
        assert_eq!(of(""), Ok(Sort { column: Column::Sureness, falls: false }));
        assert_eq!(of("sort=need"), Ok(Sort { column: Column::Need, falls: true }));
        assert!(of("sort=luck").unwrap_err().to_string().contains("sureness") && of("order=up").is_err());
    }
}
