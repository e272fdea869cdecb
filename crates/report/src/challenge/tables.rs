//! The tables of a challenge, from which every file is printed.
//!
//! | table | a row |
//! | --- | --- |
//! | [`GAPS`] | a place and a kind of resource: what it gets, what it needs, and what is said of it |
//! | [`SETTINGS`] | the gap of a place under one changed setting |
//! | [`SIMILAR`] | a place and a kind: what it gets for each expected incident, beside the places most alike |
//! | [`SHARES`] | what a place gets of a kind, planned or delivered |
//! | [`CURVE`] | a point of a kind's concentration curve |
//! | [`FUNNEL`] | a place among the limits of the funnel of a kind |
//! | [`COVERED`] | what of a strand, or of a group of people, lies in places of each state; where people were supplied also all residents |
//! | [`STOPS`] | stops of a group in questioned places and elsewhere |
//! | [`EFFECTS`] | a change of a resource at a place, and incidents before and after it |
//! | [`RESOURCES`] | a row of the resources that was used, as supplied |

use super::in_order;
use hotspot_core::disclosure::published::Told;
use hotspot_core::hotspot::Estimate;
use hotspot_core::release::DataClass;
use hotspot_core::resource::allocation::Shares;
use hotspot_core::resource::challenge::{Challenge, ChallengeInput, KindAnswer, Place, Resource, Status};
use hotspot_core::resource::effect::Effect;
use hotspot_core::resource::fairness::{Exposure, StopCover};
use hotspot_core::resource::gap::Gap;
use hotspot_core::resource::similar::SimilarGroup;
use hotspot_core::summary::tables::{Column, Table, Values};

/// Identifier of the table of gaps.
pub const GAPS: &str = "gaps";
/// Identifier of the table of settings.
pub const SETTINGS: &str = "settings";
/// Identifier of the table of places beside those most alike.
pub const SIMILAR: &str = "similar";
/// Identifier of the table of what places get.
pub const SHARES: &str = "shares";
/// Identifier of the table of concentration curves.
pub const CURVE: &str = "curve";
/// Identifier of the table of funnels.
pub const FUNNEL: &str = "funnel";
/// Identifier of the table of who is covered.
pub const COVERED: &str = "covered";
/// Identifier of the table of stops.
pub const STOPS: &str = "stops";
/// Identifier of the table of changes with incidents before and after.
pub const EFFECTS: &str = "effects";
/// Identifier of the table of the resources that were used.
pub const RESOURCES: &str = "resources";

/// Unit of a share of 1.
pub const SHARE: &str = "share of 1";
const INCIDENTS: &str = "incidents";

/// Columns under construction.
pub(crate) struct Draft<'a, R> {
    rows: &'a [R],
    columns: Vec<Column>,
}

impl<'a, R> Draft<'a, R> {
    pub(crate) fn of(rows: &'a [R]) -> Self {
        Self { rows, columns: Vec::new() }
    }

    fn with(mut self, name: &'static str, unit: &'static str, what: &'static str, values: Values) -> Self {
        self.columns.push(Column { name, unit, what, values });
        self
    }

    pub(crate) fn text(self, name: &'static str, what: &'static str, of: impl Fn(&R) -> String) -> Self {
        let values = Values::Text(self.rows.iter().map(of).collect());
        self.with(name, "", what, values)
    }

    pub(crate) fn integer(
        self,
        name: &'static str,
        unit: &'static str,
        what: &'static str,
        of: impl Fn(&R) -> Option<i64>,
    ) -> Self {
        let values = Values::Integer(self.rows.iter().map(of).collect());
        self.with(name, unit, what, values)
    }

    pub(crate) fn decimal(
        self,
        name: &'static str,
        unit: &'static str,
        what: &'static str,
        of: impl Fn(&R) -> Option<f64>,
    ) -> Self {
        let values = Values::Decimal(self.rows.iter().map(|r| of(r).filter(|v| v.is_finite())).collect());
        self.with(name, unit, what, values)
    }

    /// Incidents of the window, with the sign where they are supposed.
    fn told(self, of: impl Fn(&R) -> Told) -> Self {
        self.integer(INCIDENTS, INCIDENTS, "Recorded incidents in the window; to the nearest 5 where they are supposed", |r| {
            Some(of(r).shown().into())
        })
        .text("incidents_status", "[e] where they are not told, or not all of them, and supposed; empty for a count", |r| {
            of(r).status().to_owned()
        })
        .decimal("incidents_supposed", SHARE, "Which share of them is supposed; empty for a count", |r| of(r).share_supposed())
    }

    /// An estimate under three names: mean, lower and upper end.
    fn estimate(self, unit: &'static str, columns: [(&'static str, &'static str); 3], of: impl Fn(&R) -> Option<Estimate>) -> Self {
        let [mean, lo, hi] = columns;
        self.decimal(mean.0, unit, mean.1, |r| of(r).map(|e| e.mean)).decimal(lo.0, unit, lo.1, |r| of(r).map(|e| e.lo)).decimal(
            hi.0,
            unit,
            hi.1,
            |r| of(r).map(|e| e.hi),
        )
    }

    fn table(self, id: &'static str, what: &'static str, input: &ChallengeInput<'_>) -> Table {
        self.of_class(id, what, input.release.class)
    }

    pub(crate) fn of_class(self, id: &'static str, what: &'static str, class: DataClass) -> Table {
        let said = self.text("class", "Class of the records", |_| class.id().to_owned());
        Table { id, what, columns: said.columns }
    }
}

pub(crate) fn yes(holds: bool) -> String {
    if holds { "yes" } else { "no" }.to_owned()
}

/// A place of a kind.
struct Row<'a> {
    kind: &'a KindAnswer,
    at: usize,
    place: &'a Place,
    gap: &'a Gap,
}

/// The tables of a challenge.
pub fn tables(input: &ChallengeInput<'_>, answer: &Challenge) -> Vec<Table> {
    let rows: Vec<Row<'_>> = answer
        .kinds
        .iter()
        .flat_map(|kind| in_order(kind).into_iter().map(move |(at, gap)| Row { kind, at, place: &answer.places[at], gap }))
        .collect();
    let mut made = vec![
        gaps(input, answer, &rows),
        settings(input, &rows),
        similar(input, answer, &rows),
        shares(input, answer),
        curve(input, answer),
        funnel(input, answer),
        cover(input, answer),
        resources(input, answer),
    ];
    // A table of no row would not say what the records are.
    if answer.kinds.iter().any(|kind| !kind.fairness.stops.is_empty()) {
        made.push(stops(input, answer));
    }
    if !answer.effects.is_empty() {
        made.push(effects(input, answer));
    }
    made
}

fn gaps(input: &ChallengeInput<'_>, answer: &Challenge, rows: &[Row<'_>]) -> Table {
    Draft::of(rows)
        .text("kind", "Kind of resource", |r| r.kind.kind.clone())
        .text("status", "Planned or delivered", |r| r.kind.status.id().to_owned())
        .text("unit", "Unit of the amounts", |r| r.kind.unit.clone())
        .integer("rank", "", "Rank by shortfall, 1 for the largest", |r| Some(i64::from(r.gap.rank)))
        .integer("rank_lo", "", "Rank: lower limit", |r| Some(i64::from(r.gap.ranks[0])))
        .integer("rank_hi", "", "Rank: upper limit", |r| Some(i64::from(r.gap.ranks[1])))
        .text("id", "Identifier of the place", |r| r.place.id.clone())
        .text("name", "Place", |r| r.place.name.clone())
        .text("is_rest", "Whether it is what remains of a command unit", |r| yes(r.place.is_rest))
        .text("borough", "Code of its borough", |r| r.place.borough.clone().unwrap_or_default())
        .text("bcu", "Command unit", |r| r.place.command_unit.clone().unwrap_or_default())
        .told(|r| answer.told[r.at])
        .decimal(
            "expected",
            INCIDENTS,
            "Expected in the next period: incidents, or what the need counts, such as victims or units of harm",
            |r| Some(answer.needs[r.at].expected.mean()),
        )
        .decimal("amount", "unit", "Amount that it gets", |r| Some(r.kind.shares.amount[r.at]))
        .decimal("apportioned", "unit", "Of it, from amounts of wider areas", |r| Some(r.kind.shares.apportioned[r.at]))
        .decimal("planned", "unit", "Planned amount, where delivered amounts are compared", |r| {
            r.kind.planned.as_ref().map(|p| p.amount[r.at])
        })
        .decimal("resource_share", SHARE, "Share of the resource", |r| Some(r.gap.resource_share))
        .estimate(
            SHARE,
            [
                ("need_share", "Share of what is expected"),
                ("need_share_lo", "Share of what is expected: lower 95% limit"),
                ("need_share_hi", "Share of what is expected: upper 95% limit"),
            ],
            |r| Some(r.gap.need_share),
        )
        .estimate(
            SHARE,
            [
                ("gap", "Gap: share of the resource less share of what is expected"),
                ("gap_lo", "Gap: lower 95% limit"),
                ("gap_hi", "Gap: upper 95% limit"),
            ],
            |r| Some(r.gap.gap),
        )
        .estimate(
            "ratio",
            [
                ("location_quotient", "Share of the resource over share of what is expected"),
                ("location_quotient_lo", "Ratio of the shares: lower 95% limit"),
                ("location_quotient_hi", "Ratio of the shares: upper 95% limit, where it is finite"),
            ],
            |r| Some(r.gap.location_quotient),
        )
        .decimal("p_under", "probability", "Probability that it gets less than its share by more than the policy allows", |r| {
            Some(r.gap.p_under)
        })
        .text("verdict", "Verdict", |r| r.gap.verdict.id().to_owned())
        .integer("holds_in", "settings", "Settings with the same verdict", |r| Some(r.kind.held(r.at).0 as i64))
        .integer("settings", "settings", "Settings with an answer", |r| Some(r.kind.held(r.at).1 as i64))
        .table(GAPS, "What a place gets of a kind of resource, what it needs, and what is said of it.", input)
}

fn settings(input: &ChallengeInput<'_>, rows: &[Row<'_>]) -> Table {
    struct Changed<'a> {
        row: &'a Row<'a>,
        label: String,
        gap: Option<Gap>,
    }
    let all: Vec<Changed<'_>> = rows
        .iter()
        .flat_map(|row| {
            row.kind.settings.iter().map(move |asked| Changed {
                row,
                label: asked.label.clone(),
                gap: asked.gaps.as_ref().map(|gaps| gaps[row.at]),
            })
        })
        .collect();
    Draft::of(&all)
        .text("kind", "Kind of resource", |c| c.row.kind.kind.clone())
        .text("id", "Identifier of the place", |c| c.row.place.id.clone())
        .text("name", "Place", |c| c.row.place.name.clone())
        .text("setting", "What is changed", |c| c.label.clone())
        .decimal("resource_share", SHARE, "Share of the resource", |c| c.gap.map(|g| g.resource_share))
        .estimate(
            SHARE,
            [("gap", "Gap under this setting"), ("gap_lo", "Gap: lower 95% limit"), ("gap_hi", "Gap: upper 95% limit")],
            |c| c.gap.map(|g| g.gap),
        )
        .decimal("p_under", "probability", "Probability that it gets less than its share by more than the policy allows", |c| {
            c.gap.map(|g| g.p_under)
        })
        .text("verdict", "Verdict under this setting", |c| c.gap.map_or_else(String::new, |g| g.verdict.id().to_owned()))
        .text("holds", "Whether it is the published verdict", |c| {
            c.gap.map_or_else(String::new, |g| yes(g.verdict == c.row.gap.verdict))
        })
        .table(SETTINGS, "The gap of a place under one changed setting.", input)
}

fn similar(input: &ChallengeInput<'_>, answer: &Challenge, rows: &[Row<'_>]) -> Table {
    let all: Vec<(&Row<'_>, &SimilarGroup)> = rows.iter().filter_map(|r| Some((r, r.kind.similar[r.at].as_ref()?))).collect();
    let others = |group: &SimilarGroup, of: &dyn Fn(&Place) -> &str| {
        group.others.iter().map(|other| of(&answer.places[*other])).collect::<Vec<_>>().join("; ")
    };
    Draft::of(&all)
        .text("kind", "Kind of resource", |(r, _)| r.kind.kind.clone())
        .text("unit", "Unit of the amounts", |(r, _)| r.kind.unit.clone())
        .text("id", "Identifier of the place", |(r, _)| r.place.id.clone())
        .text("name", "Place", |(r, _)| r.place.name.clone())
        .told(|(r, _)| answer.told[r.at])
        .decimal("expected_incidents", INCIDENTS, "Incidents expected in the next period", |(r, _)| Some(answer.needs[r.at].count))
        .decimal("per_incident", "unit", "Amount for each expected incident", |(_, g)| Some(g.per_incident))
        .decimal("median", "unit", "Median of the others of its group", |(_, g)| Some(g.median))
        .decimal("lowest", "unit", "Lowest of the others", |(_, g)| Some(g.range[0]))
        .decimal("highest", "unit", "Highest of the others", |(_, g)| Some(g.range[1]))
        .integer("rank", "", "Rank in the group, 1 for the lowest", |(_, g)| Some(g.rank as i64))
        .integer("group", "places", "Places of the group, itself included", |(_, g)| Some(g.size() as i64))
        .text("standing", "Where it stands in the group", |(_, g)| g.standing())
        .text("others", "The others by identifier, the most alike first", |(_, g)| others(g, &|p| &p.id))
        .text("others_names", "The others by name", |(_, g)| others(g, &|p| &p.name))
        .table(SIMILAR, "What a place gets of a kind of resource for each expected incident, beside the places most alike.", input)
}

fn shares(input: &ChallengeInput<'_>, answer: &Challenge) -> Table {
    /// What a place gets; no place for what no place gets.
    struct Got<'a> {
        kind: &'a KindAnswer,
        status: Status,
        place: Option<&'a Place>,
        amount: f64,
        apportioned: Option<f64>,
        share: Option<f64>,
    }
    fn of<'a>(answer: &'a Challenge, kind: &'a KindAnswer, status: Status, shares: &Shares) -> Vec<Got<'a>> {
        let given: f64 = shares.amount.iter().sum();
        let place = |(at, _): (usize, &Gap)| Got {
            kind,
            status,
            place: Some(&answer.places[at]),
            amount: shares.amount[at],
            apportioned: Some(shares.apportioned[at]),
            share: (given > 0.0).then(|| shares.amount[at] / given),
        };
        let mut rows: Vec<_> = in_order(kind).into_iter().map(place).collect();
        if shares.outside > 0.0 {
            rows.push(Got { kind, status, place: None, amount: shares.outside, apportioned: None, share: None });
        }
        rows
    }
    let mut all = Vec::new();
    for kind in &answer.kinds {
        all.extend(of(answer, kind, kind.status, &kind.shares));
        all.extend(kind.planned.iter().flat_map(|planned| of(answer, kind, Status::Planned, planned)));
    }
    Draft::of(&all)
        .text("kind", "Kind of resource", |g| g.kind.kind.clone())
        .text("status", "Planned or delivered", |g| g.status.id().to_owned())
        .text("unit", "Unit of the amounts", |g| g.kind.unit.clone())
        .text("id", "Identifier of the place", |g| g.place.map_or_else(|| "outside".to_owned(), |p| p.id.clone()))
        .text("name", "Place", |g| g.place.map_or_else(|| "Outside every place".to_owned(), |p| p.name.clone()))
        .decimal("amount", "unit", "Amount", |g| Some(g.amount))
        .decimal("apportioned", "unit", "Of it, from amounts of wider areas", |g| g.apportioned)
        .decimal("share", SHARE, "Share of what all places get", |g| g.share)
        .table(SHARES, "What a place gets of a kind of resource, planned or delivered.", input)
}

fn curve(input: &ChallengeInput<'_>, answer: &Challenge) -> Table {
    let all: Vec<(&KindAnswer, usize)> =
        answer.kinds.iter().flat_map(|kind| (0..kind.inequality.curve.len()).map(move |at| (kind, at))).collect();
    Draft::of(&all)
        .text("kind", "Kind of resource", |(kind, _)| kind.kind.clone())
        .integer("point", "", "Number of places up to here, those that get the least for their need first", |(_, at)| {
            Some(*at as i64)
        })
        .decimal("need_share", SHARE, "Share of what is expected, added up", |(kind, at)| Some(kind.inequality.curve[*at][0]))
        .decimal("resource_share", SHARE, "Share of the resource, added up", |(kind, at)| Some(kind.inequality.curve[*at][1]))
        .decimal("gini", "0 to 1", "Gini coefficient of the whole curve", |(kind, _)| Some(kind.inequality.gini))
        .decimal("misplaced", SHARE, "Share of the resource that would have to move", |(kind, _)| Some(kind.inequality.misplaced))
        .table(CURVE, "A point of the concentration curve of a kind of resource.", input)
}

fn funnel(input: &ChallengeInput<'_>, answer: &Challenge) -> Table {
    let all: Vec<(&KindAnswer, usize)> = answer
        .kinds
        .iter()
        .filter(|kind| kind.funnel.is_some())
        .flat_map(|kind| (0..answer.places.len()).map(move |at| (kind, at)))
        .collect();
    let unit = |(kind, at): &(&KindAnswer, usize)| kind.funnel.as_ref().and_then(|f| f.units[*at]);
    Draft::of(&all)
        .text("kind", "Kind of resource", |(kind, _)| kind.kind.clone())
        .text("id", "Identifier of the place", |(_, at)| answer.places[*at].id.clone())
        .text("name", "Place", |(_, at)| answer.places[*at].name.clone())
        .told(|(_, at)| answer.told[*at])
        .decimal("expected", INCIDENTS, "Incidents that its share of the resource would have", |(kind, at)| {
            Some(expected(answer, kind)[*at])
        })
        .decimal("ratio", "ratio", "Incidents over those", |row| unit(row).map(|u| u.ratio))
        .decimal("z", "standard errors", "Distance from the overall ratio, over-dispersion allowed for", |row| {
            unit(row).and_then(|u| u.z)
        })
        .text("position", "Among the limits", |row| unit(row).map_or_else(String::new, |u| u.position.id().to_owned()))
        .table(FUNNEL, "A place among the limits of the funnel of a kind of resource.", input)
}

/// Incidents that the share of a kind would have, by place.
pub(super) fn expected(answer: &Challenge, kind: &KindAnswer) -> Vec<f64> {
    let incidents: f64 = answer.needs.iter().map(|n| f64::from(n.incidents)).sum();
    let given: f64 = kind.shares.amount.iter().sum();
    kind.shares.amount.iter().map(|a| a / given * incidents).collect()
}

fn cover(input: &ChallengeInput<'_>, answer: &Challenge) -> Table {
    /// A strand or group of a kind.
    struct Row<'a> {
        kind: &'a KindAnswer,
        of: &'static str,
        name: &'a str,
        n: u64,
        status: &'static str,
        areas: Option<[u32; 2]>,
        cover: Option<Exposure>,
        all: Option<Exposure>,
    }
    let mut all: Vec<Row<'_>> = Vec::new();
    for kind in &answer.kinds {
        all.extend(kind.fairness.strands.iter().map(|s| Row {
            kind,
            of: "incidents",
            name: s.strand.map_or("all records", |s| s.id()),
            n: s.incidents.shown().into(),
            status: s.incidents.status(),
            areas: None,
            cover: s.exposure,
            all: kind.fairness.strands.first().and_then(|all| all.exposure),
        }));
        all.extend(kind.fairness.groups.iter().map(|g| Row {
            kind,
            of: "people",
            name: &g.group,
            n: g.people,
            status: "",
            areas: Some([g.areas, g.split]),
            cover: g.exposure,
            all: g.residents,
        }));
    }
    Draft::of(&all)
        .text("kind", "Kind of resource", |r| r.kind.kind.clone())
        .text("of", "What is counted: incidents of a strand, or people of a group", |r| r.of.to_owned())
        .text("group", "Strand, or group as supplied", |r| r.name.to_owned())
        .integer("n", "", "Incidents in the window, or people; to the nearest 5 where they are supposed", |r| {
            i64::try_from(r.n).ok()
        })
        .text("n_status", "[e] where incidents are not told, or not all of them, and supposed; empty for a count", |r| {
            r.status.to_owned()
        })
        .integer("areas", "areas", "Areas that the group is supplied for", |r| r.areas.map(|a| a[0].into()))
        .integer("areas_split", "areas", "Of these, split by residents over several places", |r| r.areas.map(|a| a[1].into()))
        .decimal("questioned", SHARE, "In places that are questioned", |r| r.cover.map(|c| c.questioned))
        .decimal("questioned_all", SHARE, "The same of all records, or of all residents of these areas", |r| {
            r.all.map(|c| c.questioned)
        })
        .estimate(
            SHARE,
            [
                ("short", "Expected in places that get less than the policy allows"),
                ("short_lo", "Expected in these places: lower 95% limit"),
                ("short_hi", "Expected in these places: upper 95% limit"),
            ],
            |r| r.cover.map(|c| c.short),
        )
        .decimal("short_all", SHARE, "Expected in these places, of all records or of all residents of these areas", |r| {
            r.all.map(|c| c.short.mean)
        })
        .estimate(
            "ratio",
            [
                ("short_ratio", "Expected share over that of all"),
                ("short_ratio_lo", "Expected share over that of all: lower 95% limit"),
                ("short_ratio_hi", "Expected share over that of all: upper 95% limit"),
            ],
            |r| r.cover.and_then(|c| c.short_ratio),
        )
        .estimate(
            SHARE,
            [
                ("enough", "Expected in places that get at least their share"),
                ("enough_lo", "Expected where it is at least the share: lower 95% limit"),
                ("enough_hi", "Expected where it is at least the share: upper 95% limit"),
            ],
            |r| r.cover.map(|c| c.enough),
        )
        .decimal("nothing", SHARE, "In places that get nothing", |r| r.cover.map(|c| c.nothing))
        .table(
            COVERED,
            "What of a strand's incidents, or of a group of people, lies in places that are questioned or short.",
            input,
        )
}

fn stops(input: &ChallengeInput<'_>, answer: &Challenge) -> Table {
    let all: Vec<(&KindAnswer, &StopCover)> =
        answer.kinds.iter().flat_map(|kind| kind.fairness.stops.iter().map(move |s| (kind, s))).collect();
    Draft::of(&all)
        .text("kind", "Kind of resource", |(kind, _)| kind.kind.clone())
        .text("group", "Group as supplied", |(_, s)| s.group.clone())
        .text("period_start", "First day", |(_, s)| s.period[0].to_string())
        .text("period_end", "Last day", |(_, s)| s.period[1].to_string())
        .integer("stops", "stops", "Stops as supplied", |(_, s)| i64::try_from(s.stops).ok())
        .decimal("stops_questioned", "stops", "In questioned places, after splitting areas by residents", |(_, s)| Some(s.split[0]))
        .decimal("stops_elsewhere", "stops", "In other places, after splitting", |(_, s)| Some(s.split[1]))
        .decimal("person_years_questioned", "person-years", "People of the group there times years", |(_, s)| {
            Some(s.person_years[0])
        })
        .decimal("person_years_elsewhere", "person-years", "People of the group elsewhere times years", |(_, s)| {
            Some(s.person_years[1])
        })
        .estimate(
            "per 1,000 a year",
            [
                ("rate_questioned", "Stops for each 1,000 people a year in questioned places"),
                ("rate_questioned_lo", "Rate in questioned places: lower 95% limit"),
                ("rate_questioned_hi", "Rate in questioned places: upper 95% limit"),
            ],
            |(_, s)| s.rates[0],
        )
        .estimate(
            "per 1,000 a year",
            [
                ("rate_elsewhere", "Stops for each 1,000 people a year elsewhere"),
                ("rate_elsewhere_lo", "Rate elsewhere: lower 95% limit"),
                ("rate_elsewhere_hi", "Rate elsewhere: upper 95% limit"),
            ],
            |(_, s)| s.rates[1],
        )
        .table(STOPS, "Stops and searches of a group, in questioned places and elsewhere.", input)
}

fn effects(input: &ChallengeInput<'_>, answer: &Challenge) -> Table {
    let amount = |e: &&Effect, at: usize| e.change.amounts.map(|a| a[at].amount);
    let months = |e: &&Effect, at: usize| e.months.map(|m| m[at]);
    let months_text = |e: &&Effect, at: usize| months(e, at).map_or_else(String::new, |m| format!("{} to {}", m.from(), m.to()));
    let count = |e: &&Effect, side: usize, at: usize| e.sides.map(|s| i64::from(s[side].incidents[at]));
    let all: Vec<&Effect> = answer.effects.iter().collect();
    Draft::of(&all)
        .text("kind", "Kind of resource", |e| e.change.kind.clone())
        .text("status", "Planned or delivered", |e| e.change.status.map_or_else(String::new, |s| s.id().to_owned()))
        .text("unit", "Unit of the amounts", |e| e.change.unit.clone())
        .text("id", "Place as supplied", |e| e.id.clone())
        .text("name", "Place", |e| e.name.clone())
        .text("changed_on", "First day of the change", |e| e.change.on.to_string())
        .decimal("amount_before", "unit", "Amount before", |e| amount(e, 0))
        .decimal("amount_after", "unit", "Amount after", |e| amount(e, 1))
        .text("months_before", "Whole months before that are compared", |e| months_text(e, 0))
        .text("months_after", "Whole months after that are compared", |e| months_text(e, 1))
        .integer("place_before", INCIDENTS, "Incidents at the place before", |e| count(e, 0, 0))
        .integer("place_after", INCIDENTS, "Incidents at the place after", |e| count(e, 0, 1))
        .integer("ring_before", INCIDENTS, "Incidents in the units that touch it before", |e| count(e, 1, 0))
        .integer("ring_after", INCIDENTS, "Incidents in the units that touch it after", |e| count(e, 1, 1))
        .integer("control_before", INCIDENTS, "Incidents where nothing changed, before", |e| count(e, 2, 0))
        .integer("control_after", INCIDENTS, "Incidents where nothing changed, after", |e| count(e, 2, 1))
        .estimate(
            INCIDENTS,
            [
                ("place_difference", "Change of the place less that of the control, over the months after"),
                ("place_difference_lo", "Change of the place: lower 95% limit"),
                ("place_difference_hi", "Change of the place: upper 95% limit"),
            ],
            |e| e.comparison.map(|c| c.place),
        )
        .estimate(
            INCIDENTS,
            [
                ("ring_difference", "Change of the ring less that of the control, over the months after"),
                ("ring_difference_lo", "Change of the ring: lower 95% limit"),
                ("ring_difference_hi", "Change of the ring: upper 95% limit"),
            ],
            |e| e.comparison.and_then(|c| c.ring),
        )
        .estimate(
            INCIDENTS,
            [
                ("difference", "Weighted displacement difference: both, over the months after"),
                ("difference_lo", "Weighted displacement difference: lower 95% limit"),
                ("difference_hi", "Weighted displacement difference: upper 95% limit"),
            ],
            |e| e.comparison.map(|c| c.both),
        )
        .estimate(
            INCIDENTS,
            [
                ("expected_after", "To be expected at the place after, high counts before drawn down"),
                ("expected_after_lo", "To be expected after: lower 95% limit of the count"),
                ("expected_after_hi", "To be expected after: upper 95% limit of the count"),
            ],
            |e| e.comparison.map(|c| c.expected),
        )
        .text("found", "What can be said of the count, not of its cause", |e| e.found.id().to_owned())
        .text("why", "Why it cannot be told", |e| e.why.unwrap_or_default().to_owned())
        .table(EFFECTS, "A change of a resource at a place, and recorded incidents before and after it.", input)
}

/// Rows of the resources that an answer is of.
pub(super) fn used<'a>(input: &ChallengeInput<'a>, answer: &Challenge) -> Vec<&'a Resource> {
    let answered = |r: &Resource| answer.kinds.iter().any(|kind| kind.kind == r.kind);
    input.resources.iter().filter(|r| r.from <= input.on && input.on <= r.to && answered(r)).collect()
}

fn resources(input: &ChallengeInput<'_>, answer: &Challenge) -> Table {
    let rows = used(input, answer);
    Draft::of(&rows)
        .text("kind", "Kind of resource", |r| r.kind.clone())
        .text("place_type", "Type of place", |r| r.target.columns().0.to_owned())
        .text("place", "Place as supplied", |r| r.target.columns().1)
        .text("period_start", "First day", |r| r.from.to_string())
        .text("period_end", "Last day", |r| r.to.to_string())
        .decimal("amount", "unit", "Amount", |r| Some(r.amount))
        .text("unit", "Unit", |r| r.unit.clone())
        .text("status", "Planned or delivered", |r| r.status.id().to_owned())
        .text("source", "Who says so", |r| r.source.clone())
        .table(RESOURCES, "A row of the resources that was used, as supplied.", input)
}
