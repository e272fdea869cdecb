//! What is said of a place, tied to its interval.

use super::in_order;
use crate::chart::number;
use hotspot_core::disclosure::published::{Basis, Told};
use hotspot_core::disclosure::signs::ESTIMATED_WORDS;
use hotspot_core::hotspot::Estimate;
use hotspot_core::resource::challenge::{Challenge, ChallengeInput, KindAnswer, Level, Reported, Status};
use hotspot_core::resource::effect::{Effect, Found, MIN_MONTHS};
use hotspot_core::resource::fairness::{ECOLOGICAL, Exposure};
use hotspot_core::resource::gap::{ChallengePolicy, Verdict, with};
use hotspot_core::resource::question::settings;
use hotspot_core::resource::victims::NeedMeasure;
use hotspot_core::resource::what_if::Held;
use hotspot_core::view::{SitesView, WhatIfView};
use std::collections::BTreeMap;

/// A kind of resource as prose has it: `patrol hours`.
pub fn kind_words(kind: &str) -> String {
    match kind {
        "hclo" => "hate crime liaison officers".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A share as per cent: two decimals below 1 %, one from there on.
pub fn percent(share: f64) -> String {
    let value = 100.0 * share;
    format!("{} %", number(value, if value.abs() < 1.0 { 2 } else { 1 }))
}

/// A difference of shares in percentage points, without its sign.
fn points(difference: f64) -> String {
    let value = (100.0 * difference).abs();
    number(value, if value < 1.0 { 2 } else { 1 })
}

/// How likely something is, in a word and as a number.
pub fn likely(p: f64) -> String {
    let word = match p {
        p if p >= 0.99 => "almost certain",
        p if p >= 0.9 => "very likely",
        p if p >= 2.0 / 3.0 => "likely",
        p if p >= 1.0 / 3.0 => "about as likely as not",
        p if p >= 0.1 => "unlikely",
        _ => "very unlikely",
    };
    let p = match p {
        p if p > 0.999 => "P above 0.999".to_owned(),
        p if p < 0.001 => "P below 0.001".to_owned(),
        p => format!("P = {p:.3}"),
    };
    format!("{word} ({p})")
}

/// What is needed: incidents, or harm where they are weighted.
pub fn need_words(input: &ChallengeInput<'_>) -> &'static str {
    match input.measure {
        NeedMeasure::Victims => "expected victims",
        NeedMeasure::RepeatVictims => "expected repeat victims",
        NeedMeasure::Incidents if input.harm.is_some() => "expected harm",
        NeedMeasure::Incidents => "expected incidents",
    }
}

/// Which records are meant.
pub fn records_words(input: &ChallengeInput<'_>) -> String {
    match input.strand {
        Some(strand) => format!("recorded hate crime, {}", strand.label().to_lowercase()),
        None if input.published.is_some() || input.release.is_hate_crime() => "all recorded hate crime".to_owned(),
        None => "all recorded incidents".to_owned(),
    }
}

/// A level, one and several.
pub const fn level_words(level: Level) -> [&'static str; 2] {
    match level {
        Level::Hotspot => ["hotspot", "hotspots"],
        Level::Borough => ["borough", "boroughs"],
        Level::CommandUnit => ["command unit", "command units"],
        Level::Area => ["area", "areas"],
    }
}

/// How a place comes by a resource.
pub(super) const fn gets(status: Status) -> &'static str {
    match status {
        Status::Planned => "is planned to get",
        Status::Delivered => "got",
    }
}

/// By which part of its share a place must be short to be questioned.
fn bar(policy: &ChallengePolicy) -> String {
    format!("{:.0} %", 100.0 * (1.0 - policy.delta))
}

/// What is asked, in one sentence.
pub fn asked(input: &ChallengeInput<'_>, answer: &Challenge) -> String {
    let [_, several] = level_words(answer.level);
    format!(
        "Does what is given to {several} on {} follow what is to be expected there in the next {} months? Expected is what {} of {} to {} \
         says; shares are of {} places that together are the whole scope.",
        input.on.strftime("%-d %B %Y"),
        input.months,
        records_words(input),
        answer.window.from().in_words(),
        answer.window.to().in_words(),
        answer.places.len()
    )
}

/// What is said of all places of a kind.
pub fn overall(input: &ChallengeInput<'_>, kind: &KindAnswer) -> Vec<String> {
    let given: f64 = kind.shares.amount.iter().sum();
    let apportioned: f64 = kind.shares.apportioned.iter().sum();
    let [questioned, not, cannot] = Verdict::ALL.map(|verdict| number(with(&kind.gaps, verdict) as f64, 0));
    let mut said = vec![format!(
        "{}: {} {} {}. Of {} places {questioned} are questioned and {not} are not; of {cannot} too little is known to say.",
        capital(&kind_words(&kind.kind)),
        number(given, 1),
        kind.unit,
        kind.status.id(),
        kind.gaps.len()
    )];
    said.push(format!(
        "{} of it would have to be elsewhere for every place to have its share of the {} (Gini {:.2}).",
        percent(kind.inequality.misplaced),
        need_words(input),
        kind.inequality.gini
    ));
    if apportioned > 0.0 {
        said.push(format!(
            "{} of it is stated for wider areas and spread {} over the places in them: there the answer follows that rule.{}",
            percent(apportioned / given),
            input.rule.label(),
            if 2.0 * apportioned > given {
                " A gap here is first of all one of the wider area: ask at the level at which amounts are stated."
            } else {
                ""
            }
        ));
    }
    if kind.shares.outside > 0.0 {
        said.push(format!("{} {} lie outside every place and are in no share.", number(kind.shares.outside, 1), kind.unit));
    }
    let without = kind.shares.amount.iter().filter(|a| **a == 0.0).count();
    if 2 * without > kind.gaps.len() {
        said.push(format!(
            "{} of {} places get nothing of it: of what stands at few sites that is a matter of course, and wider places are the better question.",
            number(without as f64, 0),
            number(kind.gaps.len() as f64, 0)
        ));
    }
    if kind.funnel.is_none() {
        said.push("There is no funnel: some place has incidents and gets nothing of it.".to_owned());
    }
    said
}

/// What is said of a place: the verdict, tied to its interval.
pub fn sentence(input: &ChallengeInput<'_>, answer: &Challenge, kind: &KindAnswer, at: usize) -> String {
    let gap = &kind.gaps[at];
    let (held, of) = kind.held(at);
    let name = &answer.places[at].name;
    let need = need_words(input);
    let count = answer.needs[at].count;
    if gap.verdict == Verdict::CannotTell {
        return format!(
            "{name}: cannot tell. {} incidents are expected, fewer than the {} that an answer needs.",
            number(count, 1),
            input.policy.minimum_expected
        );
    }
    let apportioned = kind.shares.apportioned[at];
    let spread = if apportioned > 0.0 {
        format!(", {} of it spread from wider areas", percent(apportioned / kind.shares.amount[at]))
    } else {
        String::new()
    };
    let facts = format!(
        "{name} {} {} of the {} ({} {}{spread}), and has {} (95 % interval {} to {}) of the {need}",
        gets(kind.status),
        percent(gap.resource_share),
        kind_words(&kind.kind),
        number(kind.shares.amount[at], 1),
        kind.unit,
        percent(gap.need_share.mean),
        percent(gap.need_share.lo),
        percent(gap.need_share.hi),
    );
    let (near, far) = if gap.gap.mean < 0.0 { (gap.gap.hi, gap.gap.lo) } else { (gap.gap.lo, gap.gap.hi) };
    let size = format!("{} percentage points ({} to {})", points(gap.gap.mean), points(near), points(far));
    let under = format!("that its share is less than {} of what would follow the need", bar(input.policy));
    let settings = format!("The same is said in {held} of {of} settings.");
    match gap.verdict {
        Verdict::Questioned => {
            format!("{facts}: less by {size}. It is {} {under}. This is questioned. {settings}", likely(gap.p_under))
        }
        _ if gap.gap.hi < 0.0 => {
            let why = if gap.p_under >= input.policy.probability {
                "with this place the list of those questioned would be wrong too often"
            } else {
                "that is not sure enough to question it"
            };
            format!("{facts}: less by {size}. It is {} {under}; {why}. {settings}", likely(gap.p_under))
        }
        _ if gap.gap.lo > 0.0 => format!("{facts}: more by {size}. It is not questioned. {settings}"),
        _ => {
            let side = |v: f64| format!("{} {}", points(v), if v < 0.0 { "below" } else { "above" });
            format!(
                "{facts}. The difference may lie between {} and {} percentage points: which share is larger cannot be said. It is not \
                 questioned. {settings}",
                side(gap.gap.lo),
                side(gap.gap.hi)
            )
        }
    }
}

/// An amount for each expected incident, as that for each 1,000.
pub fn rate(of_one: f64) -> String {
    let value = 1000.0 * of_one;
    number(
        value,
        if value >= 10.0 {
            1
        } else if value >= 1.0 {
            2
        } else {
            3
        },
    )
}

/// Where a place stands among those most like it; `None` where there is no group.
pub fn similar(answer: &Challenge, kind: &KindAnswer, at: usize) -> Option<String> {
    let group = kind.similar[at].as_ref()?;
    Some(format!(
        "For each 1,000 expected incidents {} {} {} {}, the {} places most alike, itself among them; the others have a median of {} ({} to {}).",
        answer.places[at].name,
        gets(kind.status),
        rate(group.per_incident),
        kind.unit,
        group.standing(),
        rate(group.median),
        rate(group.range[0]),
        rate(group.range[1])
    ))
}

/// The question that is put, of a place that is questioned.
pub fn question(input: &ChallengeInput<'_>, answer: &Challenge, kind: &KindAnswer, at: usize) -> Option<String> {
    let gap = &kind.gaps[at];
    (gap.verdict == Verdict::Questioned).then(|| {
        format!(
            "Why is it that {} {} {} of the {}, when {} to {} of the {} are there?",
            answer.places[at].name,
            gets(kind.status),
            percent(gap.resource_share),
            kind_words(&kind.kind),
            percent(gap.need_share.lo),
            percent(gap.need_share.hi),
            need_words(input)
        )
    })
}

/// Questions that do not depend on a verdict.
pub const STANDING_QUESTIONS: [&str; 2] = [
    "Is the table of resources right and whole for these places, and what is done there that it does not hold?",
    "If there is a reason for the difference, such as another need, another remedy or a plan that is not in the table, what is it?",
];

/// What the answer does not say.
pub const LIMITS: [&str; 6] = [
    "Recorded incidents are not all incidents: most hate crime is never reported, and reporting differs between communities and places. A low \
     count is not a low need.",
    "A gap is a question to be answered, not a finding. It does not say why there is one, nor that somebody has done wrong.",
    "It does not say what a resource achieves. Patrol is one remedy among several, and no trial shows that it reduces hate crime.",
    "It is a careful test: on simulated data with known truth, a place that is short by 30 % was questioned in 5 to 11 of 100 cases. Not being \
     questioned does not show that a place gets its share. About 1 of 100 hotspots that got exactly what is needed were questioned.",
    "Amounts are as supplied and were not checked. What is stated for a wider area is spread by a rule; the settings say what another rule \
     gives.",
    "Intervals take incidents as independent but for how much months vary; incidents that follow from one another make the true uncertainty \
     larger. On simulated data 95 % intervals of the gap held the true one in 93 of 100 cases.",
];

/// What is said beside every allocation that is played.
pub const NO_FORECAST: &str = "This is no forecast of crime: it says who would get what, not what would happen.";

/// What holds a place of an allocation that is played.
pub fn held_words(view: &WhatIfView, row: usize) -> Option<String> {
    let name = &view.places[row].name;
    if view.wish.fixed.iter().any(|(fixed, _)| *fixed == row) {
        return Some(format!("{name}: its amount is set."));
    }
    let bound = |floor: bool| match (view.wish.floor, view.wish.change) {
        (Some(f), change) if floor && change.is_none_or(|c| f >= 1.0 - c) => format!("keeps {:.0} % of what it has", 100.0 * f),
        (_, Some(c)) if floor => format!("loses {:.0} % at most", 100.0 * c),
        (_, Some(c)) => format!("gains {:.0} % at most", 100.0 * c),
        _ => "is held".to_owned(),
    };
    match view.played.held[row] {
        Held::Free => None,
        Held::AtLeast => Some(format!("{name}: {}, which is more than its share.", bound(true))),
        Held::AtMost => Some(format!("{name}: {}, which is less than its share.", bound(false))),
    }
}

/// What is left of a budget that is given out in whole steps.
pub fn rest_words(view: &WhatIfView) -> Option<String> {
    let wanted = view.wish.budget.unwrap_or_else(|| view.current.iter().sum());
    let rest = wanted - view.played.amount.iter().sum::<f64>();
    (rest.abs() > 1e-6 * wanted.max(1.0)).then(|| {
        format!("Of {} {} {} cannot be given out in whole steps within what is set.", number(wanted, 1), view.unit, number(rest, 1))
    })
}

/// Where more sites would reach most, in words.
pub fn sites_sentence(view: &SitesView) -> String {
    let sites = &view.sites;
    let there = match sites.open {
        0 => format!("No {} stands in the table with a point", kind_words(&view.kind)),
        1 => format!(
            "The one {} that stands in the table with a point reaches {} of the need",
            kind_words(&view.kind),
            percent(sites.reached)
        ),
        n => format!("{n} points of the kind {} in the table reach {} of the need", kind_words(&view.kind), percent(sites.reached)),
    };
    let how_good = if sites.best {
        "no choice of as many reaches more".to_owned()
    } else {
        format!("chosen one after the other; no choice of as many reaches more than {}", percent(sites.bound))
    };
    format!(
        "{there}. With {} more, each reaching {} m, it would be {} ({how_good}). The need is {} to be expected in {} months; places were looked \
         for among {}.",
        sites.chosen.len(),
        number(view.reach_m, 0),
        percent(sites.then),
        if view.harm.is_some() {
            format!("{} units of harm", number(sites.need, 0))
        } else {
            format!("{} incidents", number(sites.need, 0))
        },
        view.months,
        number(sites.candidates as f64, 0),
    )
}

/// What the answer about sites does not say.
pub const SITES_LIMITS: &str = "Reached is as the crow flies, and is not served. The need is that of recorded incidents: where nobody reports, \
                                nothing here calls for a site, though one may be wanted most.";

/// What is said of changes of resources: of each that can be told, then how many others there are and why.
pub fn effects(answer: &Challenge, of: impl Fn(&Effect) -> bool) -> Vec<String> {
    let about: Vec<&Effect> = answer.effects.iter().filter(|e| of(e)).collect();
    let mut said: Vec<String> = about.iter().filter(|e| e.found != Found::CannotTell).map(|e| e.sentence()).collect();
    let mut others: BTreeMap<&str, Vec<&Effect>> = BTreeMap::new();
    for effect in about.into_iter().filter(|e| e.found == Found::CannotTell) {
        others.entry(effect.why.unwrap_or_default()).or_default().push(effect);
    }
    for (why, effects) in others {
        let mut names: Vec<&str> = effects.iter().map(|e| e.name.as_str()).collect();
        names.dedup();
        said.push(format!("Cannot tell of {}, as {why}: {}.", effects.len(), names.join("; ")));
    }
    said
}

/// What is said of who is covered by a kind, as rows that are printed: strands, groups of people, stops.
#[derive(Debug)]
pub struct Cover {
    /// Name, n, questioned, short with its limits, ratio of short to all, at least its share, nothing.
    pub strands: Vec<[String; 7]>,
    /// The same of groups of people.
    pub groups: Vec<[String; 7]>,
    /// All residents of the areas of a group that has all of them, to compare with.
    pub residents: Option<[String; 7]>,
    /// Group, stops, rate in questioned places, rate elsewhere.
    pub stops: Vec<[String; 4]>,
    /// What groups are furthest from all residents.
    pub said: Vec<String>,
    /// To be shown with all of it.
    pub caveat: &'static str,
}

impl Cover {
    /// As a page takes it.
    pub fn context(&self) -> minijinja::Value {
        minijinja::context! {
            strands => &self.strands,
            groups => &self.groups,
            residents => &self.residents,
            stops => &self.stops,
            said => &self.said,
            caveat => self.caveat,
        }
    }
}

fn shares_between(e: &Estimate) -> String {
    format!("{} ({} to {})", percent(e.mean), percent(e.lo), percent(e.hi))
}

fn cover_row(name: &str, n: String, exposure: Option<&Exposure>) -> [String; 7] {
    let few = || "too few".to_owned();
    let Some(e) = exposure else { return [name.to_owned(), n, few(), few(), few(), few(), few()] };
    let ratio = e.short_ratio.map_or_else(|| "[z]".to_owned(), |r| format!("{:.2} ({:.2} to {:.2})", r.mean, r.lo, r.hi));
    [name.to_owned(), n, percent(e.questioned), shares_between(&e.short), ratio, shares_between(&e.enough), percent(e.nothing)]
}

/// Who is covered by a kind.
pub fn cover(policy: &ChallengePolicy, kind: &KindAnswer) -> Cover {
    let fairness = &kind.fairness;
    let count = |n: u64| number(n as f64, 0);
    let rate = |rate: Option<Estimate>| rate.map_or_else(|| "[z]".to_owned(), |r| limits_of(&r));
    let most = fairness.groups.iter().max_by_key(|g| g.areas).and_then(|g| g.residents.as_ref());
    let said = fairness
        .groups
        .iter()
        .filter_map(|g| {
            let (e, all) = (g.exposure.as_ref()?, g.residents.as_ref()?);
            let ratio = e.short_ratio.filter(|r| r.lo > 1.0 || r.hi < 1.0)?;
            Some(format!(
                "{}: {} ({} to {}) of {} people in {} areas are expected to live in places that get less than {} of their share of the {}, against {} of all \
                 residents of these areas ({:.2} times, {:.2} to {:.2}).",
                g.group,
                percent(e.short.mean),
                percent(e.short.lo),
                percent(e.short.hi),
                count(g.people),
                g.areas,
                bar(policy),
                kind_words(&kind.kind),
                percent(all.short.mean),
                ratio.mean,
                ratio.lo,
                ratio.hi
            ))
        })
        .collect();
    Cover {
        strands: fairness
            .strands
            .iter()
            .map(|s| cover_row(s.strand.map_or("All records", |s| s.label()), told(s.incidents), s.exposure.as_ref()))
            .collect(),
        groups: fairness.groups.iter().map(|g| cover_row(&g.group, count(g.people), g.exposure.as_ref())).collect(),
        residents: most.map(|all| cover_row("All residents", String::new(), Some(all))),
        stops: fairness
            .stops
            .iter()
            .map(|s| {
                [
                    s.group.clone(),
                    format!("{}, {} to {}", count(s.stops), s.period[0], s.period[1]),
                    rate(s.rates[0]),
                    rate(s.rates[1]),
                ]
            })
            .collect(),
        said,
        caveat: ECOLOGICAL,
    }
}

fn limits_of(e: &Estimate) -> String {
    format!("{} ({} to {})", number(e.mean, 1), number(e.lo, 1), number(e.hi, 1))
}

/// The method in sections: heading and text.
pub fn method(input: &ChallengeInput<'_>) -> Vec<(&'static str, String)> {
    let policy = input.policy;
    let published = input.published.map(|p| ("What it is made from", published(p.basis())));
    let parts = [
        (
            "Need",
            format!(
                "The need of a place is the number of incidents to be expected there in the next {} months. It comes from the counts of all \
                 units of the release in its window by an empirical Bayes model: a count of a few incidents is drawn to what is usual, so that \
                 a place that ran high by chance is not taken at its count. How much more the monthly counts of places vary than by chance \
                 widens the uncertainty.{}{}",
                input.months,
                victims_words(input.measure),
                input.harm.map_or_else(String::new, |h| format!(
                    " Incidents are weighted by their group of offences ({}).",
                    h.version
                ))
            ),
        ),
        (
            "Resources",
            format!(
                "Amounts whose period holds {} are compared, those delivered where there are any. What is stated for one place is that place's; \
                 what is stated for a wider area, or round a point, is spread {} over the units in it.",
                input.on,
                input.rule.label()
            ),
        ),
        (
            "Gap",
            format!(
                "The gap is the share of the resource less the share of the need, in percentage points; over all places gaps sum to 0. Its \
                 interval comes from {} draws of the need of all places (seed {}). P is the share of draws in which a place gets less than {} \
                 of its share of the need.",
                number(f64::from(input.params.replicates), 0),
                input.params.seed,
                bar(policy)
            ),
        ),
        (
            "Verdict",
            format!(
                "A place is questioned when P is at least {} and at least {} incidents are expected there; the list, from the surest, is cut so \
                 that on average no more than {:.0} of 100 places on it are there wrongly. Where fewer incidents are expected it cannot be told. \
                 These numbers are the policy {}.",
                policy.probability,
                policy.minimum_expected,
                100.0 * policy.error,
                policy.version
            ),
        ),
        (
            "Settings",
            format!(
                "Each verdict is asked again with one choice changed at a time: {}.",
                all_settings(input)
            ),
        ),
        (
            "Places most alike",
            "Beside what a place gets for each 1,000 expected incidents stand the median and the range of the places most like it. Boroughs are alike \
             by residents per km², ages, and inner or outer London; other places by expected incidents, residents and the mix of strands. It \
             says what places alike get, not what is right."
                .to_owned(),
        ),
        (
            "Who is covered",
            format!(
                "Of each strand's incidents in the window, and of each group of people that was supplied by area: the share in places that are questioned, the \
                 expected share in places that get less than {} of their share (each place counts by how likely it does, with the interval of the draws), in \
                 places that get at least their share, and in places that get nothing; and how many times that of all records or of all residents of the same \
                 areas, where residents are known (not where offices dominate). An area that lies in several places is split by the residents of its units. Stops for each 1,000 people of a group a year have Poisson \
                 limits. {ECOLOGICAL}",
                bar(policy)
            ),
        ),
        (
            "Before and after",
            format!(
                "Where the amount of a kind at a place differs by {:.0} % or more from one period of the table to the next, recorded incidents of up to {} \
                 whole months before are compared with those after: at the place, in the units that touch it, and in all units that neither lie in nor touch a \
                 place where the kind changed. The weighted displacement difference (Wheeler and Ratcliffe 2018) takes the last to the size of the first two. \
                 Beside it stands what was to be expected after by the counts before, with high ones drawn down: places chosen because they ran high fall anyway. \
                 Fewer than {} months on a side, or too few incidents, say nothing.",
                100.0 * policy.delta,
                input.months,
                MIN_MONTHS
            ),
        ),
        (
            "Funnel and curve",
            "The funnel sets the incidents of a place beside those that its share of the resource would have, with limits that allow for places \
             that differ anyway (additive over-dispersion, Spiegelhalter 2005). The concentration curve adds up both shares, from the place that \
             gets the least for its need; Gini is twice the area between it and the diagonal."
                .to_owned(),
        ),
    ];
    let told = |name: &str| input.published.is_none() || name != "Before and after";
    published.into_iter().chain(parts.into_iter().filter(|(name, _)| told(name))).collect()
}

/// What is told below the analyst, and what an answer is that is made of it.
pub fn published(basis: &Basis) -> String {
    let [all, without] = basis.hotspots;
    format!(
        "This is made of nothing but the figures that are published below the analyst (policy {}): incidents of whole quarters, {}. {without} of {all} \
         hotspots ({:.0} %) have no count that can be told, since it is below {} or would give one away: they are in the rest of their command unit. How \
         incidents lie within an area of the year, and what of an area or strand is not told, is supposed, by other quarters, by the year and by the expected \
         numbers. {ESTIMATED_WORDS}",
        basis.policy,
        basis.counted,
        100.0 * without as f64 / all.max(1) as f64,
        basis.threshold
    )
}

fn count(n: u32) -> String {
    number(f64::from(n), 0)
}

/// A number of incidents with its sign.
pub fn told(told: Told) -> String {
    format!("{} {}", count(told.shown()), told.status()).trim_end().to_owned()
}

/// How a sum of places hangs together with what is published of the study area: what is in, what is not, with numbers.
pub fn reconciled(answer: &Challenge) -> Option<String> {
    let Some(beside) = &answer.beside else { return answer.reported.as_ref().map(|reported| of_records(answer, reported)) };
    let all: Told = answer.told.iter().copied().sum();
    let share = all.share_supposed().map_or_else(String::new, |share| format!(", {} of them supposed", percent(share)));
    let mut said = vec![format!("In the table: {} incidents in {} places{share}.", told(all), answer.places.len())];
    if beside.elsewhere.n > 0 {
        said.push(format!("Not in it: {} in the City of London, which has a force of its own.", told(beside.elsewhere)));
    }
    let within = all.n + beside.elsewhere.n;
    said.push(match beside.published {
        None => "What is published of all of London is not told for each of these quarters, so that there is no sum to compare.".to_owned(),
        Some(published) if published >= within => format!(
            "Published of London in these months: {}. The rest, {}, is told of no area: records that lie in none, and what is not told of areas.",
            count(published),
            told(Told { n: published - within, supposed: all.supposed.or(beside.elsewhere.supposed) })
        ),
        Some(published) => format!(
            "Published of London in these months: {}, {} fewer than in the table: what is supposed is too many.",
            count(published),
            told(Told { n: within - published, supposed: Some(0) })
        ),
    });
    Some(said.join(" "))
}

/// The same of records: those without a point are in no place, whichever borough they are known to.
fn of_records(answer: &Challenge, Reported { n: all, off }: &Reported) -> String {
    let within: u64 = answer.told.iter().map(|told| u64::from(told.n)).sum();
    let elsewhere = all.saturating_sub(within + off.total());
    let parts = [
        (off.area_only, "known to a borough only or withheld from every place"),
        (off.outside, "with a point outside the study area"),
        (off.online, "online"),
        (off.no_place, "without a place"),
        (elsewhere, "on the map and in none of these places"),
    ];
    let left: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", number(*n as f64, 0))).collect();
    let counted =
        format!("In the table: {} of {} reported incidents of these months.", number(within as f64, 0), number(*all as f64, 0));
    if left.is_empty() {
        return counted;
    }
    format!(
        "{counted} Not in it: {}. They are in the need of no place, and a place that has many of them needs more than is said.",
        left.join(", ")
    )
}

/// How the need comes by victims.
const fn victims_words(measure: NeedMeasure) -> &'static str {
    match measure {
        NeedMeasure::Incidents => "",
        NeedMeasure::Victims => {
            " Counted are distinct victims: expected incidents times how many victims there are for each, by the records of the window whose \
             victim is known by a pseudonym, drawn to the mean of all places where they are few."
        }
        NeedMeasure::RepeatVictims => {
            " Counted are victims with two or more incidents in the window, wherever they were: expected incidents times how many of these there \
             are for each, by the records whose victim is known by a pseudonym, drawn to the mean of all places where they are few. Records that \
             were withheld because a place depended on one person are in no place, and those victims are missing here."
        }
    }
}

/// The settings, in words.
fn all_settings(input: &ChallengeInput<'_>) -> String {
    settings(input, true).into_iter().map(|s| s.label(input)).collect::<Vec<_>>().join("; ")
}

/// Places of a kind that are questioned, by rank.
pub fn questioned(kind: &KindAnswer) -> Vec<usize> {
    in_order(kind).into_iter().filter(|(_, g)| g.verdict == Verdict::Questioned).map(|(at, _)| at).collect()
}

/// Text with a capital first.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
