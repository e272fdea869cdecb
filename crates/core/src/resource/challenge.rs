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
//! Every verdict is asked again with one choice changed at a time ([`Setting`]): window, reference measure, rule of apportioning, resolution of the
//! model, weights of harm, confirmed flags only, and a reporting rate that is a quarter higher or a fifth lower in the place than elsewhere. "Holds in 9 of
//! 12" counts those with the published verdict.

use super::allocation::{Measures, Rule, Shares};
use super::effect::{Effect, changes, effects};
use super::fairness::{Fairness, Lives, People, Stops};
use super::gap::{ChallengePolicy, Gap, GapParams, Verdict, gaps, gaps_where_reported};
use super::inequality::{Inequality, inequality};
use super::levels::Levels;
use super::need::{Harm, Need, dispersion, weighted};
use super::similar::{self, SimilarGroup};
use super::victims::{NeedMeasure, weights};
use crate::areas::AreaLayer;
use crate::atlas::{Atlas, Borough};
use crate::cube::{Filter, Provisional};
use crate::error::{Error, Result};
use crate::incident::{Offence, Strand};
use crate::month::MonthRange;
use crate::projection::LonLat;
use crate::rate::funnel::{Funnel, FunnelParams, funnel};
use crate::release::Release;
use crate::summary::{self, Traits};
use crate::units::Units;
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

/// A choice that is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Setting {
    /// The last so many months instead of the window.
    Window(u16),
    /// Another reference measure of the need, by its row in [`Release::denominators`].
    Reference(u8),
    /// Other weights of harm, by their row in [`ChallengeInput::other_harm`].
    Harm(u8),
    /// Another rule of apportioning.
    Apportion(Rule),
    /// The model on the next finer cells.
    FinerCells,
    /// Confirmed flags only.
    Confirmed,
    /// Incidents, every one alike, where harm or victims are the need.
    Counts,
    /// A quarter more is reported in the place than elsewhere: its need is smaller than it looks.
    ReportedMore,
    /// A fifth less is reported in the place: its need is larger.
    ReportedLess,
}

impl Setting {
    /// In words.
    pub fn label(self, input: &ChallengeInput<'_>) -> String {
        match self {
            Self::Window(months) => format!("the last {months} months"),
            Self::Reference(row) => format!("the reference measure is {}", input.release.denominators[usize::from(row)].id),
            Self::Harm(row) => format!("weighted by {}", input.other_harm[usize::from(row)].version),
            Self::Apportion(rule) => format!("amounts of wider areas spread {}", rule.label()),
            Self::FinerCells => "the model on finer cells".to_owned(),
            Self::Confirmed => "confirmed flags only".to_owned(),
            Self::Counts => "every incident counted alike".to_owned(),
            Self::ReportedMore => "a quarter more is reported here than elsewhere".to_owned(),
            Self::ReportedLess => "a fifth less is reported here than elsewhere".to_owned(),
        }
    }
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

/// What is asked again: every choice but the published one. Rules of apportioning matter only where something is apportioned.
pub fn settings(input: &ChallengeInput<'_>, apportioned: bool) -> Vec<Setting> {
    let window = input.release.window.len() as u16;
    let mut all: Vec<Setting> = [window / 2, window * 2].into_iter().filter(|m| *m >= 1).map(Setting::Window).collect();
    all.extend((1..input.release.denominators.len() as u8).map(Setting::Reference));
    if apportioned {
        all.extend(Rule::ALL.into_iter().filter(|r| *r != input.rule).map(Setting::Apportion));
    }
    all.extend([Setting::FinerCells, Setting::Confirmed]);
    if input.harm.is_some() || input.measure != NeedMeasure::Incidents {
        all.push(Setting::Counts);
    }
    all.extend((0..input.other_harm.len() as u8).map(Setting::Harm));
    all.extend([Setting::ReportedMore, Setting::ReportedLess]);
    all
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
    let windows = f64::from(input.months) / release.window.len() as f64;
    let published = Question::published(release);
    let needs = geography.needs(input, published, &place_of, places.len(), windows)?;
    // Amounts are spread by incidents, whatever they weigh.
    let by_incidents = ChallengeInput { harm: None, measure: NeedMeasure::Incidents, ..*input };
    let unit_need: Vec<f64> = geography.unit_needs(&by_incidents)?.iter().map(|n| n.count).collect();
    let groups = geography.similar(input, published, &places, &needs, &place_of);
    let mut answer = Challenge {
        level: input.level,
        strand: input.strand,
        window: release.window,
        places,
        measure: input.measure,
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
            answer.unanswered.push((kind.to_owned(), "no row of it holds the day"));
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
                other => geography
                    .needs(input, published.with(other), &place_of, answer.places.len(), windows_of(other, input))
                    .and_then(|n| gaps(&n, &shares.amount, input.policy, &input.params)),
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
    answer.effects = effects(input, &changes(input.resources, input.policy.delta))?;
    Ok(answer)
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

fn windows_of(setting: Setting, input: &ChallengeInput<'_>) -> f64 {
    let months = match setting {
        Setting::Window(months) => usize::from(months),
        _ => input.release.window.len(),
    };
    f64::from(input.months) / months as f64
}

/// How the need is asked for.
#[derive(Debug, Clone, Copy)]
struct Question {
    window: MonthRange,
    /// What is changed, of that which concerns the need.
    changed: Option<Setting>,
}

impl Question {
    const fn published(release: &Release) -> Self {
        Self { window: release.window, changed: None }
    }

    fn with(self, setting: Setting) -> Self {
        match setting {
            Setting::Window(months) => Self { window: MonthRange::ending(self.window.to(), months), changed: Some(setting) },
            _ => Self { changed: Some(setting), ..self },
        }
    }

    fn is(self, setting: Setting) -> bool {
        self.changed == Some(setting)
    }
}

/// Need of each unit in one window, harm where incidents are weighted; and the units that each point of a kind reaches on the day.
pub(super) fn needs_and_reach(input: &ChallengeInput<'_>, kind: &str) -> Result<(Vec<f64>, Vec<Vec<u32>>)> {
    let geography = Geography::new(input)?;
    let needs = geography.unit_needs(input)?.iter().map(|n| n.expected.mean()).collect();
    let open = |r: &Resource| {
        matches!(r.target, Target::Point { .. }) && r.kind == kind && r.amount > 0.0 && r.from <= input.on && input.on <= r.to
    };
    let reach = (0..).zip(input.resources).filter(|(_, r)| open(r)).map(|(row, r)| {
        let covered = geography.covered(&r.target, input.release, input.strand);
        covered.map_err(|rule| Error::Row { table: "resources", row, rule })
    });
    Ok((needs, reach.collect::<Result<_>>()?))
}

fn place_of(places: &[Place], units: usize) -> Vec<Option<u32>> {
    let mut of = vec![None; units];
    for (row, place) in (0..).zip(places) {
        for unit in &place.units {
            of[*unit as usize] = Some(row);
        }
    }
    of
}

/// Cells on the river or between outlines belong to whoever is nearest: somebody polices a bridge.
fn nearest(borough: &mut [Option<u32>], centers: &[[f64; 2]]) {
    let known: Vec<(usize, u32)> = borough.iter().enumerate().filter_map(|(row, b)| Some((row, (*b)?))).collect();
    for row in (0..borough.len()).filter(|row| borough[*row].is_none()).collect::<Vec<_>>() {
        let distance = |other: usize| (centers[other][0] - centers[row][0]).hypot(centers[other][1] - centers[row][1]);
        borough[row] = known.iter().min_by(|a, b| distance(a.0).total_cmp(&distance(b.0))).map(|(_, b)| *b);
    }
}

/// Units with the borough that each lies in, or is nearest to.
pub(super) struct Geography<'a> {
    release: &'a Release,
    atlas: Option<&'a Atlas>,
    /// Row in the atlas by unit.
    borough: Vec<Option<u32>>,
    /// Traits of the boroughs of the atlas.
    traits: Vec<Option<Traits>>,
    layer: Option<&'a AreaLayer>,
    /// Row in the layer by unit.
    area: Vec<Option<u32>>,
    units: usize,
    residents: Option<&'a [f64]>,
    area_km2: &'a [f64],
}

impl<'a> Geography<'a> {
    pub(super) fn new(input: &ChallengeInput<'a>) -> Result<Self> {
        let release = input.release;
        let level = release.units.level(release.resolution).ok_or(Error::NoReference)?;
        let boroughs = input.atlas.map(|a| AreaLayer::of_boroughs(a.boroughs())).transpose()?;
        let row_in = |layer: Option<&AreaLayer>, row: u32| -> Option<u32> {
            // A polygon may be a borough, or the area, itself.
            if let Units::Areas(areas) = &release.units
                && let Some(same) = layer?.row(&areas.codes()[row as usize])
            {
                return Some(same);
            }
            layer?.locate(release.units.center(release.resolution, row)?)
        };
        let traits = |row: usize, borough: &Borough| Traits::of(borough, boroughs.as_ref()?.area_km2()[row]);
        let units = level.len() as u32;
        let residents = release.denominators.iter().find(|d| d.id == crate::hotspot::denominator::RESIDENTS);
        let mut borough: Vec<Option<u32>> = (0..units).map(|row| row_in(boroughs.as_ref(), row)).collect();
        if boroughs.is_some() && matches!(release.units, Units::Cells(_)) {
            nearest(&mut borough, &release.units.centers_m(release.resolution).ok_or(Error::NoReference)?);
        }
        Ok(Self {
            release,
            atlas: input.atlas,
            borough,
            traits: input.atlas.map_or_else(Vec::new, |a| a.boroughs().iter().enumerate().map(|(row, b)| traits(row, b)).collect()),
            layer: input.areas,
            area: (0..units).map(|row| row_in(input.areas, row)).collect(),
            units: level.len(),
            residents: residents.map(|d| d.values.as_slice()),
            area_km2: level.area_km2,
        })
    }

    fn measures<'m>(&'m self, need: &'m [f64]) -> Measures<'m> {
        Measures { need, area_km2: self.area_km2, residents: self.residents }
    }

    /// Name of the command unit of a unit; the borough's own name where it has none.
    fn command_unit(&self, unit: u32) -> Option<&'a str> {
        let borough = &self.atlas?.boroughs()[self.borough[unit as usize]? as usize];
        Some(borough.bcu.as_deref().unwrap_or(&borough.name))
    }

    /// Boroughs of another force are in the scope of what is given only where something is stated for them.
    fn in_scope(borough: &Borough, resources: &[Resource]) -> bool {
        borough.bcu.is_some()
            || resources.iter().any(|r| match &r.target {
                Target::Area(code) => *code == borough.code,
                Target::CommandUnit(name) => *name == borough.name,
                Target::Hotspot(_) | Target::Point { .. } | Target::Everywhere => false,
            })
    }

    fn places(&self, input: &ChallengeInput<'_>) -> Result<Vec<Place>> {
        match input.level {
            Level::Hotspot => self.hotspots(input),
            Level::Area => self.areas(input),
            Level::Borough | Level::CommandUnit => {
                let atlas = self
                    .atlas
                    .ok_or(Error::OutOfRange { what: "level", must: "hotspot: the release is not of London's boroughs" })?;
                let mut of: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
                for unit in 0..self.units as u32 {
                    let Some(row) = self.borough[unit as usize] else { continue };
                    let borough = &atlas.boroughs()[row as usize];
                    if !Self::in_scope(borough, input.resources) {
                        continue;
                    }
                    let key = if input.level == Level::Borough {
                        (borough.code.clone(), borough.name.clone())
                    } else {
                        let name = borough.bcu.as_ref().unwrap_or(&borough.name).clone();
                        (name.clone(), name)
                    };
                    of.entry(key).or_default().push(unit);
                }
                let place = |((id, name), units): ((String, String), Vec<u32>)| Place {
                    borough: (input.level == Level::Borough).then(|| id.clone()),
                    command_unit: units.first().and_then(|u| self.command_unit(*u)).map(str::to_owned),
                    id,
                    name,
                    is_rest: false,
                    units,
                };
                Ok(of.into_iter().map(place).collect())
            }
        }
    }

    /// The supplied areas that hold the middle of a unit, or the units of a release on areas; those in the scope.
    fn areas(&self, input: &ChallengeInput<'_>) -> Result<Vec<Place>> {
        let missing =
            Error::OutOfRange { what: "level", must: "another one where no areas are supplied and the release is on cells" };
        let (codes, names) = match (self.layer, &self.release.units) {
            (Some(layer), _) | (None, Units::Areas(layer)) => (layer.codes(), layer.names()),
            (None, Units::Cells(_)) => return Err(missing),
        };
        let stated = |code: &str| input.resources.iter().any(|r| matches!(&r.target, Target::Area(of) if of == code));
        let mut of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for unit in 0..self.units as u32 {
            let area = if self.layer.is_some() { self.area[unit as usize] } else { Some(unit) };
            if let Some(area) = area {
                of.entry(area).or_default().push(unit);
            }
        }
        let place = |(row, units): (u32, Vec<u32>)| -> Option<Place> {
            let code = &codes[row as usize];
            // An area lies where most of its units do.
            let mut boroughs: BTreeMap<u32, usize> = BTreeMap::new();
            units.iter().filter_map(|u| self.borough[*u as usize]).for_each(|b| *boroughs.entry(b).or_default() += 1);
            let most = boroughs.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
            let borough = most.and_then(|(row, _)| Some(&self.atlas?.boroughs()[row as usize]));
            let asked = borough.is_none_or(|b| Self::in_scope(b, input.resources) || stated(code));
            asked.then(|| Place {
                id: code.clone(),
                name: names[row as usize].clone(),
                is_rest: false,
                borough: borough.map(|b| b.code.clone()),
                command_unit: borough.map(|b| b.bcu.as_ref().unwrap_or(&b.name).clone()),
                units,
            })
        };
        Ok(of.into_iter().filter_map(place).collect())
    }

    /// The places most like each.
    fn similar(
        &self,
        input: &ChallengeInput<'_>,
        question: Question,
        places: &[Place],
        needs: &[Need],
        place_of: &[Option<u32>],
    ) -> Vec<Option<Vec<usize>>> {
        if let (Level::Borough, Some(atlas)) = (input.level, self.atlas) {
            let row = |place: &Place| atlas.boroughs().iter().position(|b| b.code == place.id);
            let traits: Vec<Option<Traits>> = places.iter().map(|place| self.traits[row(place)?]).collect();
            return similar::of_boroughs(&traits);
        }
        let by_place = |values: &mut dyn Iterator<Item = f64>| {
            let mut sums = vec![0.0; places.len()];
            values.zip(place_of).for_each(|(v, place)| place.iter().for_each(|p| sums[*p as usize] += v));
            sums
        };
        let records: Vec<Vec<f64>> = Strand::ANALYSED
            .into_iter()
            .map(|strand| {
                let of_strand = ChallengeInput { strand: Some(strand), ..*input };
                let counts = self.counts(&of_strand, question, self.release.resolution, None).unwrap_or_default();
                by_place(&mut counts.into_iter().map(f64::from))
            })
            .collect();
        let residents = self.residents.map(|r| by_place(&mut r.iter().copied()));
        similar::by_need(places, needs, residents.as_deref(), &records)
    }

    fn hotspots(&self, input: &ChallengeInput<'_>) -> Result<Vec<Place>> {
        let analysis = self
            .release
            .analysis(input.strand)
            .ok_or(Error::OutOfRange { what: "strand", must: "one that the release has analysed" })?;
        // Another force's places are in no scope: nothing of this one's could have gone there.
        let elsewhere: Vec<bool> = (0..self.units)
            .map(|unit| {
                let borough = self.atlas.zip(self.borough[unit]).map(|(atlas, row)| &atlas.boroughs()[row as usize]);
                borough.is_some_and(|b| !Self::in_scope(b, input.resources))
            })
            .collect();
        let mut taken = elsewhere.clone();
        let mut places: Vec<Place> = analysis
            .hotspots
            .iter()
            .filter(|h| !elsewhere[h.peak as usize])
            .map(|h| {
                h.units.iter().for_each(|u| taken[*u as usize] = true);
                Place {
                    id: h.identity.id.clone(),
                    name: h.name.clone(),
                    is_rest: false,
                    borough: h
                        .area_code
                        .clone()
                        .or_else(|| Some(self.atlas?.boroughs()[self.borough[h.peak as usize]? as usize].code.clone())),
                    command_unit: self.command_unit(h.peak).map(str::to_owned),
                    units: h.units.clone(),
                }
            })
            .collect();
        // Of two places of one name each says which it is.
        let mut of_name: BTreeMap<String, u32> = BTreeMap::new();
        for place in &places {
            *of_name.entry(place.name.clone()).or_default() += 1;
        }
        for place in places.iter_mut().filter(|p| of_name[&p.name] > 1) {
            place.name = format!("{} ({})", place.name, place.id);
        }
        let mut rest: BTreeMap<Option<&str>, Vec<u32>> = BTreeMap::new();
        for unit in (0..self.units as u32).filter(|u| !taken[*u as usize]) {
            rest.entry(self.command_unit(unit)).or_default().push(unit);
        }
        for (unit, units) in rest {
            let name = unit.unwrap_or("the study area");
            places.push(Place {
                id: format!("rest-of-{}", name.to_lowercase().replace(' ', "-")),
                name: format!("Rest of {name}"),
                is_rest: true,
                borough: None,
                command_unit: unit.map(str::to_owned),
                units,
            });
        }
        Ok(places)
    }

    /// Counts by unit of a level.
    fn counts(&self, input: &ChallengeInput<'_>, question: Question, resolution: u8, offence: Option<Offence>) -> Option<Vec<u32>> {
        Some(self.release.units.level(resolution)?.counts(&self.release.facts, &Self::filter(input, question, offence)))
    }

    fn filter(input: &ChallengeInput<'_>, question: Question, offence: Option<Offence>) -> Filter {
        let provisional = if question.is(Setting::Confirmed) { Provisional::Left } else { Provisional::Included };
        Filter { strand: input.strand, offence, provisional, ..Filter::over(question.window) }
    }

    fn needs(
        &self,
        input: &ChallengeInput<'_>,
        question: Question,
        place_of: &[Option<u32>],
        places: usize,
        windows: f64,
    ) -> Result<Vec<Need>> {
        let held = self.release.months;
        if !held.contains(question.window.from()) {
            return Err(Error::OutOfRange { what: "window", must: "one of the months held" });
        }
        let resolution = self.release.resolution;
        let dispersion = self.dispersion(input, question, place_of, places);
        let made = if question.is(Setting::FinerCells) {
            let finer = resolution + 1;
            let level = self.release.units.level(finer).ok_or(Error::NoReference)?;
            let counts = self.counts(input, question, finer, None).ok_or(Error::NoReference)?;
            let parents: Vec<Option<u32>> =
                (0..level.len() as u32).map(|row| self.release.units.row_at(finer, row, resolution)).collect();
            let of = |all: &[Option<u32>]| -> Vec<Option<u32>> {
                parents.iter().map(|row| all.get((*row)? as usize).copied().flatten()).collect()
            };
            let reference = Levels::of(&counts, level.area_km2, of(&self.borough), dispersion);
            reference.needs(&counts, &of(place_of), places, windows)?
        } else {
            let counts = self.counts(input, question, resolution, None).ok_or(Error::NoReference)?;
            let row = if let Some(Setting::Reference(row)) = question.changed { usize::from(row) } else { 0 };
            let measure = self.release.denominators.get(row).ok_or(Error::NoReference)?;
            let reference = Levels::of(&counts, &measure.values, self.borough.clone(), dispersion);
            reference.needs(&counts, place_of, places, windows)?
        };
        if question.is(Setting::Counts) {
            return Ok(made);
        }
        let other_harm =
            if let Some(Setting::Harm(row)) = question.changed { input.other_harm.get(usize::from(row)) } else { None };
        if other_harm.is_none() && input.measure != NeedMeasure::Incidents {
            let (facts, level) = (&self.release.facts, self.release.units.level(resolution).ok_or(Error::NoReference)?);
            let place = |row: usize| place_of.get(level.row_of(facts.unit(row)?)? as usize).copied().flatten();
            return weighted(&made, &weights(facts, Self::filter(input, question, None), input.measure, places, place));
        }
        match other_harm.or(input.harm) {
            None => Ok(made),
            Some(table) => {
                let mut harm = vec![Harm::default(); places];
                for offence in Offence::ALL {
                    let weight = table.weights.get(offence).copied().unwrap_or(0.0);
                    let counts = self.counts(input, question, resolution, Some(*offence)).ok_or(Error::NoReference)?;
                    for (count, place) in counts.iter().zip(place_of) {
                        if let Some(place) = place {
                            (0..*count).for_each(|_| harm[*place as usize].add(weight));
                        }
                    }
                }
                weighted(&made, &harm)
            }
        }
    }

    /// How much more the monthly counts of the places vary than by chance.
    fn dispersion(&self, input: &ChallengeInput<'_>, question: Question, place_of: &[Option<u32>], places: usize) -> f64 {
        let mut monthly = vec![vec![0u32; question.window.len()]; places];
        for (at, month) in question.window.iter().enumerate() {
            let one = Question { window: MonthRange::ending(month, 1), ..question };
            for (count, place) in self.counts(input, one, self.release.resolution, None).unwrap_or_default().iter().zip(place_of) {
                if let Some(place) = place {
                    monthly[*place as usize][at] += count;
                }
            }
        }
        dispersion(&monthly)
    }

    /// Need of each unit in one window.
    fn unit_needs(&self, input: &ChallengeInput<'_>) -> Result<Vec<Need>> {
        self.needs(input, Question::published(self.release), &self.each_unit(), self.units, 1.0)
    }

    /// What each unit is to expect by the incidents of some months, for as many months.
    pub(super) fn unit_needs_in(&self, input: &ChallengeInput<'_>, window: MonthRange) -> Result<Vec<Need>> {
        self.needs(input, Question { window, changed: None }, &self.each_unit(), self.units, 1.0)
    }

    /// How much more the monthly counts of the units vary than by chance.
    pub(super) fn unit_dispersion(&self, input: &ChallengeInput<'_>, window: MonthRange) -> f64 {
        self.dispersion(input, Question { window, changed: None }, &self.each_unit(), self.units)
    }

    /// Residents by unit, where they are known.
    pub(super) fn residents(&self) -> Option<&'a [f64]> {
        self.residents
    }

    /// The borough of each unit that has a level of its own, and the relative variance of these levels by the counts of some months.
    pub(super) fn levels(&self, counts: &[u32], dispersion: f64) -> (Vec<Option<u32>>, BTreeMap<u32, f64>) {
        let within = Levels::of(counts, self.area_km2, self.borough.clone(), dispersion);
        (within.borough, within.variance)
    }

    fn each_unit(&self) -> Vec<Option<u32>> {
        (0..self.units as u32).map(Some).collect()
    }

    /// Units that a resource is stated for; the rule that is broken where there is no such place.
    pub(super) fn covered(
        &self,
        target: &Target,
        release: &Release,
        strand: Option<Strand>,
    ) -> std::result::Result<Vec<u32>, &'static str> {
        let all = 0..self.units as u32;
        let boroughs = self.atlas.map(Atlas::boroughs).unwrap_or_default();
        let in_borough = |wanted: &dyn Fn(usize) -> bool| -> Vec<u32> {
            all.clone().filter(|u| self.borough[*u as usize].is_some_and(|b| wanted(b as usize))).collect()
        };
        match target {
            Target::Everywhere => Ok(all.collect()),
            Target::Hotspot(id) => {
                let analyses = release.analysis(strand).into_iter().chain(&release.analyses);
                let found = analyses.flat_map(|a| &a.hotspots).find(|h| h.identity.id == *id);
                found.map(|h| h.units.clone()).ok_or("the place must be a hotspot of the release")
            }
            Target::Area(code) => {
                if let Some(row) = release.units.row(release.resolution, code) {
                    return Ok(vec![row]);
                }
                if let Some(row) = self.layer.and_then(|layer| layer.row(code)) {
                    return Ok(all.filter(|u| self.area[*u as usize] == Some(row)).collect());
                }
                if !boroughs.iter().any(|b| b.code == *code) {
                    return Err("the place must be the code of a borough, or of an area of the release or of those supplied");
                }
                Ok(in_borough(&|b| boroughs[b].code == *code))
            }
            Target::CommandUnit(name) => {
                // The police say "South" and "South Area".
                let bare = |name: &str| {
                    let name = name.trim().to_lowercase();
                    name.strip_suffix(" area").or_else(|| name.strip_suffix(" bcu")).unwrap_or(&name).to_owned()
                };
                let wanted = bare(name);
                let is = |b: usize| bare(boroughs[b].bcu.as_deref().unwrap_or(&boroughs[b].name)) == wanted;
                if !(0..boroughs.len()).any(is) {
                    return Err("the place must be the name of a Basic Command Unit, or City of London");
                }
                Ok(in_borough(&is))
            }
            Target::Point { at, reach_m } => {
                let outside = "the point must lie in the study area";
                let metres = release.units.projection().metres_from_lonlat(*at).map_err(|_far| outside)?;
                let centers = release.units.centers_m(release.resolution).ok_or(outside)?;
                let near: Vec<u32> = (0..)
                    .zip(centers.iter())
                    .filter(|(_, c)| (c[0] - metres[0]).hypot(c[1] - metres[1]) <= *reach_m)
                    .map(|(row, _)| row)
                    .collect();
                if !near.is_empty() {
                    return Ok(near);
                }
                let unit = release.units.locate(*at).and_then(|finest| release.units.level(release.resolution)?.row_of(finest));
                unit.map(|u| vec![u]).ok_or(outside)
            }
        }
    }
}
