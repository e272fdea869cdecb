//! One place: its evidence, and the question about it.

use super::down::way_to;
use super::list::{link, parameters};
use super::places::hotspot_link;
use super::{draw, roles, words};
use crate::auth::Visitor;
use crate::challenge::{Asked, kind_of, row_of};
use crate::problem::{ApiError, GIVE_LEDGER};
use crate::state::AppState;
use hotspot_core::disclosure::Released;
use hotspot_core::resource::challenge::{CAVEAT, KindAnswer, Level};
use hotspot_core::view::ChallengeView;
use hotspot_ledger::{Kind, Question};
use hotspot_report::challenge::{beside_similar, words as said};
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// What the page is about.
pub(crate) struct Asking<'a> {
    pub visitor: &'a Visitor,
    pub asked: &'a Asked,
    pub view: &'a Released<ChallengeView>,
    pub kind: &'a str,
    pub place: &'a str,
    /// The fields of the form, as they were sent.
    pub values: BTreeMap<&'static str, String>,
    pub faults: Vec<(String, String)>,
}

/// Draws the page.
pub(crate) fn place(state: &AppState, page: &Asking<'_>) -> Result<Vec<u8>, ApiError> {
    let (view, kind) = (page.view, kind_of(page.view, page.kind)?);
    let row = row_of(view, page.place)?;
    let found = &view.answer.places[row];
    let name = words::kind(&kind.kind);
    let evidence = page.asked.evidence(view, None)?;
    let number = view.answer.kinds.iter().position(|k| k.kind == kind.kind).unwrap_or_default();
    let chart = evidence.settings_chart(number, row).map(super::list::chart).map_err(|error| {
        tracing::error!(%error, "the settings could not be drawn");
        ApiError::Internal
    })?;
    let mut values = page.values.clone();
    if let Some(question) = said::question(&evidence.input, evidence.answer, kind, row) {
        values.entry("question").or_insert(question);
    }
    let settings: Vec<Value> = kind
        .settings
        .iter()
        .map(|s| {
            let under = s.gaps.as_ref().map(|gaps| &gaps[row]);
            context! {
                name => s.label.clone(),
                gap => under.map_or_else(|| "no answer".to_owned(), |g| words::points(g.gap.mean)),
                verdict => under.map_or_else(String::new, |g| g.verdict.to_string()),
            }
        })
        .collect();
    let hidden = hidden(state, page, &[]);
    let cannot =
        if page.visitor.principal.as_ref().is_some_and(|p| !p.author().is_ok_and(|a| Kind::Raise.roles().contains(&a.role))) {
            Some("A challenge is raised by MOPAC, and your role writes for another body or for none.")
        } else if found.is_rest {
            Some("What remains of a command unit beside its hotspots is no place of its own: ask by command unit or borough.")
        } else if state.challenges().ledger.is_none() {
            Some(GIVE_LEDGER)
        } else {
            None
        };
    let own = context! {
        title => format!("{}: {name}", found.name),
        scope => words::scope(&evidence),
        crumbs => way_to(page.asked, &kind.kind, found),
        months => (page.asked.level == Level::Hotspot && !found.is_rest && page.visitor.sees_records()).then(|| hotspot_link(page.asked, &found.id)),
        group => beside_similar(&view.answer, kind, row),
        sentence => said::sentence(&evidence.input, evidence.answer, kind, row),
        chart => chart,
        caveat => CAVEAT,
        facts => facts(page.view, kind, row),
        settings,
        cannot,
        hidden,
        values,
        roles => roles(Kind::Raise),
    };
    draw("raise", page.visitor, Some(&page.asked.served), &page.faults, own)
}

/// The figures of a place.
fn facts(view: &ChallengeView, kind: &KindAnswer, row: usize) -> Vec<(&'static str, String)> {
    let gap = &kind.gaps[row];
    let (held, of) = kind.held(row);
    let spread = kind.shares.apportioned[row];
    let [need, need_interval] = words::share_interval(&gap.need_share);
    let [points, points_interval] = words::gap_interval(&gap.gap);
    let mut facts = vec![
        ("Verdict", format!("{}; the same under {held} of {of} settings", words::verdict(gap, &view.policy))),
        (
            "Given",
            format!(
                "{} {} {}{}",
                words::number(kind.shares.amount[row]),
                kind.unit,
                kind.status.id(),
                if spread > 0.0 { format!(", {} of it spread from wider areas", words::number(spread)) } else { String::new() }
            ),
        ),
        ("Share of the resource", words::percent(gap.resource_share)),
        ("Incidents in the window", hotspot_report::challenge::words::told(view.answer.told[row])),
        ("Share of the need", format!("{need}, 95 % interval {need_interval} %")),
        ("Gap", format!("{points} percentage points, 95 % interval {points_interval}")),
        (
            "How likely it gets too little",
            format!("P = {} that it gets less than {}", words::probability(gap.p_under), words::bar(&view.policy)),
        ),
        ("Rank by shortfall", format!("{} of {}, limits {} to {}", gap.rank, kind.gaps.len(), gap.ranks[0], gap.ranks[1])),
    ];
    if let Some(said) = hotspot_report::challenge::words::similar(&view.answer, kind, row) {
        facts.push(("Beside the places most alike", format!("{said} Alike are {}.", view.answer.similar_rule)));
    }
    if let Some(planned) = &kind.planned {
        facts.insert(2, ("Planned", format!("{} {}", words::number(planned.amount[row]), kind.unit)));
    }
    facts
}

/// What the forms of a question carry.
fn hidden(state: &AppState, page: &Asking<'_>, more: &[(&'static str, String)]) -> Vec<Value> {
    // A form that is sent again keeps its key: twice sent, it is written once.
    let key = page.values.get("key").filter(|k| !k.is_empty()).cloned().unwrap_or_else(|| state.forms().key());
    let own = [("place", page.place.to_owned()), ("token", page.visitor.token.to_string()), ("key", key)];
    let all = parameters(page.asked, page.kind).into_iter().chain(own).chain(more.iter().cloned());
    all.map(|(name, value)| context! { name, value }).collect()
}

/// What will be on record, before it is: nothing is written until it is confirmed.
pub(crate) fn check(state: &AppState, page: &Asking<'_>, question: &Question) -> Result<Vec<u8>, ApiError> {
    let kind = kind_of(page.view, page.kind)?;
    let row = row_of(page.view, page.place)?;
    let evidence = page.asked.evidence(page.view, None)?;
    let digest = question.digest().to_string();
    let value = |name: &str| page.values.get(name).cloned().unwrap_or_default();
    let fields = ["question", "actor", "role"].map(|name| (name, value(name)));
    let more: Vec<(&'static str, String)> = fields.into_iter().chain([("checked", digest.clone())]).collect();
    let asker = value("role").parse().map_or_else(|_no_role| String::new(), |role: hotspot_ledger::Role| role.to_string());
    let own = context! {
        title => format!("{}: {}", page.view.answer.places[row].name, words::kind(&kind.kind)),
        hidden => hidden(state, page, &more),
        values => &page.values,
        asker,
        others => link(page.asked, &kind.kind, None),
        sentence => said::sentence(&evidence.input, evidence.answer, kind, row),
        facts => facts(page.view, kind, row),
        release => &page.view.release,
        digest,
        follows => format!("{}.", said::capital(&question.periods.to_string())),
    };
    draw("check", page.visitor, Some(&page.asked.served), &[], own)
}
