//! One place: its evidence, and the question about it.

use super::list::parameters;
use super::{draw, roles, words};
use crate::auth::Visitor;
use crate::challenge::{Asked, kind_of, row_of};
use crate::problem::{ApiError, GIVE_LEDGER};
use crate::state::AppState;
use hotspot_core::disclosure::Released;
use hotspot_core::resource::challenge::CAVEAT;
use hotspot_core::view::ChallengeView;
use hotspot_ledger::Kind;
use hotspot_report::challenge::words as said;
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
    let (found, gap) = (&view.answer.places[row], &kind.gaps[row]);
    let name = words::kind(&kind.kind);
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
    let mut hidden: Vec<Value> =
        parameters(page.asked, &kind.kind).into_iter().map(|(name, value)| context! { name, value }).collect();
    // A form that is sent again keeps its key: twice sent, it is written once.
    let key = page.values.get("key").filter(|k| !k.is_empty()).cloned().unwrap_or_else(|| state.forms().key());
    for (name, value) in [("place", found.id.clone()), ("token", page.visitor.token.to_string()), ("key", key)] {
        hidden.push(context! { name, value });
    }
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
        sentence => said::sentence(&evidence.input, evidence.answer, kind, row),
        chart => chart,
        caveat => CAVEAT,
        facts,
        settings,
        cannot,
        hidden,
        values,
        roles => roles(Kind::Raise),
    };
    draw("raise", page.visitor, Some(&page.asked.served), &page.faults, own)
}
