//! Resources against need.

use super::effect::{self, ResourceEffectEntry};
use super::fairness::{self, FairnessEntry};
use super::{Period, bytes};
use crate::challenge::Given;
use hotspot_core::Strand;
use hotspot_core::disclosure::Released;
use hotspot_core::disclosure::published::Basis;
use hotspot_core::hotspot::Estimate;
use hotspot_core::resource::challenge::{CAVEAT, KindAnswer};
use hotspot_core::resource::effect::NO_CAUSE;
use hotspot_core::resource::fairness::ECOLOGICAL;
use hotspot_core::resource::gap::{Gap, Verdict, by_shortfall, with};
use hotspot_core::view::{ChallengeView, SitesView, WhatIfView};
use hotspot_report::challenge::Evidence;
use hotspot_report::challenge::words::{self, NO_FORECAST, SITES_LIMITS, held_words, reconciled};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Resources against need: by kind, the places by shortfall. Shares are 0 to 1, gaps resource share less need share.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChallengeAnswer<'a> {
    release: &'a str,
    #[serde(flatten)]
    asked: Parameters<'a>,
    /// Months whose incidents are counted.
    window: Period,
    policy: PolicyEntry<'a>,
    /// To be shown with every figure.
    caveat: &'static str,
    /// Where the answer is made of what is published below the analyst; null where it is made of records.
    made_from: Option<MadeFrom<'a>>,
    /// How the places' incidents hang together with all that was reported, or is published, of the study area, in words.
    reconciled: Option<String>,
    kinds: Vec<KindEntry<'a>>,
    unanswered: Vec<Unanswered<'a>>,
    /// Before and after, wherever an amount of the table changed.
    effects: Vec<ResourceEffectEntry<'a>>,
    /// To be shown with every figure of who is covered.
    fairness_caveat: &'static str,
    /// To be shown with every comparison of before and after.
    effects_caveat: &'static str,
}

/// The published figures that an answer is made of.
#[derive(Debug, Serialize, ToSchema)]
struct MadeFrom<'a> {
    /// Version of the policy.
    policy: &'a str,
    /// Counts below this are not told.
    threshold: u32,
    /// Whole quarters in which incidents are counted.
    counted: Period,
    hotspots: usize,
    /// Of these, hotspots without a count that can be told: they are in the rest of their command unit.
    without_count: usize,
}

impl<'a> From<&'a Basis> for MadeFrom<'a> {
    fn from(basis: &'a Basis) -> Self {
        let [hotspots, without_count] = basis.hotspots;
        Self { policy: &basis.policy, threshold: basis.threshold, counted: basis.counted.into(), hotspots, without_count }
    }
}

/// What was asked, and how.
#[derive(Debug, Serialize, ToSchema)]
struct Parameters<'a> {
    /// hotspot, borough, bcu or area.
    level: &'static str,
    /// What the need counts: incidents, victims or repeat-victims.
    need: &'static str,
    /// Null for all records.
    strand: Option<&'static str>,
    /// How amounts of wider areas were spread.
    apportion: &'static str,
    /// The day on which resources were looked at.
    on: String,
    /// Length of the next period.
    months: u16,
    /// Version of the weights of harm; null where incidents count alike.
    harm: Option<&'a str>,
    /// Draws of each gap.
    draws: u32,
    seed: u64,
    /// Level of the intervals.
    interval: f64,
}

/// When a place is questioned.
#[derive(Debug, Serialize, ToSchema)]
struct PolicyEntry<'a> {
    version: &'a str,
    /// By which part of its need share a place may be short.
    delta: f64,
    /// P from which it is questioned.
    probability: f64,
    /// Largest mean 1 − P of the list.
    error: f64,
    /// Fewest expected incidents.
    minimum_expected: f64,
}

/// One kind of resource.
#[derive(Debug, Serialize, ToSchema)]
struct KindEntry<'a> {
    kind: &'a str,
    unit: &'a str,
    /// planned or delivered.
    status: &'static str,
    sources: &'a [String],
    /// Amounts that no place gets.
    outside: f64,
    gini: f64,
    /// Share that would have to be elsewhere for shares to agree.
    misplaced: f64,
    /// The settings under which it was asked again, in words.
    settings: Vec<String>,
    /// By what places are alike, in words.
    similar_rule: &'static str,
    /// Who is covered: people and strands' incidents in places that are short.
    fairness: FairnessEntry<'a>,
    /// By shortfall, the largest first.
    places: Vec<PlaceEntry<'a>>,
}

/// A place and one kind of resource.
#[derive(Debug, Serialize, ToSchema)]
struct PlaceEntry<'a> {
    id: &'a str,
    name: &'a str,
    /// It is what remains of a command unit beside the hotspots.
    is_rest: bool,
    borough: Option<&'a str>,
    bcu: Option<&'a str>,
    /// In the window; to the nearest 5 where they are supposed.
    incidents: u32,
    /// `[e]` where they are not told, or not all of them, and supposed from what is published; null for a count.
    incidents_status: Option<&'static str>,
    /// Which share of them is supposed, 0 to 1; null for a count.
    incidents_supposed: Option<f64>,
    /// In the next period, of what the need counts; with weights of harm, in units of harm.
    expected: f64,
    /// Incidents in the next period, whatever the need counts.
    expected_incidents: f64,
    amount: f64,
    /// Of it, from amounts of wider areas.
    apportioned: f64,
    /// What was planned, where delivered amounts are compared.
    planned: Option<f64>,
    #[serde(flatten)]
    gap: GapEntry,
    /// In how many of the settings with an answer the verdict is the same.
    holds_in: usize,
    settings: usize,
    /// The gap under each setting, in their order; null where there is no answer.
    under_settings: Vec<Option<SettingEntry>>,
    /// Beside the places most like it; null where there is no group.
    similar: Option<SimilarEntry<'a>>,
}

/// A place beside those most like it.
#[derive(Debug, Serialize, ToSchema)]
struct SimilarEntry<'a> {
    /// Amount for each expected incident.
    per_incident: f64,
    /// Of the others.
    median: f64,
    /// Lowest and highest of the others.
    range: [f64; 2],
    /// 1 for the lowest of the group.
    rank: usize,
    /// Places of the group, itself included.
    group: usize,
    /// Ids of the others, the most alike first.
    others: Vec<&'a str>,
}

#[derive(Debug, Serialize, ToSchema)]
struct GapEntry {
    resource_share: f64,
    need_share: Interval,
    gap: Interval,
    location_quotient: Interval,
    /// How likely it gets less than 1 − delta of its share.
    p_under: f64,
    rank: u32,
    rank_limits: [u32; 2],
    /// questioned, not_questioned or cannot_tell.
    verdict: &'static str,
}

/// A mean with its interval; null where it is infinite.
#[derive(Debug, Serialize, ToSchema)]
struct Interval {
    mean: Option<f64>,
    lo: Option<f64>,
    hi: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SettingEntry {
    gap: f64,
    verdict: &'static str,
}

/// A kind without an answer.
#[derive(Debug, Serialize, ToSchema)]
struct Unanswered<'a> {
    kind: &'a str,
    why: &'static str,
}

impl From<&Estimate> for Interval {
    fn from(e: &Estimate) -> Self {
        let finite = |v: f64| v.is_finite().then_some(v);
        Self { mean: finite(e.mean), lo: finite(e.lo), hi: finite(e.hi) }
    }
}

impl From<&Gap> for GapEntry {
    fn from(gap: &Gap) -> Self {
        Self {
            resource_share: gap.resource_share,
            need_share: (&gap.need_share).into(),
            gap: (&gap.gap).into(),
            location_quotient: (&gap.location_quotient).into(),
            p_under: gap.p_under,
            rank: gap.rank,
            rank_limits: gap.ranks,
            verdict: gap.verdict.id(),
        }
    }
}

fn parameters(view: &ChallengeView) -> Parameters<'_> {
    Parameters {
        level: view.answer.level.id(),
        need: view.answer.measure.id(),
        strand: view.answer.strand.map(Strand::id),
        apportion: view.rule.id(),
        on: view.on.to_string(),
        months: view.months,
        harm: view.harm.as_deref(),
        draws: view.params.replicates,
        seed: view.params.seed,
        interval: view.params.level,
    }
}

fn policy(view: &ChallengeView) -> PolicyEntry<'_> {
    let policy = &view.policy;
    PolicyEntry {
        version: &policy.version,
        delta: policy.delta,
        probability: policy.probability,
        error: policy.error,
        minimum_expected: policy.minimum_expected,
    }
}

fn place<'a>(view: &'a ChallengeView, kind: &KindAnswer, row: usize) -> PlaceEntry<'a> {
    let (place, told) = (&view.answer.places[row], view.answer.told[row]);
    let (held, of) = kind.held(row);
    let under = |gaps: &Vec<Gap>| SettingEntry { gap: gaps[row].gap.mean, verdict: gaps[row].verdict.id() };
    PlaceEntry {
        id: &place.id,
        name: &place.name,
        is_rest: place.is_rest,
        borough: place.borough.as_deref(),
        bcu: place.command_unit.as_deref(),
        incidents: told.shown(),
        incidents_status: told.supposed.map(|_| told.status()),
        incidents_supposed: told.share_supposed(),
        expected: view.answer.needs[row].expected.mean(),
        expected_incidents: view.answer.needs[row].count,
        amount: kind.shares.amount[row],
        apportioned: kind.shares.apportioned[row],
        planned: kind.planned.as_ref().map(|p| p.amount[row]),
        gap: (&kind.gaps[row]).into(),
        holds_in: held,
        settings: of,
        under_settings: kind.settings.iter().map(|s| s.gaps.as_ref().map(under)).collect(),
        similar: kind.similar[row].as_ref().map(|group| SimilarEntry {
            per_incident: group.per_incident,
            median: group.median,
            range: group.range,
            rank: group.rank,
            group: group.size(),
            others: group.others.iter().map(|other| view.answer.places[*other].id.as_str()).collect(),
        }),
    }
}

fn document(view: &ChallengeView) -> ChallengeAnswer<'_> {
    ChallengeAnswer {
        release: &view.release,
        asked: parameters(view),
        window: view.answer.window.into(),
        policy: policy(view),
        caveat: CAVEAT,
        made_from: view.basis.as_ref().map(MadeFrom::from),
        reconciled: reconciled(&view.answer),
        kinds: view
            .answer
            .kinds
            .iter()
            .map(|kind| KindEntry {
                kind: &kind.kind,
                unit: &kind.unit,
                status: kind.status.id(),
                sources: &kind.sources,
                outside: kind.shares.outside,
                gini: kind.inequality.gini,
                misplaced: kind.inequality.misplaced,
                settings: kind.settings.iter().map(|s| s.label.clone()).collect(),
                similar_rule: view.answer.similar_rule,
                fairness: fairness::entry(&kind.fairness),
                places: by_shortfall(&kind.gaps).into_iter().map(|row| place(view, kind, row)).collect(),
            })
            .collect(),
        unanswered: view.answer.unanswered.iter().map(|(kind, why)| Unanswered { kind, why }).collect(),
        effects: view.answer.effects.iter().map(effect::entry).collect(),
        effects_caveat: NO_CAUSE,
        fairness_caveat: ECOLOGICAL,
    }
}

/// The answer to a challenge as JSON: what the server and `hotspot challenge --json` say. Of restricted records only the analyst's own
/// terminal gets it: the server has released views alone.
pub fn challenge_json(view: &ChallengeView) -> Vec<u8> {
    bytes(&document(view))
}

pub(crate) fn challenge(view: &Released<ChallengeView>, kind: Option<&str>) -> Vec<u8> {
    let mut answer = document(view);
    answer.kinds.retain(|k| kind.is_none_or(|kind| k.kind == kind));
    answer.effects.retain(|e| kind.is_none_or(|kind| e.kind == kind));
    bytes(&answer)
}

/// One place against every kind of resource.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceAnswer<'a> {
    release: &'a str,
    #[serde(flatten)]
    asked: Parameters<'a>,
    /// Months whose incidents are counted.
    window: Period,
    policy: PolicyEntry<'a>,
    /// To be shown with every figure.
    caveat: &'static str,
    kinds: Vec<PlaceKind<'a>>,
    unanswered: Vec<Unanswered<'a>>,
}

/// One kind of resource at one place.
#[derive(Debug, Serialize, ToSchema)]
struct PlaceKind<'a> {
    kind: &'a str,
    /// The kind in words.
    label: String,
    unit: &'a str,
    /// planned or delivered.
    status: &'static str,
    /// The verdict with the figures that it rests on, in words.
    sentence: String,
    /// Where the place stands among those most like it, in words; null where there is no group.
    beside: Option<String>,
    place: PlaceEntry<'a>,
}

pub(crate) fn challenged_place(view: &ChallengeView, evidence: &Evidence<'_>, row: usize) -> Vec<u8> {
    bytes(&PlaceAnswer {
        release: &view.release,
        asked: parameters(view),
        window: view.answer.window.into(),
        policy: policy(view),
        caveat: CAVEAT,
        kinds: (view.answer.kinds.iter())
            .map(|kind| PlaceKind {
                kind: &kind.kind,
                label: words::capital(&words::kind_words(&kind.kind)),
                unit: &kind.unit,
                status: kind.status.id(),
                sentence: words::sentence(&evidence.input, &view.answer, kind, row),
                beside: words::similar(&view.answer, kind, row),
                place: place(view, kind, row),
            })
            .collect(),
        unanswered: view.answer.unanswered.iter().map(|(kind, why)| Unanswered { kind, why }).collect(),
    })
}

/// What is frozen when a challenge is raised: the row of the place with all that it hangs on.
pub(crate) fn evidence(view: &Released<ChallengeView>, kind: &KindAnswer, row: usize, given: &Given) -> Value {
    let settings: Vec<String> = kind.settings.iter().map(|s| s.label.clone()).collect();
    let mut evidence = json!({
        "release": view.release,
        "window": Period::from(view.answer.window),
        "parameters": parameters(view),
        "policy": policy(view),
        "resources": {"file": given.file, "sha256": given.sha256, "sources": kind.sources},
        "kind": kind.kind,
        "unit": kind.unit,
        "status": kind.status.id(),
        "places": view.answer.places.len(),
        "settings": settings,
        "place": place(view, kind, row),
        "caveat": CAVEAT,
    });
    if let (Some(basis), Some(fields)) = (&view.basis, evidence.as_object_mut()) {
        fields.insert("made_from".to_owned(), json!(MadeFrom::from(basis)));
    }
    rounded(evidence)
}

/// Figures to twelve significant digits: whatever reads them and writes them again writes the same, and so finds the same digest.
fn rounded(value: Value) -> Value {
    match value {
        Value::Number(n) if n.is_f64() => {
            n.as_f64().and_then(|v| format!("{v:.11e}").parse::<f64>().ok()).map_or(Value::Null, Value::from)
        }
        Value::Array(all) => all.into_iter().map(rounded).collect(),
        Value::Object(all) => all.into_iter().map(|(name, v)| (name, rounded(v))).collect(),
        other => other,
    }
}

/// What is wished; what is left out stays as it is or is free.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatIfBody {
    /// Id of a release; default the newest.
    pub release: Option<String>,
    /// hotspot (default), borough, bcu, or area of a release on areas and of published figures.
    pub level: Option<String>,
    /// all (default) or a strand that the release analyses.
    pub strand: Option<String>,
    /// need (default), area, residents or equal.
    pub apportion: Option<String>,
    /// Kind of resource.
    pub kind: String,
    /// All that is given out; default as much as now.
    pub budget: Option<f64>,
    /// Least that a place keeps of its amount, 0 to 1.
    pub floor: Option<f64>,
    /// Most by which an amount changes either way, as a share of it.
    pub change: Option<f64>,
    /// Amounts in whole steps of this.
    pub step: Option<f64>,
    /// Places whose amount is set, by id; the rest of the budget goes to the others.
    #[serde(default)]
    pub amounts: BTreeMap<String, f64>,
}

/// One kind of resource given out otherwise: who would get what, not what would happen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhatIf<'a> {
    release: &'a str,
    level: &'static str,
    /// Null for all records.
    strand: Option<&'static str>,
    kind: &'a str,
    unit: &'a str,
    caveat: &'static str,
    /// All that is given out: now, and then.
    budget: [f64; 2],
    questioned: [usize; 2],
    /// By shortfall afterwards, the largest first.
    places: Vec<WhatIfPlace<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct WhatIfPlace<'a> {
    id: &'a str,
    name: &'a str,
    /// Now, and then.
    amount: [f64; 2],
    before: GapEntry,
    after: GapEntry,
    /// What holds the place, in words; null when it gets its share of the need.
    held: Option<String>,
}

pub(crate) fn what_if(view: &Released<WhatIfView>) -> Vec<u8> {
    what_if_json(view)
}

/// A resource given out otherwise, as JSON: what the server and `hotspot what-if --json` say.
pub fn what_if_json(view: &WhatIfView) -> Vec<u8> {
    bytes(&WhatIf {
        release: &view.release,
        level: view.level.id(),
        strand: view.strand.map(Strand::id),
        kind: &view.kind,
        unit: &view.unit,
        caveat: NO_FORECAST,
        budget: [view.current.iter().sum(), view.played.amount.iter().sum()],
        questioned: [&view.before, &view.played.gaps].map(|gaps| with(gaps, Verdict::Questioned)),
        places: by_shortfall(&view.played.gaps)
            .into_iter()
            .map(|row| WhatIfPlace {
                id: &view.places[row].id,
                name: &view.places[row].name,
                amount: [view.current[row], view.played.amount[row]],
                before: (&view.before[row]).into(),
                after: (&view.played.gaps[row]).into(),
                held: held_words(view, row),
            })
            .collect(),
    })
}

/// Where more sites would reach most of the need.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SitesAnswer<'a> {
    release: &'a str,
    /// Null for all records.
    strand: Option<&'static str>,
    months: u16,
    /// Version of the weights of harm; null where incidents count alike.
    harm: Option<&'a str>,
    kind: &'a str,
    /// Reach of a new site.
    reach_m: f64,
    caveat: &'static str,
    /// Incidents to be expected in the months, everywhere; harm where they are weighted.
    need: f64,
    /// Points of the kind in the table.
    open: usize,
    /// Share of the need that they reach.
    reached: f64,
    candidates: usize,
    /// Share that is reached with those chosen.
    then: f64,
    /// No choice of as many reaches more.
    bound: f64,
    /// The choice is the best one.
    best: bool,
    chosen: Vec<SiteEntry<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SiteEntry<'a> {
    /// Of the candidate, or of the cell.
    id: &'a str,
    borough: Option<&'a str>,
    lon: f64,
    lat: f64,
    /// What it adds to those before it, as a share of the need.
    adds: f64,
}

/// Sites as JSON: what the server and `hotspot sites --json` say.
pub fn sites_json(view: &SitesView) -> Vec<u8> {
    let sites = &view.sites;
    bytes(&SitesAnswer {
        release: &view.release,
        strand: view.strand.map(Strand::id),
        months: view.months,
        harm: view.harm.as_deref(),
        kind: &view.kind,
        reach_m: view.reach_m,
        caveat: SITES_LIMITS,
        need: sites.need,
        open: sites.open,
        reached: sites.reached,
        candidates: sites.candidates,
        then: sites.then,
        bound: sites.bound,
        best: sites.best,
        chosen: sites
            .chosen
            .iter()
            .map(|s| SiteEntry { id: &s.id, borough: s.borough.as_deref(), lon: s.at.lon, lat: s.at.lat, adds: s.adds })
            .collect(),
    })
}

pub(crate) fn sites(view: &Released<SitesView>) -> Vec<u8> {
    sites_json(view)
}

/// A table of resources that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourcesTaken<'a> {
    file: &'a str,
    /// Of the file as it is now, and as every answer names it.
    sha256: &'a str,
    rows: usize,
}

/// The table of resources.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourcesAnswer<'a> {
    #[serde(flatten)]
    table: ResourcesTaken<'a>,
    resources: Vec<ResourceEntry<'a>>,
}

/// A row of the table.
#[derive(Debug, Serialize, ToSchema)]
struct ResourceEntry<'a> {
    kind: &'a str,
    /// hotspot, area, bcu, point or all.
    place_type: &'static str,
    place: String,
    period_start: String,
    period_end: String,
    amount: f64,
    unit: &'a str,
    /// planned or delivered.
    status: &'static str,
    source: &'a str,
}

fn table(given: &Given) -> ResourcesTaken<'_> {
    ResourcesTaken { file: &given.file, sha256: &given.sha256, rows: given.resources.len() }
}

pub(crate) fn taken(given: &Given) -> Vec<u8> {
    bytes(&table(given))
}

pub(crate) fn resources(given: &Given) -> Vec<u8> {
    let resources = given.resources.iter().map(|r| {
        let (place_type, place) = r.target.columns();
        ResourceEntry {
            kind: &r.kind,
            place_type,
            place,
            period_start: r.from.to_string(),
            period_end: r.to.to_string(),
            amount: r.amount,
            unit: &r.unit,
            status: r.status.id(),
            source: &r.source,
        }
    });
    bytes(&ResourcesAnswer { table: table(given), resources: resources.collect() })
}
