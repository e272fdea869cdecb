//! The page of resources and need, with what if and the challenges.

use super::{draw, option, words};
use crate::auth::Visitor;
use crate::challenge::Asked;
use crate::problem::ApiError;
use crate::query::strand_name;
use hotspot_core::Strand;
use hotspot_core::atlas::Atlas;
use hotspot_core::disclosure::Released;
use hotspot_core::resource::allocation::Rule;
use hotspot_core::resource::challenge::{CAVEAT, KindAnswer, Level, Place, levels_of};
use hotspot_core::resource::effect::NO_CAUSE;
use hotspot_core::resource::gap::{ChallengePolicy, Verdict, by_shortfall, with};
use hotspot_core::view::{ChallengeView, SitesView, WhatIfView};
use hotspot_ledger::{Challenge, Filter, State};
use hotspot_report::challenge::{Drawn, Evidence, EvidenceError, in_order, words as said};
use jiff::civil::Date;
use minijinja::{Value, context};
use std::collections::BTreeMap;

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
    /// A command unit, or the code of a borough, whose places alone are listed.
    pub within: Option<&'a str>,
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
            Some(answer(asked, &evidence, number, page.within).map_err(|error| {
                tracing::error!(%error, "the answer could not be drawn");
                ApiError::Internal
            })?)
        }
        None => None,
    };
    let own = context! {
        caveat => CAVEAT,
        no_forecast => said::NO_FORECAST,
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
    let levels: Vec<Value> =
        levels_of(release, None).into_iter().map(|l| option(l.id(), words::level(l), l == asked.level)).collect();
    let strands: Vec<Value> = release
        .analyses
        .iter()
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

fn link(asked: &Asked, kind: &str, place: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters(asked, kind));
    if let Some(place) = place {
        query.append_pair("place", place);
    }
    query.finish()
}

fn answer(asked: &Asked, evidence: &Evidence<'_>, number: usize, within: Option<&str>) -> Result<Value, EvidenceError> {
    let (input, answer) = (&evidence.input, evidence.answer);
    let kind = &answer.kinds[number];
    let name = words::kind(&kind.kind);
    let mut sentences = said::overall(input, kind);
    sentences.push(format!("Source: {}.", kind.sources.join(", ")));
    sentences.extend(answer.unanswered.iter().map(|(kind, why)| format!("{}: no answer, {why}.", said::kind_words(kind))));
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
        status => kind.status.id(),
        bar => words::bar(input.policy),
        given => format!("{} {}", words::number(kind.shares.amount.iter().sum()), kind.unit),
        planned => kind.planned.is_some(),
        rows => in_order(kind).into_iter().map(|(row, _)| row).filter(|row| lies_in(&answer.places[*row], within)).map(|row| place(asked, evidence, kind, row)).collect::<Vec<_>>(),
        crumbs => crumbs(asked, &kind.kind, within),
        within => within.map(|within| format!("{} of {} places; shares are those of all.", answer.places.iter().filter(|p| lies_in(p, Some(within))).count(), answer.places.len())),
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

/// Whether a place is listed.
pub(crate) fn lies_in(place: &Place, within: Option<&str>) -> bool {
    within.is_none_or(|within| [&place.borough, &place.command_unit].into_iter().flatten().any(|of| of == within))
}

/// The way down to what is listed: all of London, its command unit, the borough; each with its address, the last without.
fn crumbs(asked: &Asked, kind: &str, within: Option<&str>) -> Vec<Value> {
    let Some(within) = within else { return Vec::new() };
    let borough = Atlas::london().boroughs().iter().find(|borough| borough.code == within);
    let unit = borough.map_or(Some(within), |borough| borough.bcu.as_deref());
    let step = |name: &str, level: Level, within: Option<&str>| context! { name, link => down(asked, kind, level, within) };
    let mut steps = vec![step("London", Level::CommandUnit, None)];
    match borough {
        None => steps.push(context! { name => within }),
        Some(borough) => {
            steps.extend(unit.map(|unit| step(unit, Level::Borough, Some(unit))));
            steps.push(context! { name => &borough.name });
        }
    }
    steps
}

/// The address of the places of a level inside another.
fn down(asked: &Asked, kind: &str, level: Level, within: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters(asked, kind).into_iter().filter(|(name, _)| *name != "level"));
    query.append_pair("level", level.id());
    if let Some(within) = within {
        query.append_pair("within", within);
    }
    query.finish()
}

/// What a place can be taken apart into, if anything: words and address.
fn deeper(asked: &Asked, kind: &str, place: &Place) -> Option<Value> {
    let (words, level, within) = match asked.level {
        Level::CommandUnit => ("Its boroughs", Level::Borough, place.command_unit.as_deref()?),
        Level::Borough => ("Its hotspots", Level::Hotspot, place.borough.as_deref()?),
        Level::Hotspot | Level::Area => return None,
    };
    Some(context! { words, link => down(asked, kind, level, Some(within)) })
}

/// A chart with its figures.
pub(super) fn chart(drawn: Drawn) -> Value {
    context! { title => drawn.title, svg => Value::from_safe_string(drawn.on_page) }
}

fn place(asked: &Asked, evidence: &Evidence<'_>, kind: &KindAnswer, row: usize) -> Value {
    let (place, gap, told) = (&evidence.answer.places[row], &kind.gaps[row], evidence.answer.told[row]);
    let (held, of) = kind.held(row);
    let spread = kind.shares.apportioned[row];
    context! {
        name => &place.name,
        is_rest => place.is_rest,
        deeper => deeper(asked, &kind.kind, place),
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
        p => words::probability(gap.p_under),
        rank => gap.rank,
        ranks => format!("{} to {}", gap.ranks[0], gap.ranks[1]),
        verdict => words::verdict(gap, evidence.input.policy),
        held => format!("{held} of {of}"),
    }
}

fn played(view: &Released<WhatIfView>, answer: Option<&Released<ChallengeView>>) -> Value {
    let policy = answer.map_or_else(ChallengePolicy::current, |a| a.policy.clone());
    let (now, then): (f64, f64) = (view.current.iter().sum(), view.played.amount.iter().sum());
    let rows: Vec<Value> = by_shortfall(&view.played.gaps)
        .into_iter()
        .map(|row| {
            let (before, after) = (&view.before[row], &view.played.gaps[row]);
            let change = view.played.amount[row] - view.current[row];
            let sign = if change > 0.05 { "+" } else { "" };
            context! {
                name => &view.places[row].name,
                now => words::number(view.current[row]),
                then => words::number(view.played.amount[row]),
                change => format!("{sign}{}", words::number(change)),
                before => words::points(before.gap.mean),
                after => words::gap_interval(&after.gap),
                ranks => [before.rank, after.rank],
                verdict => words::verdict(after, &policy),
            }
        })
        .collect();
    let rows_held = by_shortfall(&view.played.gaps).into_iter().filter_map(|row| said::held_words(view, row));
    let held: Vec<String> = said::rest_words(view).into_iter().chain(rows_held).collect();
    context! {
        said => format!(
            "{} {} would be given out, now {}. {} places would be questioned, now {}.",
            words::number(then),
            view.unit,
            words::number(now),
            with(&view.played.gaps, Verdict::Questioned),
            with(&view.before, Verdict::Questioned)
        ),
        caption => format!("{}, {}: now and then", words::kind(&view.kind), view.unit),
        rows,
        held,
    }
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
    let overdue = filter.overdue_on.is_some();
    let narrowed = *filter != Filter::default();
    context! {
        rows,
        states,
        due => [option("", "Any", !overdue), option("true", "Overdue", overdue)],
        values => context! { borough => &filter.borough },
        caption => format!("Challenges, the newest first, as they stand on {}", words::day(today)),
        none => if narrowed { "No challenge is like that." } else { "No challenge has been raised. A question is raised from a row of the list." },
    }
}
