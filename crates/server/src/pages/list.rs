//! The page of resources and need, with what if and the challenges.

use super::down::Within;
use super::places::{Sort, Table};
use super::what_if::{now, played};
use super::{draw, option, words};
use crate::auth::Visitor;
use crate::challenge::Asked;
use crate::problem::ApiError;
use crate::query::strand_name;
use hotspot_core::Strand;
use hotspot_core::atlas::Atlas;
use hotspot_core::disclosure::Released;
use hotspot_core::resource::allocation::Rule;
use hotspot_core::resource::challenge::{CAVEAT, KindAnswer, Level};
use hotspot_core::resource::effect::NO_CAUSE;
use hotspot_core::view::{ChallengeView, SitesView, WhatIfView};
use hotspot_ledger::{Challenge, Filter, State};
use hotspot_report::challenge::{Drawn, Evidence, EvidenceError, words as said};
use jiff::civil::Date;
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the page shows.
pub(crate) struct List<'a> {
    pub visitor: &'a Visitor,
    /// What is asked; else why nothing can be.
    pub asked: Result<&'a Asked, &'a str>,
    /// The answer and the kind that is shown; else why there is none.
    pub answer: Result<(&'a Released<ChallengeView>, &'a str), String>,
    /// The fields of what if and of sites, as they were sent.
    pub wished: BTreeMap<&'static str, String>,
    pub played: Option<&'a Released<WhatIfView>>,
    /// Where more sites would reach most, where that is asked.
    pub sites: Option<&'a Released<SitesView>>,
    pub faults: Vec<(String, String)>,
    /// Whose places alone are listed.
    pub within: Option<&'a Within>,
    /// By what they are sorted.
    pub sort: Sort,
    /// A row of the part of the table that is shown, from 1.
    pub row: usize,
    /// The places that are marked.
    pub selected: &'a BTreeSet<String>,
    /// The file of its script, where the page was built.
    pub script: Option<&'static str>,
    /// The challenges that are asked for, or why there are none.
    pub threads: Result<(&'a [Challenge], &'a Filter), &'a str>,
    pub today: Date,
}

/// Draws the page.
pub(crate) fn list(page: &List<'_>) -> Result<Vec<u8>, ApiError> {
    let found = page.answer.as_ref().ok().and_then(|(view, kind)| {
        let number = view.answer.kinds.iter().position(|k| k.kind == *kind)?;
        Some((*view, &view.answer.kinds[number], number))
    });
    let answered = match page.asked.ok().zip(found) {
        Some((asked, (view, _, number))) => {
            let evidence = asked.evidence(view, None)?;
            Some(answer(page, asked, &evidence, number).map_err(|error| {
                tracing::error!(%error, "the answer could not be drawn");
                ApiError::Internal
            })?)
        }
        None => None,
    };
    let own = context! {
        caveat => CAVEAT,
        no_forecast => said::NO_FORECAST,
        script => page.script,
        no_answer => page.answer.as_ref().err(),
        made_from => found.and_then(|(view, ..)| view.basis.as_ref()).map(said::published),
        choices => page.asked.ok().zip(found).map(|(asked, (view, kind, _))| choices(asked, page, view, kind)),
        answer => answered,
        wished => &page.wished,
        played => page.played.map(|view| played(view, found.map(|(answer, ..)| answer))),
        sites => page.sites.map(|view| sites(view)),
        sites_limits => said::SITES_LIMITS,
        threads => page.threads.ok().map(|(all, filter)| threads(all, filter, page.today)),
        no_ledger => page.threads.err(),
    };
    draw("list", page.visitor, page.asked.ok().map(|asked| &*asked.served), &page.faults, own)
}

fn choices(asked: &Asked, page: &List<'_>, view: &ChallengeView, kind: &KindAnswer) -> Value {
    let release = asked.served.release();
    let kinds: Vec<Value> = view.answer.kinds.iter().map(|k| option(&k.kind, &words::kind(&k.kind), k.kind == kind.kind)).collect();
    let levels: Vec<Value> = asked.levels().into_iter().map(|l| option(l.id(), words::level(l), l == asked.level)).collect();
    let strands: Vec<Value> = release
        .recorded_analyses()
        .map(|a| option(strand_name(a.strand), a.strand.map_or("All records", Strand::label), a.strand == asked.strand))
        .collect();
    let rules: Vec<Value> = Rule::ALL.into_iter().map(|r| option(r.id(), r.label(), r == asked.rule)).collect();
    let hidden: Vec<Value> = parameters(asked, &kind.kind).into_iter().map(|(name, value)| context! { name, value }).collect();
    let chosen = page.wished.get("set_place").map_or("", String::as_str);
    let mut places = vec![option("", "No place", chosen.is_empty())];
    places.extend(view.answer.places.iter().map(|p| option(&p.id, &p.name, p.id == chosen)));
    context! { kinds, levels, strands, rules, hidden, places, release => &release.id }
}

/// The parameters by which an answer is asked for.
pub(super) fn parameters(asked: &Asked, kind: &str) -> Vec<(&'static str, String)> {
    vec![
        ("release", asked.served.id().to_owned()),
        ("level", asked.level.id().to_owned()),
        ("strand", strand_name(asked.strand).to_owned()),
        ("apportion", asked.rule.id().to_owned()),
        ("kind", kind.to_owned()),
    ]
}

pub(super) fn link(asked: &Asked, kind: &str, place: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters(asked, kind));
    if let Some(place) = place {
        query.append_pair("place", place);
    }
    query.finish()
}

fn answer(page: &List<'_>, asked: &Asked, evidence: &Evidence<'_>, number: usize) -> Result<Value, EvidenceError> {
    let (input, answer) = (&evidence.input, evidence.answer);
    let kind = &answer.kinds[number];
    let name = words::kind(&kind.kind);
    let mut sentences = said::overall(input, kind);
    sentences.push(format!("Source: {}.", kind.sources.join(", ")));
    sentences.extend(words::unanswered(answer));
    let charts = evidence.charts(number)?;
    let boroughs: Vec<Value> = evidence
        .input
        .atlas
        .filter(|_| answer.level != Level::CommandUnit)
        .map(|atlas| {
            let mut names: Vec<&str> = atlas.boroughs().iter().map(|b| b.name.as_str()).collect();
            names.sort_unstable();
            std::iter::once(option("", "All places", true)).chain(names.into_iter().map(|name| option(name, name, false))).collect()
        })
        .unwrap_or_default();
    Ok(context! {
        scope => words::scope(evidence),
        title => format!("{name}: places by shortfall"),
        sentences,
        caption => format!("{name} against {}, {} places", said::need_words(input), kind.gaps.len()),
        unit => &kind.unit,
        given => now(kind.shares.amount.iter().sum(), &kind.unit),
        verdicts => said::questioned(kind).into_iter().map(|row| said::sentence(input, answer, kind, row)).collect::<Vec<_>>(),
        table => Table { visitor: page.visitor, asked, evidence, kind, within: page.within, sort: page.sort, row: page.row, selected: page.selected }.context(),
        reconciled => said::reconciled(answer),
        charts => [charts.scatter, charts.funnel, Some(charts.curve)].into_iter().flatten().map(chart).collect::<Vec<_>>(),
        name => &name,
        cover => said::cover(input.policy, kind).context(),
        effects => said::effects(answer, |e| e.change.kind == kind.kind),
        no_cause => NO_CAUSE,
        method => said::method(input),
        limits => said::LIMITS,
        link => link(asked, &kind.kind, None),
        parameters => parameters(asked, &kind.kind).into_iter().filter(|(name, _)| *name != "kind").map(|(name, value)| context! { name, value }).collect::<Vec<_>>(),
        boroughs,
        command => evidence.command(),
    })
}

/// A chart with its figures.
pub(super) fn chart(drawn: Drawn) -> Value {
    context! { title => drawn.title, svg => Value::from_safe_string(drawn.on_page) }
}

fn sites(view: &SitesView) -> Value {
    let rows: Vec<Value> = (1..)
        .zip(&view.sites.chosen)
        .map(|(number, site): (u32, _)| {
            context! {
                number,
                id => &site.id,
                borough => &site.borough,
                at => format!("{:.4}, {:.4}", site.at.lat, site.at.lon),
                adds => words::percent(site.adds),
            }
        })
        .collect();
    context! { said => said::sites_sentence(view), rows }
}

fn threads(all: &[Challenge], filter: &Filter, today: Date) -> Value {
    let rows: Vec<Value> = all
        .iter()
        .rev()
        .map(|c| {
            context! {
                id => c.id.to_string(),
                place => super::thread::place_words(c),
                resource => words::kind(&c.raised.resource),
                raised => words::day(c.raised_on()),
                state => c.state.id(),
                next => c.due.map_or_else(|| "Nothing".to_owned(), |due| format!("{}: {}", due.duty.by(), due.duty)),
                due => c.due.map_or_else(String::new, |due| words::day(due.on)),
                overdue => c.overdue(today),
            }
        })
        .collect();
    let mut states = vec![option("", "Any", filter.state.is_none())];
    states.extend(State::ALL.iter().map(|s| option(s.id(), s.id(), filter.state == Some(*s))));
    let chosen = |name: &str| filter.borough.as_deref().is_some_and(|of| of.eq_ignore_ascii_case(name));
    let mut names: Vec<&str> = Atlas::london().boroughs().iter().map(|borough| borough.name.as_str()).collect();
    names.sort_unstable();
    let boroughs: Vec<Value> = std::iter::once(option("", "Any", filter.borough.is_none()))
        .chain(names.into_iter().map(|name| option(name, name, chosen(name))))
        .collect();
    let overdue = filter.overdue_on.is_some();
    let narrowed = *filter != Filter::default();
    context! {
        rows,
        states,
        due => [option("", "Any", !overdue), option("true", "Overdue", overdue)],
        boroughs,
        caption => format!("Challenges, the newest first, as they stand on {}", words::day(today)),
        none => if narrowed { "No challenge is like that." } else { "No challenge has been raised. A question is raised from a row of the list." },
    }
}
