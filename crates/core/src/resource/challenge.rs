//! The challenge to a release: every kind of resource against the need of every place, and how far the answer hangs on choices.
//!
//! # Definition
//! Asked are the *hotspots* of an analysis with the rest of each command unit beside them, or the *boroughs*, or the *command units*, or *areas*
//! such as wards, which are supplied or are the units of the release ([`Level`]): places that partition the scope, so that shares sum to 1. A unit is
//! in the area that holds its middle. The City of London has a force of its own: as a borough or unit it is
//! in the scope only where something is stated for it. Need is that of the next [`ChallengeInput::months`] months from
//! the window of the release ([`super::need`]), by incidents or by victims ([`super::victims`]), resources are what [`Resource`]s say ([`super::allocation`]), gaps are those of
//! [`super::gap`]. Beside each place stand those most like it ([`super::similar`]).
//!
//! # Settings
//! Every verdict is asked again with one choice changed at a time ([`super::question`]).

use super::allocation::{Rule, Shares};
use super::effect::{Effect, changes, effects_in};
use super::fairness::{Fairness, Lives, People, Stops};
use super::gap::{ChallengePolicy, Gap, GapParams, Verdict, gaps, gaps_where_reported};
use super::geography::{Geography, place_of};
use super::inequality::{Inequality, inequality};
use super::need::Need;
use super::question::{Question, Setting, settings};
use super::similar::{self, SimilarGroup};
use super::victims::NeedMeasure;
use crate::areas::AreaLayer;
use crate::atlas::Atlas;
use crate::cube::Filter;
use crate::disclosure::published::{Published, Told};
use crate::error::{Error, Result};
use crate::incident::{Offence, Strand};
use crate::month::MonthRange;
use crate::projection::LonLat;
use crate::rate::funnel::{Funnel, FunnelParams, funnel};
use crate::release::Release;
use crate::summary;
use crate::units::Units;
use crate::view::OffMap;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Where a resource is.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A hotspot of the release, by its identifier.
    Hotspot(String),
    /// A borough, or a unit of a release on polygons, by its code.
    Area(String),
    /// A Basic Command Unit, by its name.
    CommandUnit(String),
    /// Round a point, as far as it reaches.
    Point {
        /// WGS84 degrees.
        at: LonLat,
        /// Metres.
        reach_m: f64,
    },
    /// All of the study area.
    Everywhere,
}

impl Target {
    /// As a table has it: the type of the place, and the place.
    pub fn columns(&self) -> (&'static str, String) {
        match self {
            Self::Hotspot(id) => ("hotspot", id.clone()),
            Self::Area(code) => ("area", code.clone()),
            Self::CommandUnit(name) => ("bcu", name.clone()),
            Self::Point { at, reach_m } => ("point", format!("{} {} {reach_m}", at.lon, at.lat)),
            Self::Everywhere => ("all", String::new()),
        }
    }
}

/// Whether a resource was meant to be there or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// It is meant to be there.
    Planned,
    /// It was there.
    Delivered,
}

impl Status {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Planned, Self::Delivered];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Delivered => "delivered",
        }
    }
}

/// An amount of a kind of resource for a place and period, as supplied.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Kind, such as `officers`, `patrol_hours`, `hclo`, `advocate`, `reporting_site`.
    pub kind: String,
    /// Where.
    pub target: Target,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// How much, zero or more.
    pub amount: f64,
    /// Of what, such as `fte` or `hours`.
    pub unit: String,
    /// Planned or delivered.
    pub status: Status,
    /// Who says so.
    pub source: String,
}

/// Which places are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Hotspots, and the rest of each command unit.
    Hotspot,
    /// Boroughs.
    Borough,
    /// Basic Command Units.
    CommandUnit,
    /// Areas such as wards: those supplied, or the units of a release on areas.
    Area,
}

impl Level {
    /// All.
    pub const ALL: [Self; 4] = [Self::Hotspot, Self::Borough, Self::CommandUnit, Self::Area];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Hotspot => "hotspot",
            Self::Borough => "borough",
            Self::CommandUnit => "bcu",
            Self::Area => "area",
        }
    }
}

/// A versioned table of weights by offence group.
#[derive(Debug, Clone, PartialEq)]
pub struct HarmWeights {
    /// Version: the name of its file.
    pub version: String,
    /// SHA-256 of its file, in lower-case hex.
    pub sha256: String,
    /// By offence group; those that are not there weigh nothing.
    pub weights: BTreeMap<Offence, f64>,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct ChallengeInput<'a> {
    /// The release.
    pub release: &'a Release,
    /// Boroughs and command units, of a release of London.
    pub atlas: Option<&'a Atlas>,
    /// Areas such as wards, for [`Level::Area`] and for resources that are stated by them.
    pub areas: Option<&'a AreaLayer>,
    /// What was supplied.
    pub resources: &'a [Resource],
    /// The day on which resources are looked at: those whose period holds it.
    pub on: Date,
    /// Which places.
    pub level: Level,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Rule by which amounts of wider areas are spread.
    pub rule: Rule,
    /// Length of the next period in months.
    pub months: u16,
    /// What the need counts.
    pub measure: NeedMeasure,
    /// Who lives where: groups of people by area; none where nothing was supplied.
    pub people: &'a [People],
    /// Stops and searches by area, period and group.
    pub stops: &'a [Stops],
    /// Weights of harm: the need is weighted by them, where it counts incidents.
    pub harm: Option<&'a HarmWeights>,
    /// Other weights of harm, each asked as a setting.
    pub other_harm: &'a [HarmWeights],
    /// When a place is questioned.
    pub policy: &'a ChallengePolicy,
    /// How gaps are drawn.
    pub params: GapParams,
    /// The release is made of what is published below the analyst: of months, offences and confirmed flags nothing is told.
    pub published: Option<&'a Published>,
}

impl<'a> ChallengeInput<'a> {
    /// Hotspots of a release and everything recorded, against what is given on the last day of its month and needed in the next twelve months.
    pub fn new(release: &'a Release, resources: &'a [Resource], policy: &'a ChallengePolicy) -> Self {
        Self {
            release,
            atlas: atlas_of(release),
            areas: None,
            resources,
            on: release.month.last_day(),
            level: Level::Hotspot,
            strand: None,
            rule: Rule::Need,
            months: 12,
            measure: NeedMeasure::Incidents,
            people: &[],
            stops: &[],
            harm: None,
            other_harm: &[],
            policy,
            params: GapParams::default(),
            published: None,
        }
    }
}

/// A place that is asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Identifier of the hotspot, code of the borough or area, name of the command unit, or `rest-of-…`.
    pub id: String,
    /// Name.
    pub name: String,
    /// It is what remains of a command unit beside the hotspots.
    pub is_rest: bool,
    /// Code of the borough, where it is in one.
    pub borough: Option<String>,
    /// Command unit, where it is in one.
    pub command_unit: Option<String>,
    /// Rows of its units at the release's resolution.
    pub units: Vec<u32>,
}

/// One kind of resource against the need.
#[derive(Debug, Clone, PartialEq)]
pub struct KindAnswer {
    /// Kind.
    pub kind: String,
    /// Unit of its amounts.
    pub unit: String,
    /// Which amounts are compared: those delivered where there are any.
    pub status: Status,
    /// What places get of it.
    pub shares: Shares,
    /// What was planned, where delivered amounts are compared.
    pub planned: Option<Shares>,
    /// Who says so, each once.
    pub sources: Vec<String>,
    /// Gap of each place.
    pub gaps: Vec<Gap>,
    /// Where each place stands among those most like it.
    pub similar: Vec<Option<SimilarGroup>>,
    /// Over all places.
    pub inequality: Inequality,
    /// Incidents against the resources' shares, with over-dispersion; none where some place has incidents and no resource.
    pub funnel: Option<Funnel>,
    /// Verdicts under other settings.
    pub settings: Vec<Asked>,
    /// Who is covered.
    pub fairness: Fairness,
}

impl KindAnswer {
    /// In how many of the settings that have an answer the verdict on a place is the published one.
    pub fn held(&self, place: usize) -> (usize, usize) {
        let published = self.gaps[place].verdict;
        let answers: Vec<Verdict> = self.settings.iter().filter_map(|s| Some(s.gaps.as_ref()?[place].verdict)).collect();
        (answers.iter().filter(|v| **v == published).count(), answers.len())
    }
}

/// The gaps under one changed setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Which.
    pub setting: Setting,
    /// In words.
    pub label: String,
    /// The gaps; `None` where there is no answer, such as without residents.
    pub gaps: Option<Vec<Gap>>,
}

/// The answer to all kinds.
#[derive(Debug, Clone, PartialEq)]
pub struct Challenge {
    /// Which places.
    pub level: Level,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Window of the incidents.
    pub window: MonthRange,
    /// The places.
    pub places: Vec<Place>,
    /// What it counts.
    pub measure: NeedMeasure,
    /// Incidents of each in the window, as they may be shown: told, or in part supposed.
    pub told: Vec<Told>,
    /// What of the study area is not in the places; none where records are counted.
    pub beside: Option<Beside>,
    /// What was reported in all, where the answer is made of records.
    pub reported: Option<Reported>,
    /// Need of each in the next period.
    pub needs: Vec<Need>,
    /// The rule by which places are alike, in words.
    pub similar_rule: &'static str,
    /// Kinds, by name.
    pub kinds: Vec<KindAnswer>,
    /// Kinds that have no answer, and why: nothing is given, or several units.
    pub unanswered: Vec<(String, &'static str)>,
    /// Before and after, wherever an amount of the table changed.
    pub effects: Vec<Effect>,
}

/// How the places hang together with what is published of the study area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// What is published of all of it; none where a quarter of it is not told.
    pub published: Option<u32>,
    /// Of boroughs in no scope, such as those of another force.
    pub elsewhere: Told,
}

/// What was reported in the window, of which the places have what is on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// All of it.
    pub n: u64,
    /// What of it lies in no unit, and so in no place.
    pub off: OffMap,
}

/// What stands beside every gap that is shown.
pub const CAVEAT: &str = "Recorded incidents are not all incidents. A gap is a question to be answered, not a finding; no trial shows that \
                          patrol reduces hate crime.";

/// The boroughs and command units of a release, where it is of London.
pub fn atlas_of(release: &Release) -> Option<&'static Atlas> {
    let atlas = Atlas::london();
    release.areas.iter().any(|a| atlas.boroughs().iter().any(|b| b.code == a.code)).then_some(atlas)
}

/// The levels that a release can be asked at; `areas` are supplied.
pub fn levels_of(release: &Release, areas: Option<&AreaLayer>) -> Vec<Level> {
    let london = atlas_of(release).is_some();
    let on_areas = areas.is_some() || matches!(release.units, Units::Areas(_));
    Level::ALL
        .into_iter()
        .filter(|level| match level {
            Level::Hotspot => true,
            Level::Borough | Level::CommandUnit => london,
            Level::Area => on_areas,
        })
        .collect()
}

/// Asks.
///
/// # Errors
/// [`Error::OutOfRange`] when a level needs boroughs or areas that are not there, victims are asked for and not known, or weighed by harm, a strand is not analysed, a target does not exist (the row of
/// the resource is named by [`Error::Row`]), or the period is not positive; [`Error::NoReference`] without incidents.
pub fn challenge(input: &ChallengeInput<'_>) -> Result<Challenge> {
    let release = input.release;
    if input.months == 0 {
        return Err(Error::OutOfRange { what: "next period", must: "one month at least" });
    }
    if input.measure != NeedMeasure::Incidents && input.harm.is_some() {
        return Err(Error::OutOfRange { what: "weights of harm", must: "left out where the need counts victims" });
    }
    if input.measure != NeedMeasure::Incidents && !release.facts.knows_victims() {
        return Err(Error::OutOfRange {
            what: "need",
            must: "incidents: the release does not know which of them are of one victim (analyse records with victims again)",
        });
    }
    let geography = Geography::new(input)?;
    let places = geography.places(input)?;
    let place_of = place_of(&places, geography.units);
    let published = Question::published(release);
    let needs = geography.needs(input, published, &place_of, places.len(), published.windows(input.months))?;
    // Amounts are spread by incidents, whatever they weigh.
    let by_incidents = ChallengeInput { harm: None, measure: NeedMeasure::Incidents, ..*input };
    let unit_need: Vec<f64> = geography.unit_needs(&by_incidents)?.iter().map(|n| n.count).collect();
    let groups = similar::groups(&geography, input, &places, &needs, &place_of);
    // What is needed does not depend on the kind: it is asked once for all of them.
    let under: BTreeMap<Setting, Vec<Need>> = settings(input, false)
        .into_iter()
        .filter(|setting| setting.concerns_the_need())
        .filter_map(|setting| {
            let question = published.with(setting);
            let found = geography.needs(input, question, &place_of, places.len(), question.windows(input.months));
            Some((setting, found.ok()?))
        })
        .collect();
    let told = match input.published {
        None => needs.iter().map(|need| Told { n: need.incidents, supposed: None }).collect(),
        Some(published) => places.iter().map(|place| published.told_of(input.level, place)).collect(),
    };
    let beside = input.published.map(|published| {
        let units: Vec<u32> = (0..).zip(&place_of).filter(|(_, place)| place.is_none()).map(|(unit, _)| unit).collect();
        Beside { published: published.whole(), elsewhere: published.told_in(&units, input.strand) }
    });
    let reported = input.published.is_none().then(|| {
        let filter = Filter { strands: input.strand.into(), ..Filter::over(release.window) };
        Reported { n: release.facts.total(&filter), off: OffMap::of(release, &filter) }
    });
    let mut answer = Challenge {
        level: input.level,
        strand: input.strand,
        window: release.window,
        places,
        measure: input.measure,
        told,
        beside,
        reported,
        needs,
        similar_rule: if input.level == Level::Borough { summary::similar::RULE } else { similar::RULE },
        kinds: Vec::new(),
        unanswered: Vec::new(),
        effects: Vec::new(),
    };
    let lives = Lives::of(input, &geography, &answer.places, &place_of)?;
    let covered: Vec<Vec<u32>> = (0..)
        .zip(input.resources)
        .map(|(row, r)| {
            geography.covered(&r.target, release, input.strand).map_err(|rule| Error::Row { table: "resources", row, rule })
        })
        .collect::<Result<_>>()?;
    let mut of_kind: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, resource) in input.resources.iter().enumerate() {
        let rows = of_kind.entry(resource.kind.as_str()).or_default();
        if resource.from <= input.on && input.on <= resource.to {
            rows.push(row);
        }
    }
    for (kind, rows) in of_kind {
        let Some(first) = rows.first() else {
            answer.unanswered.push((kind.to_owned(), "no row of the table holds the last day of the release"));
            continue;
        };
        if rows.iter().any(|r| input.resources[*r].unit != input.resources[*first].unit) {
            answer.unanswered.push((kind.to_owned(), "its amounts have several units"));
            continue;
        }
        let share_out = |status: Status, rule: Rule| -> Result<Shares> {
            let measures = geography.measures(&unit_need);
            let mut shares = Shares::none(answer.places.len());
            for row in rows.iter().filter(|r| input.resources[**r].status == status) {
                shares.add(input.resources[*row].amount, &covered[*row], &place_of, rule, &measures)?;
            }
            Ok(shares)
        };
        let delivered = rows.iter().any(|r| input.resources[*r].status == Status::Delivered);
        let planned = rows.iter().any(|r| input.resources[*r].status == Status::Planned);
        let status = if delivered { Status::Delivered } else { Status::Planned };
        let shares = share_out(status, input.rule)?;
        if shares.amount.iter().all(|a| *a == 0.0) {
            answer.unanswered.push((kind.to_owned(), "nothing of it is given to any place"));
            continue;
        }
        let gaps_of = gaps(&answer.needs, &shares.amount, input.policy, &input.params)?;
        let mean: Vec<f64> = answer.needs.iter().map(|n| n.expected.mean()).collect();
        let mut sources: Vec<String> = rows.iter().map(|r| input.resources[*r].source.clone()).collect();
        sources.sort();
        sources.dedup();
        let mut asked = Vec::new();
        for setting in settings(input, shares.apportioned.iter().any(|a| *a > 0.0)) {
            let found = match setting {
                Setting::Apportion(rule) => {
                    share_out(status, rule).and_then(|s| gaps(&answer.needs, &s.amount, input.policy, &input.params))
                }
                Setting::ReportedMore | Setting::ReportedLess => {
                    let factor = if setting == Setting::ReportedMore { 0.8 } else { 1.25 };
                    gaps_where_reported(&answer.needs, &shares.amount, factor, input.policy, &input.params)
                }
                other => {
                    under.get(&other).ok_or(Error::NoReference).and_then(|n| gaps(n, &shares.amount, input.policy, &input.params))
                }
            };
            asked.push(Asked { setting, label: setting.label(input), gaps: found.ok() });
        }
        let counts: Vec<u32> = answer.needs.iter().map(|n| n.incidents).collect();
        let fairness = lives.covered(input, &answer, &shares.amount, &gaps_of)?;
        answer.kinds.push(KindAnswer {
            kind: kind.to_owned(),
            unit: input.resources[*first].unit.clone(),
            status,
            planned: if delivered && planned { Some(share_out(Status::Planned, input.rule)?) } else { None },
            sources,
            similar: similar::standings(&groups, &shares.amount, &answer.needs),
            fairness,
            gaps: gaps_of,
            inequality: inequality(&shares.amount, &mean)?,
            funnel: funnel_of(&counts, &shares.amount),
            settings: asked,
            shares,
        });
    }
    // Before and after are compared by months.
    if input.published.is_none() {
        answer.effects = effects_in(&geography, input, &changes(input.resources, input.policy.delta))?;
    }
    Ok(answer)
}

/// What the hotspots of an analysis are to expect in as many months as these, by their incidents and those of all cells in these.
pub(crate) fn expected_of_hotspots(release: &Release, strand: Option<Strand>, window: MonthRange) -> Result<BTreeMap<String, f64>> {
    let policy = ChallengePolicy::current();
    let input = ChallengeInput { strand, ..ChallengeInput::new(release, &[], &policy) };
    let geography = Geography::new(&input)?;
    let places = geography.places(&input)?;
    let place_of = place_of(&places, geography.units);
    let needs = geography.needs(&input, Question { window, changed: None }, &place_of, places.len(), 1.0)?;
    Ok(places
        .into_iter()
        .zip(needs)
        .filter(|(place, _)| !place.is_rest)
        .map(|(place, need)| (place.id, need.expected.mean()))
        .collect())
}

/// Incidents against what the resources' shares would have.
fn funnel_of(counts: &[u32], amounts: &[f64]) -> Option<Funnel> {
    let (incidents, given): (f64, f64) = (counts.iter().map(|c| f64::from(*c)).sum(), amounts.iter().sum());
    let expected: Vec<f64> = amounts.iter().map(|a| a / given * incidents).collect();
    if counts.iter().zip(&expected).any(|(n, e)| *n > 0 && *e <= 0.0) {
        return None;
    }
    funnel(counts, &expected, &FunnelParams::default()).ok()
}
